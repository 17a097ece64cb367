"""What each parameter of a search explains, as lines."""

from __future__ import annotations

import pytest

from gittrack.analysis.sweep_view import Importance
from gittrack.show.terminal import importances

HEAD = "what each parameter explains, alone:\n"
RANK = "rank correlation"


def line(item: Importance, **options) -> str:
    """Return the line about one parameter of enough trials."""
    head, only = importances.page([item._replace(trials=100)], **options).splitlines()
    assert f"{head}\n" == HEAD
    return only


def test_without_parameters_there_is_no_page():
    assert importances.page([]) == ""


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Importance("lr", 0.5, "fANOVA", 9), "  lr  50 %  fANOVA"),
        (
            Importance("lr", None, "fANOVA", 9, why="it was always the same"),
            "  lr  -  it was always the same",
        ),
        (
            Importance("lr", 0.25, RANK, 9, 0.5),
            "  lr  25 %  rank correlation +0.50, more is better",
        ),
        (
            Importance("lr", 0.25, RANK, 9, -0.5),
            "  lr  25 %  rank correlation -0.50, less is better",
        ),
        (Importance("lr", 0.004, RANK, 9, 0.06), "  lr  0 %  rank correlation +0.06"),  # too little
        (
            Importance("lr", 0.5, "between", 9, None, "", 0.31, 0.74),
            "  lr  50 %  between (31 to 74 %)",
        ),
        (Importance("a\x1b", 0.5, "fANOVA", 9), "  a\\x1b  50 %  fANOVA"),
    ],
)
def test_a_parameter_is_a_line(item, expected):
    assert line(item) == expected


def test_long_names_are_cut_to_40_characters_or_to_the_terminal():
    item = Importance("n" * 60, 0.5, "fANOVA", 9)
    assert line(item) == f"  {'n' * 39}…  50 %  fANOVA"
    assert line(item, width=40).startswith(f"  {'n' * 22}…  50 %")
    assert line(item, width=10).startswith(f"  {'n' * 11}…  50 %")  # a name keeps 12


def test_few_trials_are_a_hint_only():
    few = [Importance("lr", 0.5, "fANOVA", 19), Importance("x", None, "fANOVA", 5, why="unknown")]
    assert (
        importances.page(few).splitlines()[-1] == "  (of 19 configurations only: take it as a hint)"
    )
    assert "take it as" not in importances.page([few[0]._replace(trials=20)])
    assert "take it as" not in importances.page([few[1]])
