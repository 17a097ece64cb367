"""What trials that may stop early are told of the others: the rule, and the curves of those that ended."""

from __future__ import annotations

import json
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import series
from gittrack.record.active import stopping
from gittrack.search.plan import SweepPlan
from gittrack.sweeping.state import State


def prepare(repo: git.Repo, folder: Path, plan: SweepPlan, begun: State) -> None:
    """Write the rule and the curves of the trials that have ended into the folder of a sweep."""
    assert plan.early_terminate is not None
    assert plan.metric is not None
    rule = {"metric": plan.metric, "goal": plan.goal, "rule": plan.early_terminate._asdict()}
    (folder / stopping.RULE).write_text(json.dumps(rule))
    curves = folder / stopping.CURVES
    curves.unlink(missing_ok=True)
    runs = [begun.runs[one.key] for one in begun.outcomes]
    files = git.read_objects(repo, [f"{info.commit}:{layout.SERIES}" for info in runs])
    for info, data in zip(runs, files, strict=True):
        part = info.sweep
        assert part is not None
        curve = stopping.curve_of(series.text_lines(data or b""), plan.metric)
        whole = info.finished and part.stopped is None
        stopping.append_curve(curves, f"{part.trial} {part.attempt}", curve, whole)
