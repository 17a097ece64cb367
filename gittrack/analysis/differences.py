"""The differences between two or more runs, as values."""

from __future__ import annotations

import math

from gittrack.core.nested import same
from gittrack.core.run import facts as run_facts
from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import SYSTEM, Metric, RunInfo, getter
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple


class Change(NamedTuple):
    """A value that differs; ``a`` or ``b`` is `commit_message.MISSING` if that run does not have the name."""

    name: str
    a: Any
    b: Any


class MetricChange(NamedTuple):
    """A metric that differs; ``percent`` is relative to ``a``, and None if ``a`` is 0 or not finite."""

    name: str
    a: Metric | None
    b: Metric | None
    delta: float | None
    percent: float | None


class CodeChange(NamedTuple):
    """The difference between two code states: commits or snapshots ``a`` and ``b``, and their diff."""

    a: str | None
    b: str | None
    patch: str
    stat: str
    problem: str | None = None


Preview = tuple[tuple[tuple[int, int, int], ...], ...]  # rows of red, green and blue


class ImageChange(NamedTuple):
    """How two images differ.

    Attributes
    ----------
    a, b : tuple of int
        The width and height of each.
    pixels : int or None
        How many pixels differ; None if the sizes differ.
    mean, largest : float, int or None
        By how much the channels differ, on average and at most, of 255.
    previews : tuple of Preview
        A small copy of each.
    """

    a: tuple[int, int]
    b: tuple[int, int]
    pixels: int | None = None
    mean: float | None = None
    largest: int | None = None
    previews: tuple[Preview, Preview] = ((), ())

    def to_dict(self) -> dict[str, Any]:
        """Return the difference without the copies."""
        return {key: value for key, value in self._asdict().items() if key != "previews"}


class MediaChange(NamedTuple):
    """Media of a name that differ.

    Attributes
    ----------
    name, type : str
        The name, and the type such as ``image``.
    changed, only_a, only_b : int
        How many files differ, and how many only one run has.
    paths : tuple of str
        The last file that differs, as its path among the artifacts of each run; empty if there is none.
    rows : tuple of str
        Of a table: the rows of that file that differ, with ``-`` and ``+`` in front.
    image : ImageChange or None
        Of an image that can be decoded: how that file differs.
    """

    name: str
    type: str
    changed: int
    only_a: int
    only_b: int
    paths: tuple[str, str] = ("", "")
    rows: tuple[str, ...] = ()
    image: ImageChange | None = None


class RunDiff(NamedTuple):
    """Everything that differs between the runs ``a`` and ``b``, without what is equal.

    ``unrecorded`` has the sections of which nothing is known, because a run did not record them.
    """

    a: RunInfo
    b: RunInfo
    run: list[Change]
    params: list[Change]
    metrics: list[MetricChange]
    env: list[Change]
    inputs: list[Change]
    code: CodeChange
    media: Sequence[MediaChange] = ()
    unrecorded: tuple[str, ...] = ()


class DiffRow(NamedTuple):
    """A name whose values differ among runs: one value for each run, `commit_message.MISSING` if absent."""

    name: str
    values: tuple[Any, ...]


class DiffTable(NamedTuple):
    """Everything that differs among several runs, by section; a section without a difference is empty.

    ``unrecorded`` has the sections of which nothing is known, because a run did not record them.
    """

    runs: tuple[RunInfo, ...]
    sections: dict[str, list[DiffRow]]
    unrecorded: tuple[str, ...] = ()

    @property
    def equal(self) -> list[str]:
        """The sections in which the runs are known not to differ."""
        return [
            name for name, rows in self.sections.items() if not rows and name not in self.unrecorded
        ]


def differing_rows(mappings: Sequence[Mapping[str, Any]]) -> list[DiffRow]:
    """Return the keys whose values are not the same in all of the mappings, sorted."""
    names = sorted({name for mapping in mappings for name in mapping})
    rows = [
        DiffRow(name, tuple(mapping.get(name, MISSING) for mapping in mappings)) for name in names
    ]
    return [row for row in rows if not all(same(row.values[0], item) for item in row.values[1:])]


def changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    """Return the keys whose values differ, sorted."""
    pairs = ((key, a.get(key, MISSING), b.get(key, MISSING)) for key in sorted({*a, *b}))
    return [Change(key, x, y) for key, x, y in pairs if not same(x, y)]


_COMPARED = {fact.name: getter(fact) for fact in run_facts.FACTS if fact.compared}


def compared_facts(info: RunInfo) -> dict[str, Any]:
    """Return the facts of a run that can be equal in two runs: not its id, its times and the like."""
    values = {name: get(info) for name, get in _COMPARED.items()}
    return {name: _plain(value) for name, value in values.items() if value not in (None, ())}


def fact_changes(a: RunInfo, b: RunInfo) -> list[Change]:
    """Return the differences in `compared_facts` of two runs, in the order of the table of facts."""
    by_name = {change.name: change for change in changes(compared_facts(a), compared_facts(b))}
    return [by_name[name] for name in _COMPARED if name in by_name]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def metric_changes(a: Mapping[str, Metric], b: Mapping[str, Metric]) -> list[MetricChange]:
    """Return the metrics whose last value, extremes or length differ, sorted by name.

    Those of the machine (``system/...``) differ in every run and are left out.
    """
    changed = []
    for name in sorted(name for name in {*a, *b} if not name.startswith(SYSTEM)):
        x, y = a.get(name), b.get(name)
        if x is not None and y is not None and all(map(same, x, y)):
            continue
        delta = percent = None
        if x is not None and y is not None and math.isfinite(x.last) and math.isfinite(y.last):
            delta = _finite(y.last - x.last)
            percent = _finite(100.0 * delta / abs(x.last)) if delta is not None and x.last else None
        changed.append(MetricChange(name, x, y, delta, percent))
    return changed


def _finite(number: float) -> float | None:
    """Return a number, or None if it is not finite."""
    return number if math.isfinite(number) else None
