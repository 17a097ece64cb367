"""Importance by a random forest: shares that add up, and reasons where there is none."""

from __future__ import annotations

import math
import sys

import pytest

from gittrack.analysis import fanova
from gittrack.analysis.importance import Scored
from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.core.errors import TrackError

GRID = [(lr, units) for lr in (0.1, 0.2, 0.3, 0.4) for units in (8, 16)]


def trials(score=lambda lr, units: lr, **more) -> list[Scored]:
    return [Scored({"lr": lr, "units": units, **more}, score(lr, units)) for lr, units in GRID]


@pytest.fixture
def extra():
    pytest.importorskip("optuna")
    pytest.importorskip("sklearn")


def by_name(items) -> dict:
    return {item.name: item for item in items}


def test_the_parameter_that_decides_has_the_largest_share(extra):
    first, second = fanova.fanova(trials())
    assert (first.name, second.name) == ("lr", "units")
    assert first.share > 0.9
    assert math.fsum((first.share, second.share)) == pytest.approx(1)
    assert fanova.fanova(trials()) == (first, second)  # the seed is fixed


def test_choices_are_compared_too(extra):
    scored = [
        Scored({"opt": opt, "lr": lr}, float(opt == "adam"))
        for opt in ("adam", "sgd")
        for lr in range(4)
    ]
    assert fanova.fanova(scored)[0].name == "opt"


def test_a_constant_parameter_or_a_constant_score_has_a_reason(extra):
    shares = by_name(fanova.fanova(trials(same=1)))
    assert (shares["same"].share, shares["same"].why) == (None, "it was always the same")
    assert shares["lr"].share is not None
    flat = fanova.fanova(trials(lambda lr, units: 1.0))
    assert {(item.share, item.why) for item in flat} == {(None, "all scores are equal")}


def test_too_few_trials_have_a_reason_without_any_library():
    few = trials()[:4]
    [first, _] = fanova.fanova(few)
    assert first.why == "only 4 of the trials have all parameters and a finite score"
    bad = [trial._replace(score=math.nan) for trial in trials()[4:]]
    assert fanova.fanova([*few, *bad])[0].trials == 4
    assert fanova.fanova([]) == ()


def test_without_the_libraries_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(TrackError, match="fANOVA needs optuna and scikit-learn") as caught:
        fanova.fanova(trials())
    assert caught.value.hint == "pip install 'gittrack[optuna]' scikit-learn"


def test_of_a_sweep_only_the_searched_params_count(extra):
    ended = tuple(
        TrialView(str(n), n, {"lr": lr, "units": units, "epochs": 9}, "finished", lr, order=n)
        for n, (lr, units) in enumerate(GRID)
    )
    view = SweepView(
        "s", None, "grid", "loss", "minimize", (Axis("lr", log=True), Axis("units")), ended
    )
    assert [item.name for item in fanova.of_sweep(view)] == ["lr", "units"]
