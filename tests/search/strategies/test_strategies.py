"""What every strategy promises, driven by a pool that ends trials in any order and is killed at will."""

from __future__ import annotations

import importlib.util
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.errors import TrackError
from gittrack.search.file import sweep_file
from gittrack.search.plan import Outcome
from gittrack.search.strategies import methods, ranking

PARAMETERS = {"x": {"min": 0.0, "max": 1.0}, "opt": {"values": ["adam", "sgd", "lion"]}}
GRID = {"x": {"values": [0, 1, 2, 3]}, "opt": {"values": ["adam", "sgd", "lion"]}}
RESOURCE = {"name": "epochs", "min": 1, "max": 20, "eta": 3}
FILES = {
    "grid": {"method": "grid", "parameters": GRID},
    "random": {"method": "random", "run_cap": 12},
    "halving": {"method": "halving", "resource": RESOURCE, "configs": 14},
    "hyperband": {"method": "hyperband", "resource": RESOURCE},
    "asha": {"method": "asha", "resource": RESOURCE, "configs": 14},
    "resume": {"method": "halving", "resource": {**RESOURCE, "mode": "resume"}, "configs": 5},
    "seeds": {"method": "random", "run_cap": 12, "seeds": 3},
    "halving-seeds": {"method": "halving", "resource": RESOURCE, "configs": 5, "seeds": [7, 9]},
    "asha-seeds": {"method": "asha", "resource": RESOURCE, "configs": 5, "seeds": 2},
}
if importlib.util.find_spec("scipy"):
    FILES["sobol"] = {"method": "sobol", "run_cap": 12}
names = st.sampled_from(list(FILES))


def plan(**file):
    base = {"metric": {"name": "acc", "goal": "maximize"}, "parameters": PARAMETERS}
    return sweep_file.read({**base, **file})


def strategy(name):
    return methods.strategy(plan(**FILES[name]))


class Pool:
    """Runs trials ``j`` at a time; ``luck`` says which ends next, whether it fails, when we are killed."""

    def __init__(self, search, j=1, seed=0, fails=0.0, kills=0.0):
        self.search, self.j, self.luck = search, j, Random(seed)
        self.fails, self.kills = fails, kills
        self.outcomes, self.running, self.began = [], [], []

    def started(self):
        return {one.key for one in (*self.outcomes, *self.running)}

    def score(self, trial):
        noise = Random(f"{trial.config} {trial.seed}").random() / 10
        return trial.params["x"] + noise - 1 / (trial.budget or 1)

    def run(self):
        while True:
            free = self.j - len(self.running)
            asked = self.search.ask(self.outcomes, self.started(), free)
            assert len(asked) <= free
            assert not {one.key for one in asked} & self.started()
            self.running += asked
            self.began += asked
            if self.luck.random() < self.kills:
                self.running = []  # and begun again, by whoever resumes
                continue
            assert self.search.done(self.outcomes, self.started()) == (not self.running)
            if not self.running:
                return self
            ended = self.running.pop(self.luck.randrange(len(self.running)))
            failed = self.luck.random() < self.fails
            score = self.luck.choice([None, math.nan, math.inf]) if failed else self.score(ended)
            status = self.luck.choice(["failed", "finished"]) if failed else "finished"
            self.outcomes.append(Outcome(ended.key, score, len(self.outcomes), status))


def test_every_method_is_held_to_the_contract():
    tested = {file["method"] for file in FILES.values()}
    extras = {
        "sobol",
        "optuna",
    }  # Optuna proposes other trials if it is asked twice: test_extras.py
    assert tested | extras == set(methods.METHODS)


@given(name=names, j=st.integers(1, 9), seed=st.integers(0, 99), fails=st.sampled_from([0, 0.3]))
def test_it_comes_to_its_end(name, j, seed, fails):
    search = strategy(name)
    pool = Pool(search, j, seed, fails).run()
    keys = [one.key for one in pool.began]
    assert len(keys) == len(set(keys))
    for trial in pool.began:
        assert search.trial(trial.key, pool.outcomes) == trial
        names = {"x", "opt"} | ({"epochs"} if trial.budget else set())
        assert trial.params.keys() == names
    if search.size is not None:
        assert len(keys) <= search.size
        assert len(keys) == search.size or fails
    if not name.startswith("asha"):
        assert len(keys) <= sum(rung.trials for rung in search.table())


@given(name=names, j=st.integers(1, 9), seed=st.integers(0, 99))
def test_killed_and_resumed_it_tries_the_same(name, j, seed):
    if name.startswith("asha"):
        j = 1  # with more, who is promoted depends on who ended first
    undisturbed = Pool(strategy(name), j, seed).run()
    killed = Pool(strategy(name), j, seed + 1, kills=0.2).run()
    assert {one.key: one for one in killed.began} == {one.key: one for one in undisturbed.began}
    assert sorted(one.key for one in killed.outcomes) == sorted(
        one.key for one in undisturbed.outcomes
    )


@given(
    name=st.sampled_from(["halving", "hyperband", "asha", "resume"]),
    j=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_a_survivor_has_the_maximum_and_the_winner_is_among_those(name, j, seed):
    search = strategy(name)
    pool = Pool(search, j, seed).run()
    top = [one for one in pool.began if one.budget == 20]
    assert top
    scores = {one.key: one.score for one in pool.outcomes}
    best = max(top, key=lambda trial: (scores[trial.key], -trial.config))
    assert search.best(pool.outcomes) == best.key


@given(j=st.integers(1, 9), seed=st.integers(0, 99), configs=st.integers(1, 30))
def test_promotions_are_the_best_of_their_rung(j, seed, configs):
    search = methods.strategy(plan(method="halving", resource=RESOURCE, configs=configs))
    pool = Pool(search, j, seed).run()
    scores = {one.key: one.score for one in pool.outcomes}
    for rung, below in zip(range(1, 4), search.table(), strict=False):
        tried = [one for one in pool.began if one.rung == rung - 1]
        ranked = sorted(tried, key=lambda one: -scores[one.key])
        kept = {one.config for one in pool.began if one.rung == rung}
        assert len(tried) == below.trials
        assert kept == {one.config for one in ranked[: math.ceil(len(tried) / 3)]}


def test_what_failed_is_not_promoted_and_does_not_win():
    search = strategy("halving")
    bad = [None, math.nan, math.inf, -math.inf]
    outcomes = [
        Outcome(f"{config}.r0", bad[config] if config < 4 else 0.1, config, "finished")
        for config in range(14)
    ]
    outcomes[13] = Outcome("13.r0", 0.9, 13, "failed")
    keys = {one.key for one in outcomes}
    asked = search.ask(outcomes, keys, 99)
    assert [one.key for one in asked] == [
        "4.r1",
        "5.r1",
        "6.r1",
        "7.r1",
        "8.r1",
    ]  # ties: lower first
    assert search.best(outcomes) == "4.r0"
    assert search.best(outcomes[:4]) is None
    assert search.best(()) is None


def test_nothing_is_left_where_all_failed():
    for name in FILES:
        search = strategy(name)
        pool = Pool(search, 3, fails=1.0).run()
        assert search.best(pool.outcomes) is None


def test_a_trial_that_resumes_goes_on_from_its_rung_before():
    pool = Pool(strategy("resume"), 2).run()
    last = max(pool.began, key=lambda one: one.rung)
    assert (last.rung, last.budget) == (3, 20)
    assert last.after == last.key.replace("r3", "r2")
    assert all(one.after is None for one in pool.began if one.rung == 0)
    repeated = methods.strategy(plan(**FILES["resume"], seeds=2))
    assert repeated.trial("3.r2.s1", ()).after == "3.r1.s1"


def test_asha_promotes_as_soon_as_a_rung_has_eta_and_then_begins_new_ones():
    search = strategy("asha")
    outcomes = [Outcome(f"{config}.r0", score, config, "finished") for config, score in FOUR]
    started = {one.key for one in outcomes}
    assert [one.key for one in search.ask(outcomes, started, 3)] == ["2.r1", "4.r0", "5.r0"]
    assert [one.key for one in search.ask(outcomes[:2], started, 1)] == ["4.r0"]


FOUR = ((0, 0.1), (1, 0.2), (2, 0.9), (3, 0.3))


@given(cap=st.integers(5, 60), j=st.integers(1, 5), seed=st.integers(0, 20))
def test_asha_keeps_to_its_cap_and_still_brings_one_to_the_maximum(cap, j, seed):
    search = methods.strategy(plan(method="asha", resource=RESOURCE, run_cap=cap))
    pool = Pool(search, j, seed).run()
    assert len(pool.began) <= cap
    assert max(one.budget for one in pool.began) == 20


def test_seeds_are_one_trial_with_their_mean():
    search = strategy("seeds")
    asked = search.ask((), (), 4)
    assert [(one.key, one.config, one.seed) for one in asked] == [
        *(("0.s0", 0, 0), ("0.s1", 0, 1), ("0.s2", 0, 2), ("1.s0", 1, 0))
    ]
    assert [one.key for one in search.ask((), {"0.s0", "1.s0"}, 3)] == ["0.s1", "0.s2", "1.s1"]
    scores = {"0.s0": 0.9, "0.s1": 0.9, "0.s2": None, "1.s0": 0.1, "1.s1": 0.2, "1.s2": 0.3}
    outcomes = [Outcome(key, score, 0, "finished") for key, score in scores.items()]
    assert search.best(outcomes) == "1.s0"
    assert search.size == 12


def test_a_target_ends_it():
    file = {**FILES["random"], "metric": {"name": "loss", "target": 0.2}}
    search = methods.strategy(plan(**file))
    outcomes = [Outcome("0", 0.3, 0, "finished"), Outcome("1", 0.2, 1, "finished")]
    assert search.ask(outcomes[:1], {"0"}, 1)
    assert search.ask(outcomes, {"0", "1", "2"}, 1) == ()
    assert not search.done(outcomes, {"0", "1", "2"})
    assert search.done(outcomes, {"0", "1"})


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "key", ["x", "", "0.b9.r0", "99", "99.r0", "0.r9", "0.s9", "01", "0.s0.r0"]
)
def test_other_keys_are_refused(name, key):
    with pytest.raises(TrackError, match="not a trial of"):
        strategy(name).trial(key, ())


def test_ranking():
    scores = enumerate([0.3, math.nan, 0.5, None, 0.5, math.inf, -math.inf])
    assert ranking.order(scores, "maximize") == [2, 4, 0, 1, 3, 5, 6]
    assert ranking.order([(9, 1.0), (1, 2.0), (3, None)], "minimize") == [9, 1, 3]
