"""The best trial of a sweep as a command line that runs it again."""

from __future__ import annotations

import shlex
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.cli.commands.sweep import _report
from gittrack.core import yaml_read
from gittrack.sweeping.stored import Sweep


def words(params, seed=None, *, base=None, **facts) -> list[str]:
    """Return the words of the command before ``--``, without ``git track run``."""
    sweep = Sweep("s", "c", b"", {"experiment": "default", **facts})
    plan = SimpleNamespace(command=("python", "train.py"))
    prepared = SimpleNamespace(base=base or {}, plan=plan)
    line = shlex.split(_report.command(sweep, prepared, params, seed))
    assert (line[:3], line[-3:]) == (["git", "track", "run"], ["--", "python", "train.py"])
    return line[3:-3]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"lr": 0.1}, ["lr=0.1"]),
        ({"opt": "adam"}, ["opt=adam"]),
        ({"opt": "1e3"}, ['opt="1e3"']),  # text that reads as a number
        ({"opt": "true"}, ['opt="true"']),
        ({"opt": "a b"}, ['opt="a b"']),
        ({"layers": [1, 2]}, ["layers=[1, 2]"]),
        ({"a": True, "b": None}, ["a=true", "b=null"]),
    ],
)
def test_values_are_written_so_that_they_are_read_as_the_same(params, expected):
    assert words(params)[1::2] == expected


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8))
def test_any_text_is_read_back(value):
    [written] = words({"x": value})[1::2]
    assert yaml_read.load(written.removeprefix("x=").encode(), "x") == value


def test_a_param_that_the_files_do_not_have_is_added():
    assert words({"lr": 0.1, "m.d": 2, "new": 1}, base={"lr": 1, "m": {"d": 1}})[1::2] == [
        *("lr=0.1", "m.d=2", "+new=1"),
    ]


def test_files_experiment_inputs_and_outputs_are_those_of_the_sweep():
    facts = {"experiment": "cifar", "files": ["a.yaml"], "inputs": ["data"], "outputs": ["out"]}
    assert words({}, **facts) == [
        *("-e", "cifar", "-p", "a.yaml", "--input", "data", "--output", "out"),
    ]


def test_the_seed_of_the_trial_is_given_and_replaces_a_param():
    assert words({"lr": 1}, 7) == ["-S", "lr=1", "--seed", "7"]
    assert words({"lr": 1}, 7, base={"lr": 0, "seed": 3}) == [
        *("-S", "lr=1", "-S", "seed=7", "--seed", "7"),
    ]


def view(*scores: float | None) -> SweepView:
    trials = tuple(
        TrialView(str(n), n, {"lr": n}, "finished", score, order=n, run=f"run-{n}")
        for n, score in enumerate(scores)
    )
    return SweepView(
        "20260301-000000-0000001c", None, "grid", "loss", "minimize", (Axis("lr"),), trials, "1"
    )


def test_the_leaderboard_has_a_limit_and_says_how_to_see_more():
    lines = "".join(_report.leaderboard(view(0.3, 0.1, 0.2), 2))
    assert lines.endswith("1 more: git track sweep show 0000001c -n 3\n")
    assert lines.index("0.1") < lines.index("0.2")
    assert "0.3" not in lines
    assert "more:" not in "".join(_report.leaderboard(view(0.3, 0.1), 2))
    assert _report.leaderboard(view(), 2) == []
