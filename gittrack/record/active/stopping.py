"""``run.should_stop()``: a trial of a sweep asks whether going on is worth it.

The sweep leaves two files in its folder: the rule, and a line for what is known of each trial's curve.  The
trial judges by itself, from its own points and from what the others had told by then; so a sweep of one trial
at a time stops the same ones whenever it is run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gittrack.analysis.stopping_rules import EarlyTerminate, OtherTrial, should_stop
from gittrack.core import layout
from gittrack.core.run import events, series
from gittrack.record.journal import Journal

VARIABLE = "GITTRACK_SWEEP"
RULE, CURVES = "rule.json", "curves.jsonl"
Curve = list[tuple[int, float]]


class Stopping:
    """The rule of the sweep that a run is a trial of; `asked` judges by all that is known now."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        found = json.loads((folder / RULE).read_bytes())
        self.metric: str = found["metric"]
        self.goal: str = found["goal"]
        self.rule = EarlyTerminate(**{**found["rule"], "rungs": tuple(found["rule"]["rungs"])})
        self.journal = journal
        facts = journal.state().facts["sweep"]
        self.trial = f"{facts['trial']} {facts.get('attempt', 1)}"
        self.own: Curve = []
        self.others: dict[str, OtherTrial] = {}
        self.points = _Lines(journal.folder / layout.SERIES)
        self.curves = _Lines(folder / CURVES)
        self.file = folder / CURVES
        self.told = 0
        self.over = False

    def asked(self) -> bool:
        """Say whether the trial should stop now; once it should, it always should."""
        self.own += curve_of(self.points.new(), self.metric)
        for line in self.curves.new():
            _take(self.others, line)
        self.others.pop(self.trial, None)
        if self.own[self.told :]:
            append_curve(self.file, self.trial, self.own[self.told :])
            self.told = len(self.own)
        if not self.over and should_stop(self.rule, self.goal, self.own, self.others.values()):
            self.over = True
            facts = self.journal.state().facts["sweep"]
            stopped = {"sweep": {**facts, "stopped": self.own[-1][0]}}
            self.journal.append(events.FACTS, values=stopped)
        return self.over


def from_environment(journal: Journal) -> Stopping | None:
    """Return the rule that a run is under, None where its sweep has none, or where it is no trial."""
    folder = os.environ.get(VARIABLE)  # a run that a trial starts inherits it, and is none itself
    return Stopping(Path(folder), journal) if folder and "sweep" in journal.state().facts else None


class _Lines:
    """The whole lines that are appended to a file, each read once."""

    def __init__(self, path: Path) -> None:
        self.path, self.offset = path, 0

    def new(self) -> list[str]:
        try:
            with open(self.path, "rb") as file:
                file.seek(self.offset)
                data = series.whole_lines(file.read())
        except FileNotFoundError:
            return []
        self.offset += len(data)
        return list(series.text_lines(data))


def curve_of(lines: Iterable[str], metric: str) -> Curve:
    """Return the curve of a metric in lines of a metrics.csv."""
    points = series.parse([line for line in lines if line != series.HEADER])
    return [(int(step), value) for step, name, value, _ in points if name == metric]


def _take(others: dict[str, OtherTrial], line: str) -> None:
    found: dict[str, Any] = json.loads(line)
    points = [(int(step), float(value)) for step, value in found["curve"]]
    before = others.get(found["trial"])
    whole = points if "finished" in found or before is None else [*before.curve, *points]
    others[found["trial"]] = OtherTrial(whole, bool(found.get("finished")))


def append_curve(file: Path, trial: str, curve: Curve, finished: bool | None = None) -> None:
    """Tell the other trials of a curve: more points of it, or with ``finished`` the whole of it."""
    told: dict[str, Any] = {"trial": trial, "curve": curve}
    if finished is not None:
        told["finished"] = finished
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        os.write(handle, json.dumps(told).encode() + b"\n")
    finally:
        os.close(handle)
