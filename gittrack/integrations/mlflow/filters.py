"""The language of ``mlflow.search_runs``: ``metrics.acc > 0.9 and params.model = 'tree'``."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.integrations.mlflow.entities import RunView

_CLAUSE = re.compile(
    r"""\s*(?:(?P<owner>metrics?|params?|parameters?|tags?|attributes?|attr)\s*\.)?
    \s*(?P<name>`[^`]*`|"[^"]*"|[\w.\-/]+)
    \s*(?:(?P<null>IS\s+NOT\s+NULL|IS\s+NULL)\b
    |(?P<operator>!=|>=|<=|=|>|<|NOT\s+IN\b|IN\b|NOT\s+LIKE\b|I?LIKE\b)
    \s*(?P<value>'(?:[^']|'')*'|"[^"]*"|\([^)]*\)|-?[\w.+\-]+))\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_HINT = "write: metrics.acc > 0.9 and params.model = 'tree'"


class _Clause(NamedTuple):
    """One comparison of a filter."""

    owner: str
    name: str
    operator: str
    value: str


def holds(text: str) -> Callable[[RunView], bool]:
    """Return a function that says whether a run fulfils a filter.

    Raises
    ------
    TrackError
        If the filter cannot be parsed.
    """
    clauses = list(_parse(text)) if text and text.strip() else []
    return lambda run: all(_fits(clause, run) for clause in clauses)


def _parse(text: str) -> Sequence[_Clause]:
    clauses, rest = [], text
    while True:
        match = _CLAUSE.match(rest)
        if match is None:
            raise TrackError(f"the filter {text!r:.80} cannot be parsed", _HINT)
        owner = (match["owner"] or "attributes").lower()[:4]
        operator = " ".join((match["null"] or match["operator"]).upper().split())
        clauses.append(_Clause(owner, match["name"].strip('`"'), operator, match["value"] or ""))
        rest = rest[match.end() :]
        if not rest.strip():
            return clauses
        joined = re.match(r"\s*and\b", rest, re.IGNORECASE)
        if joined is None:
            raise TrackError(
                f"the filter {text!r:.80} cannot be parsed at {rest.strip()!r:.40}", _HINT
            )
        rest = rest[joined.end() :]


def value_of(run: RunView, key: str) -> Any:
    """Return what ``metrics.acc``, ``params.lr``, ``tags.x`` or an attribute such as ``start_time`` is."""
    owner, _, name = key.partition(".")
    if not name:
        owner, name = "attributes", owner
    return _value(run, owner[:4], name.strip('`"'))


def _value(run: RunView, owner: str, name: str) -> Any:
    tables: dict[str, Mapping[str, Any]] = {
        "metr": run.data.metrics,
        "para": run.data.params,
        "tags": run.data.tags,
        "tag": run.data.tags,
    }
    if owner in tables:
        return tables[owner].get(name)
    return getattr(run.info, {"Created": "start_time", "Run ID": "run_id"}.get(name, name), None)


def _fits(clause: _Clause, run: RunView) -> bool:
    value = _value(run, clause.owner, clause.name)
    if clause.operator.startswith("IS"):
        return (value is None) == (clause.operator == "IS NULL")
    if value is None:
        return False
    if clause.operator in ("IN", "NOT IN"):
        items = [_unquoted(item) for item in clause.value.strip("()").split(",")]
        return (str(value) in items) == (clause.operator == "IN")
    if clause.operator.endswith("LIKE"):
        pattern = _unquoted(clause.value).replace("%", "*").replace("_", "?")
        is_plain = clause.operator != "ILIKE"
        texts = (str(value), pattern) if is_plain else (str(value).lower(), pattern.lower())
        return fnmatch.fnmatchcase(*texts) != clause.operator.startswith("NOT")
    return _compare(value, clause.operator, _unquoted(clause.value))


def _compare(value: Any, operator: str, text: str) -> bool:
    if isinstance(value, (int, float)):
        try:
            other: Any = float(text)
        except ValueError as error:
            raise TrackError(f"{text!r} is not a number", _HINT) from error
    else:
        value, other = str(value), text
    comparisons = {
        "=": value == other,
        "!=": value != other,
        ">": value > other,
        ">=": value >= other,
        "<": value < other,
        "<=": value <= other,
    }
    return bool(comparisons[operator])


def _unquoted(text: str) -> str:
    stripped = text.strip()
    is_quoted = len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "'\""
    return stripped[1:-1].replace("''", "'") if is_quoted else stripped
