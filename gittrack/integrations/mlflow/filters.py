"""The language of ``mlflow.search_runs``: ``metrics.acc > 0.9 and params.model = 'tree'``."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.integrations.mlflow.entities import RunInfoView, RunView

_CLAUSE = re.compile(
    r"""\s*(?:(?P<owner>metrics?|params?|parameters?|tags?|attributes?|attr)\s*\.)?
    \s*(?P<name>`[^`]*`|"[^"]*"|[\w.\-/]+)
    \s*(?:(?P<null>IS\s+NOT\s+NULL|IS\s+NULL)\b
    |(?P<operator>!=|>=|<=|=|>|<|NOT\s+IN\b|IN\b|NOT\s+LIKE\b|I?LIKE\b)
    \s*(?P<value>'(?:[^']|'')*'|"[^"]*"|\((?:'(?:[^']|'')*'|"[^"]*"|[^()'"])*\)|-?[\w.+\-]+))\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_ITEM = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|[^,\s]+""")
# The operators that MLflow has for params and tags, which are text: '9' > '10'.
_OF_TEXT = ("=", "!=", "IN", "NOT IN", "LIKE", "ILIKE", "NOT LIKE", "IS NULL", "IS NOT NULL")
_ALIASES = {"Created": "start_time", "Run ID": "run_id", "run_uuid": "run_id"}
_ALIASES |= dict.fromkeys(("Run name", "Run Name", "run name"), "run_name")
_HINT = "write: metrics.acc > 0.9 and params.model = 'tree'"


_TABLES = {"metr": "metrics", "para": "params", "tags": "tags", "tag": "tags"}


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
        name = match["name"].strip('`"')
        if owner not in _TABLES:
            name = _attribute(name)
        elif _TABLES[owner] != "metrics" and operator not in _OF_TEXT:
            raise TrackError(
                f"{match['name']!r:.40} is text, which {operator} does not compare",
                "use = or LIKE, or: gittrack.runs(where='params.n > 3')",
            )
        clauses.append(_Clause(owner, name, operator, match["value"] or ""))
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
    if owner[:4].lower() not in (*_TABLES, "attr"):
        raise TrackError(f"there is no {owner!r:.40} to sort by", "write: metrics.acc DESC")
    return _value(run, owner[:4].lower(), name.strip('`"'))


def _value(run: RunView, owner: str, name: str) -> Any:
    if owner in _TABLES:
        return getattr(run.data, _TABLES[owner]).get(name)
    return getattr(run.info, _attribute(name))


def _attribute(name: str) -> str:
    """Return the name of a fact of a run.  Raises TrackError if runs have no such fact."""
    name = _ALIASES.get(name, name)
    if name not in RunInfoView._fields:
        hint = f"write metrics.{name}, params.{name}, or one of {', '.join(RunInfoView._fields)}"
        raise TrackError(f"runs have no attribute {name!r:.40}", hint)
    return name


def _fits(clause: _Clause, run: RunView) -> bool:
    value = _value(run, clause.owner, clause.name)
    if clause.operator.startswith("IS"):
        return (value is None) == (clause.operator == "IS NULL")
    if value is None:
        return False
    if clause.operator in ("IN", "NOT IN"):
        inner = clause.value.removeprefix("(").removesuffix(")")
        items = [_unquoted(item) for item in _ITEM.findall(inner)]
        return (str(value) in items) == (clause.operator == "IN")
    if clause.operator.endswith("LIKE"):
        flags = re.DOTALL | (re.IGNORECASE if clause.operator == "ILIKE" else 0)
        pattern = re.escape(_unquoted(clause.value)).replace("%", ".*").replace("_", ".")
        is_like = re.fullmatch(pattern, str(value), flags) is not None
        return is_like != clause.operator.startswith("NOT")
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
