"""Queries over runs: the grammar of Python's expressions, limited to an allow-list.

``metrics.val_accuracy > 0.9 and params.lr <= 0.01 and "baseline" in tags`` is parsed with `ast` and compiled
to closures.  Nothing is ever evaluated as Python: syntax that is not listed here is an error that names its
column.  Every comparison with a value that a run does not have is false.
"""

from __future__ import annotations

import ast
import operator
from itertools import pairwise

from gittrack.core.errors import did_you_mean
from gittrack.core.query import comparisons, durations
from gittrack.core.query.grammar import Name, QueryError, parse
from gittrack.core.run.commit_message import MISSING, Missing
from gittrack.core.standard.collections import Callable, Iterator, Mapping
from gittrack.core.standard.typing import Any

Value = Callable[[Any], Any]  # a subject, such as a run -> the value of a part of the query
_DURATIONS, _MOMENTS = ("age", "duration"), ("started", "ended")


def compiled(text: str, bind: Callable[[Name], Value]) -> Callable[[Any], bool]:
    """Return a query as a predicate.

    Parameters
    ----------
    text : str
        The query.
    bind : callable
        Called with each name in the query; returns the function that looks up its value in a subject.

    Raises
    ------
    QueryError
        If the query cannot be understood.
    """
    parts = [part for _, part in operands(text, bind)]
    return parts[0] if len(parts) == 1 else lambda subject: all(part(subject) for part in parts)


def operands(
    text: str, bind: Callable[[Name], Value]
) -> Iterator[tuple[ast.expr, Callable[[Any], bool]]]:
    """Yield the operands of the outermost ``and`` of a query: the syntax of each, and its predicate.

    Parameters and errors are those of `compiled`.  An operand's names are bound when it is yielded.
    """
    whole = text.replace("\n", " ").replace("\t", " ")
    tree = parse(whole)
    compiler = _Compiler(whole, bind)
    if isinstance(tree, (ast.Constant, ast.List, ast.Tuple)):
        raise compiler.error(tree, "this is not a condition for a run", "compare: lr == 0.1")
    is_and = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
    for node in tree.values if isinstance(tree, ast.BoolOp) and is_and else [tree]:
        try:
            yield node, _predicate(compiler.value(node))
        except RecursionError:
            raise QueryError("it is nested too deeply", whole, 1) from None


def _predicate(value: Value) -> Callable[[Any], bool]:
    return lambda subject: _truth(value(subject))


_ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class _Compiler:
    """Compiles the nodes of one query to closures."""

    def __init__(self, text: str, bind: Callable[[Name], Value]) -> None:
        self.text = text
        self.bind = bind

    def value(self, node: ast.expr) -> Value:
        """Return the function that computes the value of a node for a subject."""
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return self.bind(self.name(node))
        if isinstance(node, ast.BoolOp):
            parts = [self.value(part) for part in node.values]
            if isinstance(node.op, ast.And):
                return lambda subject: all(_truth(part(subject)) for part in parts)
            return lambda subject: any(_truth(part(subject)) for part in parts)
        if isinstance(node, ast.UnaryOp):
            return self.unary(node)
        if isinstance(node, ast.Compare):
            return self.comparison(node)
        if isinstance(node, ast.BinOp):
            return self.arithmetic(node)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, (ast.List, ast.Tuple)):
            items = [self.value(item) for item in node.elts]
            return lambda subject: [item(subject) for item in items]
        raise self.error(node, f"{_kind(node)} is not part of a query", _GRAMMAR)

    def constant(self, node: ast.Constant) -> Value:
        item = node.value
        if item is not None and not isinstance(item, (str, int, float)):
            raise self.error(node, f"a value like {item!r:.20} is not part of a query", _GRAMMAR)
        return lambda subject: item

    def name(self, node: ast.expr, *, optional: bool = False) -> Name:
        parts: list[str] = []
        inner = node
        while not isinstance(inner, ast.Name):
            if isinstance(inner, ast.Attribute):
                parts.append(inner.attr)
            elif (
                isinstance(inner, ast.Subscript)
                and isinstance(inner.slice, ast.Constant)
                and isinstance(inner.slice.value, str)
            ):
                parts.append(inner.slice.value)
            else:
                raise self.error(inner, "this is not a name", 'names: lr, params.lr, params["a b"]')
            inner = inner.value
        words = (inner.id, *reversed(parts))
        column = self.column(node)
        if words[0] not in ("params", "metrics"):
            return Name("", words, column, optional)
        if len(words) == 1:
            raise self.error(node, f"{words[0]} alone is not a value", f"add a name: {words[0]}.lr")
        return Name(words[0], words[1:], column, optional)

    def unary(self, node: ast.UnaryOp) -> Value:
        inner = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda subject: not _truth(inner(subject))
        if isinstance(node.op, ast.USub):
            return lambda subject: _calculated(operator.mul, inner(subject), -1)
        if isinstance(node.op, ast.UAdd):
            return inner
        raise self.error(node, "~ is not part of a query", "write 'not'")

    def comparison(self, node: ast.Compare) -> Value:
        """Return a comparison; ``a < b < c`` compares neighbours, as in Python."""
        sides = [node.left, *node.comparators]
        values = [self.side(side, sides) for side in sides]
        tests = []
        for op, (a, b) in zip(node.ops, pairwise(values), strict=True):
            test = comparisons.BY_OPERATOR.get(type(op))
            if test is None:
                raise self.error(node, "'is' is not part of a query", "compare with ==")
            tests.append((test, a, b))
        if self.time_name(sides) in _MOMENTS:
            tests = [(comparisons.OF_MOMENTS[test], a, b) for test, a, b in tests]
        if len(tests) == 1:
            only, first, second = tests[0]
            return lambda subject: _compared(only, first(subject), second(subject))
        return lambda subject: all(_compared(t, a(subject), b(subject)) for t, a, b in tests)

    def time_name(self, sides: list[ast.expr]) -> str:
        """Return the name of the duration or date in a comparison; empty if there is none."""
        times = (side.id for side in sides if isinstance(side, ast.Name))
        return next((name for name in times if name in (*_DURATIONS, *_MOMENTS)), "")

    def side(self, node: ast.expr, sides: list[ast.expr]) -> Value:
        """Return one side of a comparison; a text beside a duration or a date is read as one."""
        name = self.time_name(sides)
        if name and isinstance(node, (ast.List, ast.Tuple)):
            items = [self.side(item, sides) for item in node.elts]
            return lambda subject: [item(subject) for item in items]
        if not name or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            return self.value(node)
        try:
            time = (durations.seconds if name in _DURATIONS else durations.moment)(node.value)
        except ValueError as error:
            problem, _, hint = str(error).partition("; ")
            raise self.error(node, problem, hint) from None
        return lambda subject: time

    def arithmetic(self, node: ast.BinOp) -> Value:
        calculate = _ARITHMETIC.get(type(node.op))
        if calculate is None:
            raise self.error(node, "this calculation is not part of a query", "there are + - * /")
        a, b = self.value(node.left), self.value(node.right)
        return lambda subject: _calculated(calculate, a(subject), b(subject))

    def call(self, node: ast.Call) -> Value:
        word = node.func.id if isinstance(node.func, ast.Name) else ""
        if word not in ("has", "like") or node.keywords:
            hint = did_you_mean(word, ("has", "like"), "there are has(NAME), like(NAME, PATTERN)")
            raise self.error(
                node, f"there is no function {word!r}" if word else "this cannot be called", hint
            )
        count = {"has": 1, "like": 2}[word]
        if len(node.args) != count:
            raise self.error(
                node,
                f"{word} needs {count} argument{'s' if count > 1 else ''}",
                'has(params.lr), like(name, "res*")',
            )
        if word == "has":
            value = self.bind(self.name(node.args[0], optional=True))
            return lambda subject: not isinstance(value(subject), Missing)
        text, pattern = map(self.value, node.args)
        return lambda subject: comparisons.like(text(subject), pattern(subject))

    def column(self, node: ast.expr) -> int:
        """Return the column of a node, from 1; `ast` counts bytes, and counts the bracket in front."""
        before = f"({self.text}".encode()[: node.col_offset]
        return max(1, len(before.decode(errors="ignore")))

    def error(self, node: ast.expr, problem: str, hint: str) -> QueryError:
        return QueryError(problem, self.text, self.column(node), hint)


_CALLS = 'has(params.lr), like(name, "res*")'
_GRAMMAR = "there are names, numbers, texts, comparisons, in, and, or, not, + - * /, has(), like()"


def _kind(node: ast.expr) -> str:
    words = {
        "Lambda": "lambda",
        "IfExp": "if ... else",
        "JoinedStr": "an f-string",
        "Dict": "a dict",
    }
    return words.get(type(node).__name__, f"{type(node).__name__.lower()}")


def _truth(value: Any) -> bool:
    return not isinstance(value, Missing) and bool(value)


def _compared(test: Callable[[Any, Any], bool], a: Any, b: Any) -> bool:
    if isinstance(a, Missing) or isinstance(b, Missing):
        return False
    try:
        return test(a, b)
    except TypeError:  # a text and a number have no order
        return False


def _calculated(calculate: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Return a number, or MISSING: texts are not joined, and not repeated a million times."""
    for item in (a, b):
        if not isinstance(item, (int, float)) or isinstance(item, bool):
            return MISSING
    try:
        return calculate(a, b)
    except (ZeroDivisionError, OverflowError):
        return MISSING
