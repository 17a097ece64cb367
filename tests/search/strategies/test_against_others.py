"""Our rungs, grid and draws beside scikit-learn's, Optuna's and what SciPy knows of distributions.

The benchmark `searching` does the same at length; here is what takes no time.
"""

from __future__ import annotations

import sys

import pytest
from helpers import ROOT

from gittrack.api.search import grid_search

sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))
import search_curves
import search_others
import search_samples
import search_targets


@pytest.mark.parametrize("numbers", search_others.SAME)
def test_rungs_are_those_of_scikit_learn_where_its_arithmetic_is_right(numbers):
    pytest.importorskip("sklearn")
    assert search_others.ours(*numbers) == search_others.scikit_learn(*numbers)


@pytest.mark.parametrize("numbers", [n for n in search_others.OTHER if n[0] < 300])
def test_where_scikit_learn_stops_early_we_go_on_to_the_maximum(numbers):
    pytest.importorskip("sklearn")
    ours, theirs = search_others.ours(*numbers), search_others.scikit_learn(*numbers)
    assert ours[: len(theirs)] == theirs
    assert len(ours) > len(theirs)
    assert ours[-1][1] == numbers[2] > theirs[-1][1]


def test_the_grid_is_the_set_that_optuna_tries():
    pytest.importorskip("optuna")
    space = {"lr": [0.1, 0.01, 0.001], "batch": [32, 64], "opt": ["adam", "sgd"]}
    ours = [tuple(config.values()) for config in grid_search(space)]
    assert len(ours) == len(set(ours))
    assert set(ours) == search_others.optuna_grid(space)


def test_draws_have_the_declared_distribution():
    pytest.importorskip("scipy")
    for what, (one, p_value) in search_samples.distributions().items():
        assert p_value(search_samples.drawn(one, 1000)) > 0.001, what


def test_draws_are_independent():
    pytest.importorskip("scipy")
    assert min(search_samples.dependence(2000).values()) > 0.001


def test_the_expected_best_of_one_is_the_mean_and_of_many_the_best():
    final = search_curves.load().final
    assert search_samples.expected_best(final, 1) == pytest.approx(final.mean())
    assert search_samples.expected_best(final, 10_000) == pytest.approx(final.min(), abs=1e-6)


def test_the_table_knows_its_rows():
    table = search_curves.load()
    numbers = [table.row(config) for config in grid_search(search_curves.SPACE)]
    assert numbers == list(range(len(table.final)))


def test_a_box_is_hit_by_a_point_in_it():
    low, high = search_targets.targets(3, 50, search_targets.np.random.default_rng(0))
    assert (high - low).prod(axis=1) == pytest.approx(0.01)
    assert 0 <= low.min() <= high.max() <= 1
    assert search_targets.hits((low + high)[:1] / 2, (low[:1], high[:1])).all()
    assert not search_targets.hits(high[:1] + 1e-9, (low[:1], high[:1])).any()
