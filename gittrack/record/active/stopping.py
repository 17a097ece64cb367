"""``run.should_stop()``: the decision whether a trial of a sweep should end early.

The folder of the sweep contains the rule and a file of curves, to which each trial appends its points.  A
trial decides by itself, from its own points and the points that the file contains at that moment.  Therefore
a sweep that runs one trial at a time always stops the same trials.

If trials run on many machines, the rule names a file that only the process of the sweep writes, because
several machines cannot append to one file of a network file system (`sweeping.curves.CurveCollector`).
"""

from __future__ import annotations

import errno
import json
import math
import os
from pathlib import Path
from typing import Any

from gittrack.analysis.stopping_rules import EarlyTerminate, OtherTrial, should_stop
from gittrack.core import layout
from gittrack.core.run import events, series
from gittrack.core.standard.collections import Callable, Iterable, Iterator
from gittrack.core.standard.contextlib import contextmanager
from gittrack.record.journal import Journal

VARIABLE = "GITTRACK_SWEEP"
RULE, CURVES = "rule.json", "curves.jsonl"
Curve = list[tuple[int, float]]


class StoppingCheck:
    """Applies the rule of a sweep to one of its trials.

    Parameters
    ----------
    folder : Path
        The folder of the sweep, with the rule and the curves.
    journal : Journal
        The journal of the trial.
    """

    def __init__(self, folder: Path, journal: Journal) -> None:
        stored = json.loads((folder / RULE).read_bytes())
        self.metric: str = stored["metric"]
        self.goal: str = stored["goal"]
        self.rule = EarlyTerminate(**{**stored["rule"], "rungs": tuple(stored["rule"]["rungs"])})
        self.journal = journal
        facts = journal.state().facts["sweep"]
        self.trial = f"{facts['trial']} {facts.get('attempt', 1)}"
        self.curve: Curve = []
        self.others: dict[str, OtherTrial] = {}
        self.points = NewLines(journal.folder / layout.SERIES)
        self.file = Path(stored.get("curves") or folder / CURVES)
        self.appends = "curves" not in stored  # else the process of the sweep reads the points
        self.curves = NewLines(self.file)
        self.appended = 0  # points of the curve that the file of curves has
        self.is_over = False

    def should_stop(self) -> bool:
        """Return whether the trial should stop now.  After the first True it is always True."""
        self.curve += curve_of(self.points.new(), self.metric)
        for line in self.curves.new():
            _add_points(self.others, line)
        self.others.pop(self.trial, None)
        if self.appends and (new_points := self.curve[self.appended :]):
            append_curve(self.file, self.trial, new_points)
            self.appended = len(self.curve)
        if not self.is_over and should_stop(self.rule, self.goal, self.curve, self.others.values()):
            self.is_over = True
            facts = self.journal.state().facts["sweep"]
            stopped = {"sweep": {**facts, "stopped": self.curve[-1][0]}}
            self.journal.append(events.FACTS, values=stopped)
        return self.is_over


def from_environment(journal: Journal) -> StoppingCheck | None:
    """Return the check for a run; None if the run is not a trial, or if its sweep has no rule."""
    folder = os.environ.get(VARIABLE)
    # Runs that a trial starts inherit the variable, but they are not trials themselves.
    is_trial = folder and "sweep" in journal.state().facts
    return StoppingCheck(Path(folder or ""), journal) if is_trial else None


class TrialRule:
    """The rule of a run that may be a trial; if the rule cannot be applied, the training goes on.

    Parameters
    ----------
    journal : Journal
        The journal of the run.
    warn : callable
        Called with a kind and a message if the rule cannot be applied, such as on a full disk.
    """

    def __init__(self, journal: Journal, warn: Callable[[str, str], None]) -> None:
        self._warn = warn
        self._check: StoppingCheck | None = None
        with self._reporting_errors():
            self._check = from_environment(journal)

    def should_stop(self) -> bool:
        """Return whether the run should stop now; False if it is not a trial or there is no rule."""
        with self._reporting_errors():
            return self._check is not None and self._check.should_stop()
        return False

    @contextmanager
    def _reporting_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, KeyError, TypeError) as error:
            text = "the rule that stops trials early cannot be applied, so the trial goes on"
            self._warn("rule", f"{text}: {error}")


class NewLines:
    """Reads the whole lines that are appended to a file; each line once."""

    def __init__(self, path: Path) -> None:
        self.path, self.offset = path, 0

    def new(self) -> list[str]:
        """Return the lines since the last call; none if the file does not exist."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self.offset)
                data = series.whole_lines(file.read())
        except FileNotFoundError:
            return []
        self.offset += len(data)
        return list(series.text_lines(data))


def curve_of(lines: Iterable[str], metric: str) -> Curve:
    """Return the curve of a metric, as (step, value), from lines of a metrics.csv.

    Lines that are not points are left out, as they are in the commit; a step that is not finite is 0.
    """
    curve: Curve = []
    for line in lines:
        try:
            points = list(series.parse([line]))
        except ValueError:
            continue
        curve += [(_whole(step), value) for step, name, value, _ in points if name == metric]
    return curve


def _whole(step: float) -> int:
    return int(step) if math.isfinite(step) else 0


def _add_points(others: dict[str, OtherTrial], line: str) -> None:
    """Add a line of the file of curves to the trials; a line that a full disk has cut is left out."""
    try:
        entry: dict[str, Any] = json.loads(line)
        points = [(int(step), float(value)) for step, value in entry["curve"]]
        trial: str = entry["trial"]
    except (ValueError, KeyError, TypeError):
        return
    before = others.get(trial)
    curve = points if "finished" in entry or before is None else [*before.curve, *points]
    others[trial] = OtherTrial(curve, bool(entry.get("finished")))


def append_curve(file: Path, trial: str, curve: Curve, finished: bool | None = None) -> None:
    """Append points of a trial to the file of curves, which the other trials read.

    Parameters
    ----------
    file : Path
        The file of curves.
    trial : str
        The trial and its attempt.
    curve : list of (int, float)
        New points; with ``finished``, all points of the trial.
    finished : bool, optional
        Whether the trial finished; None while it runs.

    Raises
    ------
    OSError
        If the line cannot be written completely.
    """
    entry: dict[str, Any] = {"trial": trial, "curve": curve}
    if finished is not None:
        entry["finished"] = finished
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    line = b"\n%s\n" % json.dumps(entry).encode()  # the first line break ends a line that was cut
    try:
        if os.write(handle, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
    finally:
        os.close(handle)
