"""Metrics that a command writes as JSON lines, from any language: ``{"step": 3, "val_loss": 0.4}``.

The file of the command has the points.  In a second file, the launcher records the size of the first one at
several times.  Points are computed from both when the run ends or is recovered, so that a kill neither loses
nor repeats a point.
"""

from __future__ import annotations

from gittrack.core import metric_value, values
from gittrack.core.errors import TrackError
from gittrack.core.run import series
from gittrack.core.standard import json
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.typing import Any, NamedTuple


class BadLine(NamedTuple):
    """A line that is not a point: its number, from 1, and the reason."""

    number: int
    reason: str


def convert(data: bytes, times: bytes) -> tuple[str, list[BadLine]]:
    """Return the lines of metrics.csv for the JSON lines of a command, and its lines that are not points.

    Parameters
    ----------
    data : bytes
        The file of the command.  A last line without a line break counts if it is complete.
    times : bytes
        A line ``<bytes> <seconds>`` for each time at which the launcher saw that the file had grown.
    """
    clock = _Clock(times)
    lines: list[str] = []
    bad: list[BadLine] = []
    counts: dict[str, int] = {}
    at = 0
    for number, text in enumerate(data.split(b"\n"), 1):
        at += len(text) + 1
        if not text.strip():
            continue
        try:
            lines.extend(_points(json.loads(text), counts, clock.at(at)))
        except (ValueError, TrackError, RecursionError) as error:
            message = error.message if isinstance(error, TrackError) else "not a JSON object"
            bad.append(BadLine(number, message))
    return "".join(lines), bad


def _points(point: Any, counts: dict[str, int], seconds: float) -> Iterator[str]:
    if not isinstance(point, dict):
        raise ValueError("not an object")
    step = point.pop("step", None)
    if step is not None:
        step = metric_value.number(step, "step")
    metrics = {values.check_name(k, "metric"): metric_value.number(v, k) for k, v in point.items()}
    for name, value in metrics.items():
        at = counts.get(name, 0) if step is None else step
        counts[name] = int(at) + 1 if at == at and abs(at) < 2**62 else 0
        yield series.line(name, value, at, seconds)


class _Clock:
    def __init__(self, times: bytes) -> None:
        whole = series.whole_lines(times).decode("ascii", "replace").splitlines()
        pairs = [line.split() for line in whole]
        self.seen = [(int(p[0]), float(p[1])) for p in pairs if len(p) == 2]
        self.index = 0

    def at(self, offset: int) -> float:
        """Return when the file was first seen to be longer than ``offset``; offsets must not decrease."""
        while self.index < len(self.seen) - 1 and self.seen[self.index][0] < offset:
            self.index += 1
        return self.seen[self.index][1] if self.seen else 0.0
