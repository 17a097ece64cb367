"""Decode runs whose bodies have the same keys: key by key, and equal texts once.

The runs are those of `commit_message.decode` and `run_info.from_facts`.  A run for which this is not certain
is left out, such as one with a value of a wrong type.
"""

from __future__ import annotations

from itertools import repeat

from gittrack.core import layout
from gittrack.core.run import commit_message, run_info, trials
from gittrack.core.run.run_info import Code, Metric, RunInfo
from gittrack.core.run.trials import TrialFacts
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.runs.decoding import alike

Keys = tuple[str, ...]
Column = Sequence[Any]  # a value of each run
_UNUSUAL = {"code", "sweep", "metric_definitions", "output_paths", commit_message.TRUNCATED}
_ERRORS = (ValueError, TypeError, AttributeError, OverflowError, OSError)


class _NotPlain(Exception):
    """Bodies with these keys have to be decoded one after the other."""


def decoded(
    keys: Keys, texts: Iterable[Keys], beside: Mapping[str, Column]
) -> list[RunInfo | None]:
    """Return the runs of some bodies; None for a run that has to be decoded by itself.

    Parameters
    ----------
    keys : tuple of str
        The keys of the lines of each body.
    texts : iterable of tuple of str
        The texts behind these keys, of each body.
    beside : mapping
        What bodies do not say, a value of each run: ``id``, ``experiment``, ``commit`` and ``ref``.
    """
    batch = _Batch(beside)
    try:
        for key, column in zip(keys, zip(*texts, strict=True), strict=True):
            batch.add(key, column)
        infos = batch.infos()
    except (_NotPlain, *_ERRORS):
        return [None] * len(beside["id"])
    return [None if number in batch.wrong else info for number, info in enumerate(infos)]


class _Batch:
    """The facts, the params and the metrics of some runs, as columns."""

    def __init__(self, beside: Mapping[str, Column]) -> None:
        self.wrong: set[int] = set()  # the numbers of the runs with a value that cannot be read
        self._beside, self._count = beside, len(beside["id"])
        self._facts: dict[str, Column] = {}
        self._code: dict[str, Column] = {}
        self._sweep: dict[str, Column] = {}
        self._params: dict[Keys, Column] = {}
        self._metrics: dict[str, Column] = {}

    def add(self, key: str, texts: Sequence[str]) -> None:
        """Add the column of a key.  Raises _NotPlain or ValueError for an unusual key."""
        kind, _, rest = key.partition(".")
        parts = commit_message.split_key(rest if kind in ("params", "metrics") and rest else key)
        if kind == "params" and rest:
            self._add(self._params, parts, texts, commit_message.parse_value)
        elif kind == "metrics" and rest:
            self._add(self._metrics, parts[0], texts, _metric)
        elif len(parts) == 1:
            of_key = _checked(parts[0], run_info.check_fact)
            self._add(self._facts, parts[0], texts, of_key, parts[0])
        elif len(parts) == 2 and parts[0] == "code":
            fact = f"code.{parts[1]}"  # the key may be quoted
            self._add(self._code, parts[1], texts, _checked(fact, run_info.check_fact), fact)
        elif len(parts) == 2 and parts[0] == "sweep":
            of_key = _checked(parts[1], trials.check)
            self._add(self._sweep, parts[1], texts, of_key, f"sweep.{parts[1]}")
        else:
            raise _NotPlain

    def _add(
        self,
        columns: dict[Any, Column],
        name: Any,
        texts: Sequence[str],
        read: Callable[[str], Any],
        fact: str = "",
    ) -> None:
        """Add a column of values; those of a fact are checked by ``read``, too."""
        if name in columns:
            raise _NotPlain
        different = set(texts)
        values = alike.values(different, read, fact) or self._each(texts, different, read)
        columns[name] = list(map(values.__getitem__, texts))
        if any(isinstance(value, (list, dict)) for value in values.values()):
            columns[name] = list(map(_copy, columns[name]))  # no two runs share one

    def _each(
        self, texts: Sequence[str], different: Iterable[str], read: Callable[[str], Any]
    ) -> dict[str, Any]:
        """Return {text: value}."""
        values: dict[str, Any] = {}
        for text in different:
            try:
                values[text] = read(text)
            except _ERRORS:  # such runs are decoded by themselves, which says why
                self.wrong.update(n for n, other in enumerate(texts) if other == text)
                values[text] = None
        return values

    def infos(self) -> list[RunInfo]:
        """Return the runs.  Raises _NotPlain."""
        facts = {**self._facts, **self._beside}
        if not {"format", "status"} <= facts.keys() or facts.keys() & _UNUSUAL:
            raise _NotPlain
        self._leave(facts["format"], lambda number: number != layout.FORMAT)
        self._leave(facts["status"], lambda status: status is None)
        attributes: dict[str, Column] = {
            run_info.COPIED[key]: [tuple(v) if isinstance(v, list) else v for v in values]
            for key, values in facts.items()
            if key in run_info.COPIED
        }
        more = {key: values for key, values in facts.items() if key in run_info.MORE}
        attributes |= {
            **self._beside,
            "params": self._nested_params(),
            "metrics": self._mappings(self._metrics),
            "more": self._mappings(more),
            "code": list(map(Code._make, self._rows(Code, self._code))),
        }
        if self._sweep:
            attributes["sweep"] = self._trials()
        return list(map(RunInfo._make, self._rows(RunInfo, _with_defaults(RunInfo, attributes))))

    def _leave(self, column: Column, is_wrong: Callable[[Any], bool]) -> None:
        self.wrong.update(number for number, value in enumerate(column) if is_wrong(value))

    def _nested_params(self) -> list[dict[str, Any]]:
        if all(len(parts) == 1 for parts in self._params):
            return self._mappings({parts[0]: column for parts, column in self._params.items()})
        return [commit_message.nest(params) for params in self._mappings(self._params)]

    def _mappings(self, columns: Mapping[Any, Column]) -> list[dict[Any, Any]]:
        """Return a mapping of each run."""
        if not columns:
            return [{} for _ in range(self._count)]
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _trials(self) -> list[TrialFacts]:
        if not {"id", "trial"} <= self._sweep.keys():
            raise _NotPlain
        for key in ("id", "trial"):
            self._leave(self._sweep[key], lambda value: value is None)
        columns = _with_defaults(TrialFacts, self._sweep)
        return list(map(TrialFacts._make, self._rows(TrialFacts, columns)))

    def _rows(self, kind: Any, columns: Mapping[str, Column]) -> Iterable[tuple[Any, ...]]:
        """Return the values of the fields of a named tuple, of each run."""
        every = (
            columns[field] if field in columns else repeat(kind._field_defaults[field], self._count)
            for field in kind._fields
        )
        return zip(*every, strict=True)


def _copy(value: Any) -> Any:
    """Return a plain value whose lists and mappings are not those of ``value``."""
    if isinstance(value, list):
        return list(map(_copy, value))
    return {key: _copy(item) for key, item in value.items()} if isinstance(value, dict) else value


def _with_defaults(kind: Any, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return columns in which a field without a value has its default."""
    return {
        field: column
        if None not in column or default is None
        else [default if value is None else value for value in column]
        for field, column in columns.items()
        for default in [kind._field_defaults.get(field)]
    }


def _checked(key: str, check: Callable[[str, Any], None]) -> Callable[[str], Any]:
    """Return a function that reads a text as the value of a fact; it raises ValueError."""

    def read(text: str) -> Any:
        value = commit_message.parse_value(text)
        check(key, value)
        return value

    return read


def _metric(text: str) -> Metric:
    value = commit_message.parse_value(text)
    if value.get("kind", run_info.NUMBER) != run_info.NUMBER:  # a later version wrote it
        raise ValueError
    return run_info.metric(value)
