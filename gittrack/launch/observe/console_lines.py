r"""Values in lines that a program prints: ``epoch 3 loss: 0.31``, ``val_acc=0.93``.

A pattern of the user (``track.scrape``) is a regular expression.  Its named groups are metrics, ``step`` is
the step; or ``name`` and ``value`` are a metric: ``(?P<name>\w+) is (?P<value>[\d.]+)``.
"""

from __future__ import annotations

import re

from gittrack.analysis import direction
from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.standard.typing import NamedTuple

_GROUPED = r"\d{1,3}(?:,\d{3})+"  # 1,234
_NUMBER = rf"[-+]?(?:{_GROUPED}(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf)"
# What must not follow: the rest of a time, date, version, fraction, number with a unit or decimal comma.
_REST = r"(?!\w|[:/]|\s/\s*\d|[.,-]\d)"
_STEP = re.compile(
    r"(?i)\b(?P<unit>global[ _]step|step|epoch|iteration|iter|round|batch)\b\s*[:=#]?\s*\[?\s*"
    rf"(?P<step>{_GROUPED}|\d+(?:\.\d+)?)(?!\w|[.,]\d)"
)
_PAIR = re.compile(
    rf"(?i)(?<![\w./-])(?:(?P<data>train|training|val|valid|validation|test|eval)\s+)?"
    rf"(?P<name>[a-z][\w./@-]*?)\s*[:=]\s*(?P<value>{_NUMBER})(?P<percent>\s?%)?{_REST}"
)
_UNITS = frozenset(
    ("step", "global_step", "epoch", "iteration", "iter", "round", "batch", "seed", "pid", "port")
)
_SOURCE = re.compile(r"\.(?:py|cc?|cpp|cu|h|rs|go|js|jl)$")  # train.py:42 in lines of a logger
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 2000


class PrintedValues(NamedTuple):
    """What a line has: a step, if it names one, values, and names with two values, which are unclear."""

    step: float | None
    values: dict[str, float]
    unclear: tuple[str, ...] = ()


def compile_pattern(text: str | None) -> re.Pattern[str] | None:
    """Return the pattern of the user.  Raises TrackError if it cannot be used."""
    if not text:
        return None
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise TrackError(
            f"the setting track.scrape is not a regular expression: {error}",
            r"set one with named groups: git config track.scrape 'loss (?P<loss>[\d.]+)'",
        )
    names = set(pattern.groupindex) - {"step"}
    if not names or (("name" in names) != ("value" in names)):
        raise TrackError(
            "the setting track.scrape has no named group for a value",
            r"set one like this: git config track.scrape 'loss (?P<loss>[\d.]+)'",
        )
    return pattern


def parse(line: str, pattern: re.Pattern[str] | None = None) -> PrintedValues:
    """Return what a line has.

    Without a pattern, ``name: number`` and ``name=number`` count if the line names a step or epoch, or if
    the name has a well-known word, such as loss or accuracy.
    """
    line = line.rpartition("\b")[2]  # a progress bar that goes back overwrites what it has drawn
    if len(line) > _LONGEST or line.startswith("gittrack: "):
        return PrintedValues(None, {})
    text = _COLOURS.sub("", line)
    return _by_pattern(text, pattern) if pattern is not None else _usual(text)


def _usual(text: str) -> PrintedValues:
    step = _STEP.search(text)
    values: dict[str, float] = {}
    unclear = []
    for match in _PAIR.finditer(text):
        name = match["name"].rstrip("._-/")
        if name.lower() in _UNITS or _SOURCE.search(name):
            continue
        if match["data"]:
            name = f"{match['data'].lower()}_{name}"
        if step is not None or direction.goal_of_name(name)[0] is not None:
            value = float(match["value"].replace(",", ""))
            if not nested.same(values.setdefault(name, value), value):
                unclear.append(name)
    for name in unclear:
        values.pop(name, None)
    return PrintedValues(None if step is None else _step(step["step"]), values, tuple(unclear))


def _step(text: str) -> float:
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number


def _by_pattern(text: str, pattern: re.Pattern[str]) -> PrintedValues:
    step, values = None, {}
    for match in pattern.finditer(text):
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        if "step" in groups:
            step = _whole(groups.pop("step"))
        if "name" in groups and "value" in groups:
            groups = {groups["name"]: groups["value"]}
        for name, value in groups.items():
            try:
                values[name] = float(value)
            except ValueError:
                continue
    return PrintedValues(step, values)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


class Scraper:
    """Takes values from the lines of a program, in order.

    A line that only names an epoch (``Epoch 3/10``) gives the step of the lines that follow it.
    """

    def __init__(self, pattern: re.Pattern[str] | None = None) -> None:
        self.pattern = pattern
        self.step: float | None = None
        self.counts: dict[str, int] = {}
        self.unclear: dict[str, int] = {}

    def line(self, text: str) -> PrintedValues:
        """Return what a line has, with its step; count the values."""
        line = parse(text, self.pattern)
        if line.step is not None:
            self.step = line.step
        for name in line.values:
            self.counts[name] = self.counts.get(name, 0) + 1
        for name in line.unclear:
            self.unclear[name] = self.unclear.get(name, 0) + 1
        return PrintedValues(self.step, line.values, line.unclear)
