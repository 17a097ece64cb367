"""What a trial needs to stop early: the rule, and the curves of the trials that ended before."""

from __future__ import annotations

import json
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import series
from gittrack.record.active import stopping
from gittrack.search.plan import SweepPlan
from gittrack.sweeping.state import SweepState


def prepare(repo: git.Repo, folder: Path, plan: SweepPlan, state: SweepState) -> None:
    """Write the rule, and the curves of the trials that ended, into the working directory of a sweep."""
    assert plan.early_terminate is not None
    assert plan.metric is not None
    rule = {"metric": plan.metric, "goal": plan.goal, "rule": plan.early_terminate._asdict()}
    (folder / stopping.RULE).write_text(json.dumps(rule))
    curves = folder / stopping.CURVES
    curves.unlink(missing_ok=True)
    runs = [state.runs[outcome.key] for outcome in state.outcomes]
    files = git.read_objects(repo.fetching(), [f"{info.commit}:{layout.SERIES}" for info in runs])
    for info, data in zip(runs, files, strict=True):
        trial = info.sweep
        assert trial is not None
        curve = stopping.curve_of(series.text_lines(data or b""), plan.metric)
        complete = info.finished and trial.stopped is None
        stopping.append_curve(curves, f"{trial.trial} {trial.attempt}", curve, complete)
