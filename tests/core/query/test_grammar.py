"""The grammar of queries: what is parsed, and where and how an error is reported."""

from __future__ import annotations

import ast

import pytest

from gittrack.core.query import grammar


def test_spaces_in_front_are_not_an_indentation():
    assert isinstance(grammar.parse("  lr > 1"), ast.Compare)


@pytest.mark.parametrize(
    ("query", "column", "hint"),
    [
        ("lr = 0.1", 1, "compare with =="),
        ("lr > 1 && wd > 1", 9, "write 'and' instead of '&&'"),
        ("lr <> 1", 4, "write '!=' instead of '<>'"),
        ("lr > 1 and", 10, "something is missing at the end"),
        ("(lr > 1", 1, "close it"),
        ("lr > 1)", 7, "remove it"),
    ],
)
def test_an_error_has_its_column_and_a_hint(query, column, hint):
    with pytest.raises(grammar.QueryError) as caught:
        grammar.parse(query)
    assert caught.value.hint == hint
    assert abs(caught.value.column - column) <= 2  # versions of Python differ
    assert f"column {caught.value.column}: " in caught.value.message


def test_an_error_in_a_long_query_shows_the_part_around_it():
    error = grammar.QueryError("a problem", "a" * 200 + "!" + "b" * 200, 201)
    _, excerpt, mark = error.message.split("\n")
    assert excerpt[mark.index("^")] == "!"
    assert len(excerpt) <= 102


def test_the_operands_of_the_outermost_and_are_queries():
    assert grammar.conjuncts("a > 1 and (b or c) and not d") == ["a > 1", "b or c", "not d"]
    assert grammar.conjuncts(" a or b and c ") == ["a or b and c"]


@pytest.mark.parametrize(("query", "problem"), [("", "is empty"), ("x" * 10_001, "10,000")])
def test_limits(query, problem):
    with pytest.raises(grammar.QueryError, match=problem):
        grammar.parse(query)
