"""The grammar of queries: Python parses the text, nothing is evaluated, errors show the column."""

from __future__ import annotations

import ast

from gittrack.core.errors import TrackError
from gittrack.core.standard.typing import NamedTuple

_MAX_LENGTH = 10_000


class Name(NamedTuple):
    """A name in a query.

    Parameters
    ----------
    kind : str
        ``metrics`` or ``params``; empty for a name without one of them in front.
    parts : tuple of str
        The words between the dots, or the texts in brackets.
    column : int
        The column of the name in the query, from 1.
    optional : bool, default False
        Whether the name is the argument of ``has``, so that runs need not have it.
    """

    kind: str
    parts: tuple[str, ...]
    column: int
    optional: bool = False


class QueryError(TrackError):
    """A query that cannot be understood; ``column`` counts from 1."""

    def __init__(self, problem: str, text: str, column: int, hint: str = "") -> None:
        start = max(0, column - 60)
        excerpt = text[start : start + 100]
        mark = " " * (column - 1 - start) + "^"
        super().__init__(f"in the query, column {column}: {problem}\n  {excerpt}\n  {mark}", hint)
        self.column = column


def parse(text: str) -> ast.expr:
    """Return the syntax tree of a query; its columns are one too high.  Raises QueryError."""
    if len(text) > _MAX_LENGTH:
        raise QueryError(f"it is longer than {_MAX_LENGTH:,} characters", text[:100], 1)
    begin = len(text) - len(text.lstrip())
    if begin == len(text):
        raise QueryError("it is empty", text, 1, 'write one like this: -w "val_accuracy > 0.9"')
    try:
        # Spaces in front would be an indentation; with brackets, columns are one too high.
        tree = ast.parse(f"({text})", mode="eval").body
        _check_brackets(text)
        return tree
    except SyntaxError as error:
        column = min(max(1, (error.offset or 2) - 1), len(text))
        raise QueryError(_problem(error), text, column, _repair(text, error.msg)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise QueryError(str(error) or "it is nested too deeply", text, 1) from None


def _check_brackets(text: str) -> None:
    """Raise QueryError if the query closes a bracket that it did not open, as in ``a) or (b``."""
    alone = text.strip().replace("\n", " ")
    try:
        ast.parse(alone, mode="eval")
    except SyntaxError as error:
        column = len(text) - len(text.lstrip()) + (error.offset or 1)
        problem = "a bracket is closed that was not opened"
        raise QueryError(problem, text, min(column, len(text)), "remove it") from None


def conjuncts(text: str) -> list[str]:
    """Return the parts of a query that must all hold, each as a query.  Raises QueryError."""
    tree = parse(text)
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        try:
            return [ast.unparse(part) for part in tree.values]
        except RecursionError:
            raise QueryError("it is nested too deeply", text, 1, "write it in parts") from None
    return [text.strip()]


def _problem(error: SyntaxError) -> str:
    message = error.msg.partition(". Perhaps")[0].partition(". Maybe")[0]
    return "this cannot be understood" if "syntax" in message else message


def _repair(text: str, message: str) -> str:
    """Return a hint for text that is right in other languages."""
    if "never closed" in message or "unterminated" in message:
        return "close it"
    if "unmatched" in message:
        return "remove it"
    for sign, instead in (("&&", "and"), ("||", "or"), ("<>", "!=")):
        if sign in text:
            return f"write {instead!r} instead of {sign!r}"
    bare = text
    for sign in ("==", "<=", ">=", "!="):
        bare = bare.replace(sign, "")
    if "=" in bare:
        return "compare with =="
    if "!" in bare:
        return "write 'not' instead of '!'"
    if text.rstrip().endswith(
        ("and", "or", "not", "in", "<", ">", "==", "<=", ">=", "!=", "(", ",")
    ):
        return "something is missing at the end"
    return 'put a name that is not an identifier in brackets: params["weight decay"]'
