"""The tables of ls and top: which columns a list of runs needs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_values import info

from gittrack.core.run.run_info import RunInfo, from_iso
from gittrack.show.data.spool import Spool
from gittrack.show.terminal import columns, runs, table, text

NOW = from_iso("2026-03-01T01:00:00.000Z")


def heads(*infos, **options) -> list[str]:
    return list(runs.listing(infos, NOW, **options).heads)


def column(table, head: str) -> list[str]:
    position = list(table.heads).index(head)
    return [row[position] for row in table.rows]


# --- ls -----------------------------------------------------------------------------------------


def test_a_list_has_only_the_columns_in_which_its_runs_say_something():
    assert heads(info(1)) == ["ID", "STATUS", "STARTED", "TIME"]
    assert heads(info(1, name="a")) == ["ID", "NAME", "STATUS", "STARTED", "TIME"]
    assert heads(info(1), info(2, experiment="b"))[1] == "EXPERIMENT"
    assert heads(info(1, tags=["x"]), info(2))[-1] == "TAGS"
    assert heads() == ["ID", "STATUS", "STARTED", "TIME"]


def test_params_are_columns_if_they_differ():
    two = (info(1, params={"lr": 1, "same": 2}), info(2, params={"lr": 3, "same": 2}))
    assert heads(*two)[4:] == ["lr"]
    assert heads(*two, all_params=True)[4:] == ["lr", "same"]
    assert heads(info(1, params={"lr": 1}), info(2))[4:] == ["lr"]  # one has it, one has not
    assert heads(info(1, params={"lr": 1}))[4:] == []


def test_metrics_are_columns_the_most_frequent_first_and_four_of_them():
    many = {f"m{number}": 1.0 for number in range(6)}
    table = runs.listing([info(1, metrics=many), info(2, metrics={"m5": 1.0})], NOW)
    assert table.heads[4:] == ["m5", "m0", "m1", "m2"]
    assert table.left_out == ["m3", "m4"]


def test_the_params_with_the_most_different_values_are_shown():
    infos = [
        info(number, params={"x": number, **{f"p{name}": number % 2 for name in range(7)}})
        for number in range(4)
    ]
    table = runs.listing(infos, NOW)
    assert table.heads[4:] == ["p0", "p1", "p2", "p3", "p4", "x"]
    assert table.left_out == ["p5", "p6"]


def test_a_param_with_the_name_of_a_metric_says_so():
    both = [info(n, params={"acc": n}, metrics={"acc": 0.5}) for n in (1, 2)]
    assert heads(*both)[4:] == ["acc", "params.acc"]


def test_chosen_columns_come_in_their_order():
    table = runs.listing([info(1, params={"lr": 0.1})], NOW, ["lr", "id", "age"])
    assert table.heads == ["lr", "ID", "AGE"]
    assert table.rows[0][:2] == ["0.1", "00000001"]


def test_for_programs_all_columns_are_there_and_values_are_exact():
    runs_here = [info(1, name="a\tb", params={"lr": 0.1}, metrics={"acc": 1 / 3}, tags=["x", "y"])]
    table = runs.listing(runs_here, NOW, exact=True)
    assert dict(zip(table.heads, table.rows[0], strict=True)) == {
        **{"id": runs_here[0].id, "experiment": "default", "name": "a\tb", "status": "finished"},
        **{"started": "2026-03-01T00:01:00.000Z", "duration": "2.0", "acc": repr(1 / 3)},
        **{"lr": "0.1", "tags": '["x", "y"]'},
    }


def test_ages_and_durations_are_for_people():
    table = runs.listing([info(1)], NOW)
    assert table.rows == [["00000001", "finished", "59 min ago", "2.0 s"]]


def test_neighbours_that_look_equal_get_more_digits():
    close = [info(n, metrics={"acc": value}) for n, value in ((1, 0.912344), (2, 0.912341))]
    assert column(runs.listing(close, NOW), "acc") == ["0.912344", "0.912341"]


def test_text_of_runs_is_escaped():
    table = runs.listing([info(1, name="\x1b[31m", params={"\x1b": 1}), info(2)], NOW)
    cells = [*table.heads, *(cell for row in table.rows for cell in row)]
    assert "\x1b" not in "".join(cells)


# --- What fits ----------------------------------------------------------------------------------

WIDE = [
    info(
        number,
        name=f"a run with a long name {number}",
        params={"lr": number, "opt": "a" * (10 + number), "same": 1},
        metrics={"acc": 0.5, "loss": float(number)},
        tags=["good"],
    )
    for number in (1, 2)
]


@given(st.integers(20, 120))
def test_a_table_fits_a_terminal_as_far_as_its_fixed_columns_do(width):
    table = runs.listing(WIDE, NOW, width=width)
    least = runs.listing(WIDE, NOW, width=20)
    lines = text.columns([table.heads, *table.rows], table.right)
    narrowest = text.columns([least.heads, *least.rows], least.right)
    assert max(map(len, lines)) <= max(width, max(map(len, narrowest)))
    shown = {*table.heads, *table.left_out}
    assert {"acc", "loss", "lr", "opt"} <= shown  # nothing disappears without a word


def test_equal_columns_are_left_out_before_those_that_differ():
    table = runs.listing(WIDE, NOW, width=90)
    assert "acc" in table.left_out
    assert "loss" in table.heads


# --- top ----------------------------------------------------------------------------------------


def test_a_ranking_has_ranks_for_finite_values_only():
    values = (0.5, math.inf, math.nan)
    infos = [info(number, metrics={"acc": value}) for number, value in enumerate(values, 1)]
    table = runs.ranking([*infos, info(4)], "acc", NOW)
    assert column(table, "#") == ["1", "", "", ""]
    assert column(table, "acc") == ["0.5", "inf", "nan", "-"]
    assert table.heads == ["#", "ID", "acc", "STARTED"]


def test_a_ranking_shows_what_differs():
    infos = [
        info(1, metrics={"acc": 2.0}, params={"lr": 1, "same": 1}, name="a", status="failed"),
        info(2, metrics={"acc": 1.0}, params={"lr": 2, "same": 1}, experiment="b"),
    ]
    assert runs.ranking(infos, "acc", NOW).heads == [
        *("#", "ID", "NAME", "EXPERIMENT", "STATUS", "acc", "lr", "STARTED"),
    ]


def test_code_is_a_column_if_the_runs_have_several():
    codes = [
        info(1, metrics={"a": 1.0}, code={"commit": "c" * 40}),
        info(2, metrics={"a": 1.0}, code={"commit": "c" * 40, "snapshot": "d" * 40, "dirty": True}),
    ]
    assert column(runs.ranking(codes, "a", NOW), "CODE") == ["cccccccc", "dddddddd*"]
    assert "CODE" not in runs.ranking(codes[:1], "a", NOW).heads


def test_a_ranking_by_a_part_of_a_metric():
    table = runs.ranking([info(1, metrics={"acc": 0.5})], "acc.max", NOW)
    assert column(table, "acc.max") == ["0.5"]


def test_a_ranking_for_programs():
    table = runs.ranking(
        [info(1, metrics={"acc": 0.5}, params={"lr": 0.1})], "acc", NOW, exact=True
    )
    assert table.heads == ["rank", "id", "name", "experiment", "status", "acc", "lr", "started"]
    assert table.rows[0][0] == "1"


def test_a_ranking_that_has_to_fit_leaves_the_age_out_first():
    infos = [info(n, metrics={"acc": 0.5}, params={"lr": n}) for n in (1, 2)]
    table = runs.ranking(infos, "acc", NOW, width=26)
    assert (table.heads, table.left_out) == (["#", "ID", "acc", "lr"], ["started"])


# --- Constants ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ([{"a": 1, "b": 2}, {"a": 1, "b": 3}], {"a": 1}),
        ([{"a": 1}, {"a": 1.0}], {"a": 1}),
        ([{"a": 1}, {"a": True}], {}),
        ([{"a": {"b": 1}}, {"a": {"b": 1}}], {"a.b": 1}),
        ([{"a": math.nan}, {"a": math.nan}], {"a": math.nan}),
        ([{"a": 1}, {}], {}),
        ([], {}),
    ],
)
def test_params_that_are_equal_in_all_runs(params, expected):
    infos = [info(number, params=values) for number, values in enumerate(params)]
    assert repr(runs.constants(infos)) == repr(expected)


# --- very many runs -----------------------------------------------------------------------------

# Neighbours with the same first digits, of which some need all digits to look different.
NUMBERS = st.sampled_from([0.5, 0.50000001, 0.5000000100001, 0.1, 1, 10**18, 10**18 + 1, "a", None])
INFOS = st.builds(
    lambda number, value, other: info(
        number, params={"x": value, "y": other}, metrics={"m": 0.25 + number % 3 / 10**9}
    ),
    *(st.integers(0, 99), NUMBERS, NUMBERS),
)


@given(st.lists(INFOS, max_size=40))
def test_a_table_of_very_many_runs_is_that_of_a_list(infos):
    usual = tables(infos)
    with pytest.MonkeyPatch.context() as patch:
        for module in (runs, table):
            patch.setattr(module, "MANY", 1)
        patch.setattr(columns, "_AT_ONCE", 5)
        many = runs.sequence_of(iter(infos), len(infos))
        assert isinstance(many, Spool) == (len(infos) > 1)
        assert tables(many) == usual


def tables(infos: Sequence[RunInfo]) -> list[str]:
    return [
        table.render(runs.listing(infos, NOW)),
        table.render(runs.ranking(infos, "m", NOW)),
        table.render(runs.listing(infos, NOW, exact=True), "csv"),
    ]
