"""Answers to requests by a scan of a list: order, rank, limit, and look-up by id or name."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_values import NO_REPO, info, raw, run_id

from gittrack.analysis.direction import Direction
from gittrack.core.run import annotation_log
from gittrack.read.runs import selection
from gittrack.read.runs.source import Request


def select(runs, **request):
    return selection.select(NO_REPO, list(runs), Request(**request))


def numbers(runs) -> list[int]:
    return [int(run.id[-8:], 16) for run in runs]


def ordered(runs, key: str, **request) -> list[int]:
    return numbers(select(runs, order=key, **request).runs)


def note(op: str, **fields) -> tuple:
    return annotation_log.parse(annotation_log.line(op, "Ada", 1.0, **fields))


ARCHIVED = note(annotation_log.ARCHIVE)
NEWEST_FIRST = [raw(number) for number in (5, 4, 3, 2, 1)]

# --- Order --------------------------------------------------------------------------------------


def test_without_a_key_the_order_is_that_of_the_list_or_its_reverse():
    assert numbers(select(NEWEST_FIRST).runs) == [5, 4, 3, 2, 1]
    assert numbers(select(NEWEST_FIRST, descending=False).runs) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [
        (0, None, [5, 4, 3, 2, 1]),
        (0, 2, [5, 4]),
        (3, 5, [2, 1]),
        (9, 1, []),
        (0, 0, []),
        (4, None, [1]),
    ],
)
def test_offset_and_limit_cut_the_answer_but_not_the_counts(offset, limit, expected):
    answer = select(NEWEST_FIRST, offset=offset, limit=limit)
    assert (numbers(answer.runs), answer.total, answer.listed) == (expected, 5, 5)


MIXED = [
    raw(1, params={"x": 3}),
    raw(2, params={"x": "text"}),
    raw(3),
    raw(4, params={"x": -1.5}),
    raw(5, params={"x": [1]}),
    raw(6, params={"x": None}),
    raw(7, params={"x": True}),
]


def test_numbers_come_before_text_before_the_rest_and_runs_without_a_value_last():
    assert ordered(MIXED, "x", descending=False) == [4, 7, 1, 2, 5, 3, 6]
    assert ordered(MIXED, "x", descending=True) == [5, 2, 1, 7, 4, 3, 6]
    assert select(MIXED, order="x").ranked == 5


def test_equal_values_stay_in_the_order_of_the_list():
    runs = [raw(number, params={"x": 1}) for number in (3, 1, 2)]
    assert ordered(runs, "x") == [3, 1, 2]
    assert ordered(runs, "x", descending=False) == [3, 1, 2]


def test_an_old_run_has_a_large_age():
    runs = [raw(number) for number in (1, 3, 2)]
    assert ordered(runs, "age", descending=True) == [1, 2, 3]


METRICS = [
    raw(number, metrics={"loss": value})
    for number, value in enumerate((0.5, math.nan, 0.25, -math.inf, math.inf, 0.75), 1)
]


def test_a_leaderboard_has_finite_values_then_infinite_ones_then_nan_then_the_rest():
    runs = [*METRICS, raw(7), raw(8, metrics={"loss": 0.1})]
    answer = select(runs, order="metrics.loss", numbers=True, descending=False)
    assert numbers(answer.runs) == [8, 3, 1, 6, 4, 5, 2, 7]
    assert (answer.ranked, answer.infinite, answer.nan, answer.total) == (4, 2, 1, 8)
    answer = select(runs, order="metrics.loss", numbers=True, descending=True)
    assert numbers(answer.runs) == [6, 1, 3, 8, 5, 4, 2, 7]


@given(st.lists(st.floats() | st.none(), max_size=12), st.booleans())
def test_every_run_is_in_a_leaderboard_once_and_the_finite_ones_are_sorted(values, descending):
    runs = [raw(n, metrics={} if v is None else {"m": v}) for n, v in enumerate(values)]
    answer = select(runs, order="metrics.m", numbers=True, descending=descending)
    assert sorted(numbers(answer.runs)) == list(range(len(values)))
    first = [values[number] for number in numbers(answer.runs)][: answer.ranked]
    assert first == sorted(first, reverse=descending)
    assert all(map(math.isfinite, first))


def test_the_direction_is_decided_with_the_goals_that_the_runs_defined():
    seen = []

    def choose(goals: frozenset[str]) -> Direction:
        seen.append(goals)
        return Direction("loss", "min", "test")

    defined = {"loss": {"goal": "minimize"}}
    runs = [
        raw(1, metrics={"loss": 2.0}, metric_definitions=defined),
        raw(2, metrics={"loss": 1.0}),
    ]
    live = raw(3)._replace(
        body=None, info=info(3, metrics={"loss": 3.0}, metric_definitions=defined)
    )
    answer = select([*runs, live], order="metrics.loss", numbers=True, direction=choose)
    assert numbers(answer.runs) == [2, 1, 3]
    assert seen == [{"minimize"}]
    assert answer.direction.smallest
    empty = select([raw(1)], order="metrics.loss", numbers=True, direction=choose)
    assert (empty.direction, len(seen)) == (None, 1)


# --- Which runs ---------------------------------------------------------------------------------


def test_archived_runs_are_counted_and_left_out_on_request():
    runs = [raw(2, annotations=ARCHIVED), raw(1)]
    answer = select(runs, archived=False)
    assert (numbers(answer.runs), answer.total, answer.listed, answer.archived) == ([1], 1, 2, 1)
    assert select(runs).total == 2


def test_a_recorded_fact_selects_the_runs_that_have_it():
    runs = [
        raw(1, sweep={"id": "s1", "trial": "0"}),
        raw(2, sweep={"id": "s2", "trial": "0"}),
        raw(3),
        raw(4)._replace(body=None, info=info(4, sweep={"id": "s1", "trial": "1"})),
    ]
    assert numbers(select(runs, facts=(("sweep.id", "s1"),)).runs) == [1, 4]
    assert numbers(select(runs, facts=(("sweep.id", None),)).runs) == [1, 2, 4]
    both = (("sweep.id", "s1"), ("sweep.trial", "1"))
    assert numbers(select(runs, facts=both).runs) == [4]
    assert select(runs, facts=(("sweep.id", "s"),)).runs == []  # the whole value counts


def test_runs_with_a_problem_are_counted():
    runs = [raw(1)._replace(problem="no body", body=None), raw(2)]
    assert select(runs).damaged == 1


# --- Addresses ----------------------------------------------------------------------------------

TWO = [raw(1, experiment="a"), raw(2, experiment="b")]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (run_id(1), [1]),
        ("00000001", [1]),
        (f"a/{run_id(1)}", [1]),
        (f"b/{run_id(1)}", []),
        ("0000", []),
    ],
)
def test_a_run_by_its_id(address, expected):
    assert numbers(selection.by_id(TWO, address)) == expected


def test_a_prefix_of_an_id_or_of_its_digits_or_from_7_digits_on_of_a_commit():
    runs = [
        raw(0x12AB)._replace(commit="0000012" + "f" * 33),
        raw(0x12FF)._replace(commit="f" * 40),
    ]
    assert len(selection.by_prefix(runs, "20260301-")) == 2
    assert numbers(selection.by_prefix(runs, "000012a")) == [0x12AB]
    assert numbers(selection.by_prefix(runs, "0000012")) == [0x12AB]
    assert selection.by_prefix(runs, "ffffff") == []
    assert numbers(selection.by_prefix(runs, "fffffff")) == [0x12FF]
    assert selection.by_prefix(runs, "") == []
    assert selection.by_prefix(runs, "base") == []  # no hex digits


def test_the_last_name_counts_and_an_empty_one_takes_it_away():
    first = raw(1, name="first")
    renamed = first._replace(annotations=note(annotation_log.NAME, name="second"))
    unnamed = first._replace(annotations=note(annotation_log.NAME, name=""))
    live = first._replace(body=None, info=info(1, name="live"))
    names = [selection.name_of(run) for run in (first, renamed, unnamed, raw(2), live)]
    assert names == ["first", "second", None, None, "live"]


def test_a_name_that_cannot_be_read_is_none():
    run = raw(1)
    assert selection.name_of(run._replace(body=None)) is None
    assert selection.name_of(run._replace(body=b'\nname: "no end\n')) is None
    assert selection.name_of(run._replace(body=b"\nname: 5\n")) is None


def test_archived_runs_give_their_name_away():
    runs = [raw(1, name="base"), raw(2, name="base", annotations=ARCHIVED), raw(3, name="Base")]
    assert numbers(selection.by_name(runs, "base")) == [1, 2]
    assert numbers(selection.current_named(runs, "base")) == [1]
