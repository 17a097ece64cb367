"""Comparisons in queries, as functions of two values."""

from __future__ import annotations

import ast

import pytest

from gittrack.core.query import comparisons

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
