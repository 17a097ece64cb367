"""Runs and differences as JSON.  The keys are stable: a later version may add keys, and removes none."""

from __future__ import annotations

import math
from itertools import islice

from gittrack.core.run import facts
from gittrack.core.run.commit_message import Missing
from gittrack.core.run.run_info import RunInfo, getter
from gittrack.core.standard.collections import Callable, Iterable, Iterator, Mapping
from gittrack.core.standard.later import json
from gittrack.core.standard.typing import Any

_AT_ONCE = 100


def dump(value: Any) -> str:
    """Return JSON text, indented; see `plain` for values that JSON does not have."""
    return json.dumps(plain(value), indent=2, allow_nan=False) + "\n"


def dump_each(values: Iterable[Any]) -> Iterator[str]:
    """Yield the text that `dump` returns for a list of values, in parts: some values after the others."""
    rest, separator = iter(values), "["
    while some := list(islice(rest, _AT_ONCE)):  # each call of `json` leaves garbage
        yield separator + dump(some)[1 : -len("\n]\n")]
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def plain(value: Any) -> Any:
    """Return a value that JSON has: ``"NaN"``, ``"Infinity"``, ``"-Infinity"``, and null if missing."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, Missing) else value


def run(info: RunInfo) -> dict[str, Any]:
    """Return a run as in ``ls``, ``top`` and ``show`` with ``--json``; `core.run.facts` has the keys.

    A fact with a dot in its name is a key of a nested mapping.  ``sweep`` is null if
    the run is not a trial, ``verdict`` if it was not reproduced.
    """
    record: dict[str, Any] = {}
    for part, name, get in _KEYS:
        if part in _ABSENT_PARTS and getattr(info, part) is None:
            record[part] = None
        else:
            (record.setdefault(part, {}) if part else record)[name] = get(info)
    record["metrics"] = {name: metric.to_dict() for name, metric in info.metrics.items()}
    return record


_ABSENT_PARTS = ("sweep", "verdict")


def _get(fact: facts.Fact) -> Callable[[RunInfo], Any]:
    get = getter(fact)
    return (lambda info: list(get(info) or ())) if facts.TYPES[fact.kind] is list else get


_KEYS = [(*fact.name.rpartition(".")[::2], _get(fact)) for fact in facts.FACTS if fact.json]
