"""What needs an extra: Sobol's points from SciPy, proposals from Optuna; and what is said without."""

from __future__ import annotations

import math
import sys

import pytest

from gittrack.core.errors import TrackError
from gittrack.search import sampling, space
from gittrack.search.file import sweep_file
from gittrack.search.plan import Outcome, SamplerOptions
from gittrack.search.strategies import methods, optuna_sampler, sobol

SPACE = {
    "x": space.uniform(0, 1),
    "lr": space.log_uniform(1e-4, 1),
    "n": space.randint(1, 9, 2),
    "opt": space.choice(["adam", ["a", "list"], None]),
    "q": space.uniform(0, 1, q=0.25),
    "fixed": space.choice([3]),
}


@pytest.mark.parametrize(("name", "extra"), [("sobol", "sobol"), ("optuna", "optuna")])
def test_without_the_extra(monkeypatch, name, extra):
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    monkeypatch.setitem(sys.modules, "optuna", None)
    file = {"method": name, "metric": {"name": "loss"}, "run_cap": 3}
    plan = sweep_file.read({**file, "parameters": {"lr": {"values": [1, 2]}}})
    with pytest.raises(TrackError) as caught:
        methods.strategy(plan)
    assert caught.value.hint == f"install it: pip install 'gittrack[{extra}]'"


class TestSobol:
    @pytest.fixture(autouse=True)
    def scipy(self):
        pytest.importorskip("scipy")

    def test_the_first_2_to_the_n_points_fill_every_cell_once(self):
        propose = sobol.proposer({"x": SPACE["x"], "fixed": SPACE["fixed"], "y": SPACE["x"]}, 5, 64)
        points = [propose(index) for index in range(64)]
        for a, b in ((6, 0), (3, 3), (0, 6), (2, 4)):  # cells of every shape with area 1/64
            assert len({(int(p["x"] * 2**a), int(p["y"] * 2**b)) for p in points}) == 64

    def test_a_point_is_a_function_of_seed_and_number(self):
        few, many = (sobol.proposer(SPACE, 5, count) for count in (5, 300))
        assert [few(index) for index in range(5)] == [many(index) for index in range(5)]
        assert few(0) != sobol.proposer(SPACE, 6, 5)(0)
        assert few(3) == GOLDEN_SOBOL

    def test_more_than_it_has(self):
        with pytest.raises(TrackError, match="not available for 3 points of 21,202 params"):
            sobol.proposer({str(i): SPACE["x"] for i in range(21_202)}, 0, 3)


GOLDEN_SOBOL = {
    "x": 0.780690533575,
    "lr": 0.0419307244438,
    "n": 9,
    "opt": None,
    "q": 0.25,
    "fixed": 3,
}


def search(sampler="tpe", goal="minimize", **options):
    return optuna_sampler.OptunaSearch(
        SPACE, SamplerOptions(sampler, options), seed=3, size=40, goal=goal
    )


def score(params):
    slow = params.get("opt", "adam") != "adam"
    return abs(params["x"] - 0.3) + abs(math.log10(params["lr"]) + 2) + slow


def sweep(one, count, outcomes=()):
    """The outcomes of trials one after another."""
    found = list(outcomes)
    while len(found) < count:
        (trial,) = one.ask(found, {x.key for x in found}, 1)
        found.append(Outcome(trial.key, score(trial.params), len(found), "finished", trial.params))
    return found


class TestOptuna:
    @pytest.fixture(autouse=True)
    def optuna(self):
        pytest.importorskip("optuna")

    def test_killed_and_resumed_it_proposes_the_same(self):
        whole = sweep(search(n_startup_trials=4), 12)
        again = sweep(search(n_startup_trials=4), 12, whole[:7][::-1])
        assert sorted(again, key=lambda one: one.order) == whole

    def test_values_are_those_of_the_space(self):
        for one in sweep(search(n_startup_trials=4), 8):
            assert one.params.keys() == SPACE.keys()
            assert one.params["fixed"] == 3
            assert one.params["n"] in SPACE["n"].grid()
            assert one.params["q"] in SPACE["q"].grid()
            assert one.params["opt"] in SPACE["opt"].values

    def test_it_learns(self):
        one = search(n_startup_trials=5)._replace(seed=0)
        found = [one.score for one in sweep(one, 30)]
        assert sum(found[20:]) < sum(found[:10]) * 0.6

    def test_cmaes_keeps_its_state_though_nobody_does(self):
        pytest.importorskip("cmaes")
        one = search("cmaes")._replace(space={"x": SPACE["x"], "lr": SPACE["lr"]})
        found = sweep(one, 30)
        assert sweep(one, 12, found[:9]) == found[:12]
        assert sum(x.score for x in found[20:]) < sum(x.score for x in found[:10]) * 0.7

    def test_failed_trials_and_bad_scores_are_told_too(self):
        outcomes = [
            Outcome("0", None, 0, "failed", sampling.config(SPACE, 0, 0)),
            Outcome("1", math.nan, 1, "finished", sampling.config(SPACE, 0, 1)),
            Outcome("2", math.inf, 2, "finished", sampling.config(SPACE, 0, 2)),
            Outcome("3", 1.0, 3, "killed", sampling.config(SPACE, 0, 3)),
        ]
        (trial,) = search().ask(outcomes, {"0", "1", "2", "3"}, 1)
        assert trial.key == "4"
        assert search().best(outcomes) is None

    def test_a_trial_again_is_as_recorded(self):
        outcome = Outcome("2", None, 0, "killed", {"x": 0.25})
        assert search().trial("2", [outcome]).params == {"x": 0.25}
        assert search().trial("2", []) == search().ask((), {"0", "1"}, 1)[0]

    @pytest.mark.parametrize(
        ("one", "said"),
        [
            (
                {"x": space.normal()},
                "Optuna does not support the distribution normal(0.0,1.0) of x",
            ),
            (
                {"x": space.choice([1, 2], [0.5, 0.5])},
                "Optuna does not support the probabilities of x",
            ),
        ],
    )
    def test_what_it_cannot_do(self, one, said):
        with pytest.raises(TrackError) as caught:
            optuna_sampler.check(one, SamplerOptions())
        assert str(caught.value).startswith(said)

    def test_a_sampler_without_its_package_is_refused_at_once(self, monkeypatch):
        monkeypatch.setitem(optuna_sampler._PACKAGES, "tpe", ("no_such_package",))
        with pytest.raises(TrackError, match="the sampler tpe needs the package no_such_package"):
            optuna_sampler.check(SPACE, SamplerOptions())

    def test_options_are_checked_before_anything_runs(self):
        with pytest.raises(TrackError, match=r"the sampler tpe cannot be made: .*startup_trials"):
            optuna_sampler.check(SPACE, SamplerOptions("tpe", {"startup_trials": 3}))
