"""The ranking of a sweep's trials."""

import math

from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis import sweep_ranking
from gittrack.analysis.sweep_view import SweepView, TrialView


def trial(key, score, **more):
    return TrialView(key, more.pop("config", 0), {}, "finished", score, **more)


@given(st.lists(st.none() | st.floats()))
def test_the_best_is_first_and_what_is_not_finite_is_last(scores):
    for goal, best in (("minimize", min), ("maximize", max)):
        ordered = sorted(scores, key=lambda score: sweep_ranking.best_first(score, goal))
        finite = [score for score in scores if score is not None and math.isfinite(score)]
        assert not finite or ordered[0] == best(finite)
        assert all(score is None or not math.isfinite(score) for score in ordered[len(finite) :])


def test_numbers_are_finite_and_not_booleans():
    assert sweep_ranking.is_number(3)
    assert sweep_ranking.is_number(-0.5)
    assert not any(map(sweep_ranking.is_number, (True, math.nan, math.inf, 1e301, "3", None)))


def test_ranks_go_from_the_best_to_the_worst_and_ties_share_one():
    trials = [trial("a", 3.0), trial("b", 1.0), trial("c", 2.0), trial("d", 1.0)]
    ranks = sweep_ranking.relative_ranks(trials, "minimize")
    assert ranks == {"a": 1.0, "b": 0.0, "c": 0.5, "d": 0.0}
    assert sweep_ranking.relative_ranks(trials, "maximize")["a"] == 0.0


def test_a_larger_budget_is_better_than_any_score():
    trials = [trial("small", 0.0, budget=1), trial("large", 9.0, budget=3)]
    assert sweep_ranking.relative_ranks(trials, "minimize") == {"small": 1.0, "large": 0.0}


def test_brackets_do_not_compare():
    trials = [trial("a", 1.0, bracket=0), trial("b", 2.0, bracket=1), trial("c", math.nan)]
    assert sweep_ranking.relative_ranks(trials, "minimize") == {"a": 0.0, "b": 0.0}


def view(*trials, **more):
    return SweepView("s", None, "grid", "loss", "minimize", (), trials, **more)


def test_a_sweep_without_seeds_is_not_averaged():
    sweep = view(trial("0", 1.0))
    assert sweep_ranking.average_seeds(sweep) is sweep


def test_a_configuration_has_the_mean_of_its_seeds_when_all_have_ended():
    first, second = (trial(f"0.s{n}", score, seed=n, order=n) for n, score in enumerate((1.0, 3.0)))
    sweep = sweep_ranking.average_seeds(view(first, second, best="0.s1", size=2))
    assert [(t.key, t.score, t.order, t.seed) for t in sweep.trials] == [("0", 2.0, 1, None)]
    assert (sweep.metric, sweep.best, sweep.size) == ("loss (mean of 2)", "0", 1)
    unfinished = sweep_ranking.average_seeds(view(first, second._replace(order=None)))
    assert [(t.score, t.order) for t in unfinished.trials] == [(None, None)]


def test_the_ended_trials_are_in_the_order_in_which_they_ended():
    sweep = view(trial("0", 1.0, order=2), trial("1", 1.0), trial("2", 1.0, order=0))
    assert [ended.key for ended in sweep.ended] == ["2", "0"]
