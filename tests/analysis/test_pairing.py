"""Files whose names were made from the clock belong together; other files never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis import pairing
from gittrack.analysis.pairing import pattern
from gittrack.analysis.span import Span

# 2026-02-28 10:10:20 to 10:10:40 UTC, and 2026-03-01 00:00 UTC for a day
SPANS = (Span(1772273420.0, 1772273440.0), Span(1772323200.0, 1772409600.0))


def pairs(first, second):
    return pairing.pairs(first, second, SPANS)


SAME = [
    (
        "runs/a/events.out.tfevents.1772273422.host1.123.0",
        "runs/a/events.out.tfevents.1772359999.other-host.9.0",
    ),
    ("runs/20260228-101022/m.pt", "runs/20260301-235959/m.pt"),
    ("runs/20260228-1010/m.pt", "runs/20260301-0001/m.pt"),
    ("outputs/2026-02-28/10-10-22/log", "outputs/2026-03-01/23-59-59/log"),
    ("runs/Feb28_10-10-22_host/x", "runs/Mar01_00-00-01_host/x"),
    ("CartPole__ppo__1__1772273422/x", "CartPole__ppo__1__1772359999/x"),
    ("model_2026-02-28T10:10:22.123456Z.pt", "model_2026-03-01T00:00:00.000001Z.pt"),
    ("log-1772273422123.txt", "log-1772359999999.txt"),
    (
        "x/0f8fad5b-d9cb-469f-a165-70867728950e.bin",
        "x/7c9e6679-7425-40de-944b-e07fc1f90ae7.bin",
    ),
    ("worker-pid123.log", "worker-pid9.log"),
]
OTHER = [
    ("model_1.pt", "model_2.pt"),
    ("epoch=10.ckpt", "epoch=11.ckpt"),
    ("step-100000.bin", "step-200000.bin"),
    ("fold_01/x", "fold_02/x"),
    ("seed-12345678.txt", "seed-87654321.txt"),
    ("runs/20260228-101022/a.pt", "runs/20260301-235959/b.pt"),
    ("resnet-18.pt", "resnet-50.pt"),
    ("forecast-20250628.csv", "forecast-20250629.csv"),  # days of data
    ("peak-20260228-2323.txt", "peak-20260301-0000.txt"),  # not a time of the first run
    ("weight-1234567890", "weight-1234567891"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_names_that_differ_by_the_clock_are_a_pair(a, b):
    assert pairs([a], [b]) == [(a, b)]


@pytest.mark.parametrize(("a", "b"), OTHER)
def test_names_that_differ_by_something_else_are_not(a, b):
    assert pairs([a], [b]) == []


def test_equal_names_are_a_pair_whatever_else_there_is():
    first = ["m.pt", "run-1772273422"]
    assert pairs(first, ["run-1772273422", "m.pt"]) == [(name, name) for name in first]


def test_several_names_of_a_pattern_are_paired_in_their_order():
    first, second = ["r-1772273422", "r-1772273425"], ["r-1772380009", "r-1772380001"]
    assert pairs(first, second) == [
        ("r-1772273422", "r-1772380001"),
        ("r-1772273425", "r-1772380009"),
    ]


def test_nothing_is_guessed_if_the_numbers_of_files_differ():
    assert pairs(["r-1772273422"], ["r-1772380009", "r-1772380001"]) == []


def test_the_suffix_of_an_event_file_stays():
    assert (
        pattern("events.out.tfevents.1772273422.h.1.0.v2", SPANS[0])
        == "events.out.tfevents.<clock>.v2"
    )


@given(
    st.lists(st.text("ab/1-_2026T:.", max_size=20)), st.lists(st.text("ab/1-_2026T:.", max_size=20))
)
def test_each_file_is_in_one_pair_at_most(first, second):
    result = pairs(first, second)
    assert len({a for a, _ in result}) == len({b for _, b in result}) == len(result)
    assert {(name, name) for name in set(first) & set(second)} <= set(result)
