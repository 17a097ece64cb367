"""Comparisons in queries, as functions of two values."""

from __future__ import annotations

import ast

import pytest

from gittrack.core.query import comparisons
from gittrack.core.query.run_name import RunName

DAY, MOMENT = "2026-02-01", "2026-02-01T14:30:05.123"


def holds(operator: type, a: object, b: object, *, dates: bool = False) -> bool:
    compare = comparisons.BY_OPERATOR[operator]
    return (comparisons.OF_MOMENTS[compare] if dates else compare)(a, b)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [(ast.Eq, True), (ast.LtE, True), (ast.GtE, True), (ast.NotEq, False), (ast.Lt, False), (ast.Gt, False)],
)  # fmt: skip
def test_a_date_is_the_whole_day(operator, expected):
    assert holds(operator, MOMENT, DAY, dates=True) is expected
    assert holds(operator, DAY, MOMENT, dates=True) is expected


def test_dates_are_ordered():
    assert holds(ast.Lt, MOMENT, "2026-02-02", dates=True)
    assert holds(ast.Gt, MOMENT, "2026-01", dates=True)
    assert not holds(ast.Lt, None, DAY, dates=True)


def test_a_date_is_in_a_list_of_days():
    assert holds(ast.In, MOMENT, ["2025", DAY], dates=True)
    assert holds(ast.NotIn, MOMENT, ["2025"], dates=True)
    assert not holds(ast.In, MOMENT, DAY, dates=True)  # a text is not a list of dates


def test_membership_uses_the_equality_of_queries():
    assert holds(ast.In, 1, [1.0, "a"])
    assert holds(ast.In, "bc", "abcd")
    assert not holds(ast.In, 1, "123")
    assert not holds(ast.In, True, [1])
    assert holds(ast.NotIn, 1, None)


def test_the_name_of_a_run_has_its_owner():
    name = RunName("base", "ann", "gpu3")
    for text in ("base", "ann/base", "ann@gpu3/base"):
        assert holds(ast.Eq, name, text)
        assert holds(ast.Eq, text, name)
        assert holds(ast.In, name, ["x", text])
        assert not holds(ast.NotEq, name, text)
        assert comparisons.like(name, text)
    assert not holds(ast.Eq, name, "bob/base")
    assert not holds(ast.Eq, RunName("base", None, None), "ann/base")
    assert comparisons.like(name, "ann/*")


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("resnet18", "res*", True),
        ("ResNet", "res*", False),
        (["good", "slow"], "s?ow", True),
        ([], "*", False),
        (18, "*", False),
        ("a", 1, False),
    ],
)
def test_patterns_are_those_of_the_shell(text, pattern, expected):
    assert comparisons.like(text, pattern) is expected
