"""Find the runs that match a query, or have recorded facts, in columns.

The operands of the outermost ``and`` are tested one after the other, each for the runs that are left.  Each
is the same closure that `gittrack.read.runs.filters` calls for every run.  Two kinds need fewer calls: a
float that is not close to a number is compared with it directly, and a condition on one name is evaluated
once for equal values.
"""

from __future__ import annotations

import ast

from gittrack import git
from gittrack.core.query import expression
from gittrack.core.query.grammar import Name, QueryError
from gittrack.core.run.commit_message import MISSING, Missing
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.index.table import RunTable
from gittrack.read.runs import filters
from gittrack.read.runs.lookup import Lookup

Positions = Sequence[int]
_CLOSE = 1e-6  # relative; two equal values, such as a float32 and its short form, differ by less


class NotInColumns(Exception):
    """A value that a query needs is not in columns."""


def matching(repo: git.Repo, table: RunTable, positions: Positions, text: str) -> Positions:
    """Return which of some positions have a run that matches a query.

    Raises QueryError, also for a name that no run has, and NotInColumns.
    """
    names: list[_Column] = []
    earlier: dict[tuple[str, ...], _Column] = {}

    def bind(name: Name) -> expression.Value:
        key = (name.kind, *name.parts)
        column = _Column(repo, table, name, text, earlier.get(key))
        earlier[key] = column
        names.append(column)
        return column

    conditions, first = [], 0
    for node, holds in expression.operands(text, bind):
        conditions.append((node, holds, names[first:]))
        first = len(names)
    matched = positions
    for node, holds, needed in conditions:
        matched = _holding(node, holds, needed, matched)
    for column in names:
        if positions and not column.exists(positions):
            raise column.unknown(table)
    return matched


class _Column:
    """The values of one name of a query by position, and whether it was a metric, a param, or neither."""

    def __init__(
        self, repo: git.Repo, table: RunTable, name: Name, text: str, same: _Column | None
    ) -> None:
        if filters.may_have_owner(name, text):
            raise NotInColumns
        ways, conversion = filters.ways_of(repo, name), filters.conversion(name)
        self.bound = filters.BoundName(name, text, ways, conversion)
        self.kinds: set[str] = set()
        self.columns: list[tuple[str, Sequence[Any]]] = (
            same.columns if same else [(kind, _values(table, way)) for kind, way in ways]
        )

    def __call__(self, position: int) -> Any:
        """Return the value at a position."""
        value: Any = MISSING
        for kind, values in self.columns:
            item = values[position]
            if item is not MISSING:
                value = item
                self.kinds.add(kind)
        if len(self.kinds) > 1:
            raise self.bound.ambiguous()
        return self.bound.convert(value) if self.bound.convert else value

    def plain(self) -> Sequence[Any] | None:
        """Return the values if they need no conversion, and are of one kind in all runs."""
        if self.bound.convert is not None:
            return None
        used = [values for _, values in self.columns if any(v is not MISSING for v in values)]
        if len(used) > 1:
            return None
        self.kinds.update(kind for kind, values in self.columns if used and values is used[0])
        return used[0] if used else None

    def exists(self, positions: Positions) -> bool:
        """Return whether one of some runs has the name; all facts exist, and ``has`` allows any name."""
        name = self.bound.name
        if name.optional or not self.columns or self.columns[0][0] == "fact":
            return True
        return any(values[at] is not MISSING for _, values in self.columns for at in positions)

    def unknown(self, table: RunTable) -> QueryError:
        """Return the error for a name that no run has."""
        special = list(table.special().values())

        def names(kind: str) -> set[str]:
            return table.names(kind).union(filters.names_of(special, kind))

        return filters.unknown(self.bound.name, names, self.bound.text)


def _values(table: RunTable, lookup: Lookup) -> Sequence[Any]:
    values = table.values(lookup)
    if values is None:
        raise NotInColumns
    return values


def _holding(
    node: ast.expr, holds: Callable[[Any], bool], names: Sequence[_Column], positions: Positions
) -> Positions:
    """Return the positions at which one operand of a query holds."""
    if len({id(column.columns) for column in names}) != 1:
        return [position for position in positions if holds(position)]
    values = names[0].plain()
    if values is None:
        return [position for position in positions if holds(position)]
    compared = _compared_number(node)
    if compared is not None:
        return _comparing(*compared, values, holds, positions)
    seen: dict[type, dict[Any, bool]] = {str: {}, int: {}, float: {}, bool: {}}
    seen |= {Missing: {}, type(None): {}}
    matched = []
    for position in positions:
        value = values[position]
        answers = seen.get(type(value))
        if answers is None:  # a list, or another value that cannot be a key
            answer: bool | None = holds(position)
        else:
            answer = answers.get(value)
            if answer is None:
                answer = answers[value] = holds(position)
        if answer:
            matched.append(position)
    return matched


def _compared_number(node: ast.expr) -> tuple[type[ast.cmpop], float] | None:
    """Return the operator and the number of ``name < number``; None for other conditions."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    number = node.comparators[0]
    sign = 1
    if isinstance(number, ast.UnaryOp) and isinstance(number.op, ast.USub):
        number, sign = number.operand, -1
    if not isinstance(node.left, (ast.Name, ast.Attribute, ast.Subscript)):
        return None
    if not isinstance(number, ast.Constant) or not isinstance(number.value, (int, float)):
        return None
    if isinstance(number.value, bool):
        return None
    value = sign * number.value
    return (type(node.ops[0]), value) if abs(value) < 1e300 else None


def _comparing(
    operator: type[ast.cmpop],
    number: float,
    values: Sequence[Any],
    holds: Callable[[Any], bool],
    positions: Positions,
) -> Positions:
    """Return where values compare with a number; only floats that are not close to it are compared here."""
    margin = abs(number) * _CLOSE
    low, high = number - margin, number + margin
    pairs = [(position, values[position]) for position in positions]
    if operator in (ast.Gt, ast.GtE):
        return [
            at
            for at, v in pairs
            if ((v > high or (v >= low and holds(at))) if type(v) is float else holds(at))
        ]
    if operator in (ast.Lt, ast.LtE):
        return [
            at
            for at, v in pairs
            if ((v < low or (v <= high and holds(at))) if type(v) is float else holds(at))
        ]
    if operator is ast.Eq:
        return [
            at
            for at, v in pairs
            if ((low <= v <= high and holds(at)) if type(v) is float else holds(at))
        ]
    return [position for position in positions if holds(position)]
