"""The comparisons of queries: of values, of dates, and of texts with patterns."""

from __future__ import annotations

import ast
import operator
from fnmatch import fnmatchcase

from gittrack.core.query.equality import equal, ordered
from gittrack.core.query.run_name import RunName
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import Any


def _equal(a: Any, b: Any) -> bool:
    for name, other in ((a, b), (b, a)):
        if isinstance(name, RunName) and isinstance(other, str) and other in name.spellings:
            return True
    return equal(a, b)


def _inside(item: Any, container: Any) -> bool:
    if isinstance(container, str):
        return isinstance(item, str) and item in container
    if isinstance(container, (list, tuple)):
        return any(_equal(item, other) for other in container)
    return False


def like(text: Any, pattern: Any) -> bool:
    """Return whether a text, or an item of a list, matches a pattern of the shell."""
    spellings = text.spellings if isinstance(text, RunName) else [text]
    items = text if isinstance(text, (list, tuple)) else spellings
    return isinstance(pattern, str) and any(
        isinstance(item, str) and fnmatchcase(item, pattern) for item in items
    )


# The comparison of each operator.
BY_OPERATOR: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Lt: ordered(operator.lt, inclusive=False),
    ast.LtE: ordered(operator.le, inclusive=True),
    ast.Gt: ordered(operator.gt, inclusive=False),
    ast.GtE: ordered(operator.ge, inclusive=True),
    ast.Eq: _equal,
    ast.NotEq: lambda a, b: not _equal(a, b),
    ast.In: _inside,
    ast.NotIn: lambda a, b: not _inside(a, b),
}


def _of_moments(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Return a comparison of two dates, with the precision of the less precise one.

    A date without a time is the whole day: a run of that day is ``==``, ``<=`` and ``>=``, but not ``<`` or
    ``>``.
    """

    def compare(a: Any, b: Any) -> bool:
        if not isinstance(a, str) or not isinstance(b, str):
            return False
        length = min(len(a), len(b))
        return test(a[:length], b[:length])

    return compare


_EQUAL_MOMENTS = _of_moments(operator.eq)


def _in_moments(moment: Any, moments: Any) -> bool:
    is_list = isinstance(moments, (list, tuple))
    return is_list and any(_EQUAL_MOMENTS(moment, other) for other in moments)


# The comparison of dates for each comparison of values.
OF_MOMENTS: Mapping[Any, Callable[[Any, Any], bool]] = {
    BY_OPERATOR[ast.Lt]: _of_moments(operator.lt),
    BY_OPERATOR[ast.LtE]: _of_moments(operator.le),
    BY_OPERATOR[ast.Gt]: _of_moments(operator.gt),
    BY_OPERATOR[ast.GtE]: _of_moments(operator.ge),
    BY_OPERATOR[ast.Eq]: _EQUAL_MOMENTS,
    BY_OPERATOR[ast.NotEq]: _of_moments(operator.ne),
    BY_OPERATOR[ast.In]: _in_moments,
    BY_OPERATOR[ast.NotIn]: lambda a, b: not _in_moments(a, b),
}
