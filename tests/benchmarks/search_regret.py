"""At equal epochs: how far the chosen configuration is from the best of the table, ours against Optuna's.

With ``mode: resume`` an epoch is charged once: a trial that goes on pays for what is new, as Optuna's
pruners have it.  With ``mode: restart`` it pays for all of it again, which Optuna has no counterpart of.
Everybody gets the epochs of one Hyperband of ours that resumes.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from statistics import fmean
from typing import Any

import numpy as np
import search_curves
from measure import Row
from search_curves import EPOCHS, Curves

from gittrack.analysis.groups import Group, compare_groups
from gittrack.search import sampling
from gittrack.search.plan import Outcome, Resource, Strategy
from gittrack.search.strategies import rungs
from gittrack.search.strategies.asha import Asha
from gittrack.search.strategies.fixed_list import FixedList
from gittrack.search.strategies.halving import Halving
from gittrack.sweep import choice

SEEDS, ETA = 20, 3
_SPACE = {name: choice(values) for name, values in search_curves.SPACE.items()}
_PLENTY = 2_000  # configurations that no budget here gets to


def epochs() -> int:
    """Return what everybody may spend."""
    return cost(rungs.hyperband(1, EPOCHS, ETA), "resume")


def cost(brackets: tuple[rungs.Bracket, ...], mode: str) -> int:
    """Return the epochs that brackets need."""
    table = rungs.table(brackets)
    return sum((row.resume if mode == "resume" else row.restart) or 0 for row in table)


def strategies(seed: int, mode: str) -> dict[str, Strategy]:
    """Return our strategies, each made to spend what there is."""
    resource = Resource("epochs", 1, EPOCHS, ETA, mode)

    def propose(index: int) -> dict[str, Any]:
        return sampling.config(_SPACE, seed, index)

    affordable = rungs.halving(1, 1, EPOCHS, ETA)
    while cost((affordable,), mode) <= epochs():
        spending = affordable
        affordable = rungs.halving(affordable.trials[0] + 1, 1, EPOCHS, ETA)
    return {
        "none": FixedList(propose, _PLENTY, "minimize"),
        "halving": Halving(propose, (spending,), "minimize", resource),
        "Hyperband": Halving(propose, rungs.hyperband(1, EPOCHS, ETA), "minimize", resource),
        "ASHA": Asha(propose, rungs.asha(_PLENTY, 1, EPOCHS, ETA), "minimize", resource),
    }


def ours(strategy: Strategy, table: Curves, most: int, mode: str) -> float:
    """Return the regret of a strategy of ours, one trial at a time, when the epochs are used up."""
    outcomes: list[Outcome] = []
    params: dict[str, dict[str, Any]] = {}
    reached: dict[int, int] = {}
    spent = 0
    while found := strategy.ask(outcomes, params.keys(), 1):
        trial = found[0]
        budget = EPOCHS if trial.budget is None else trial.budget
        spent += budget - (reached.get(trial.config, 0) if mode == "resume" else 0)
        if spent > most:
            break
        reached[trial.config] = budget
        params[trial.key] = {name: trial.params[name] for name in search_curves.SPACE}
        score = table.at(params[trial.key], budget)
        outcomes.append(Outcome(trial.key, score, len(outcomes), "finished"))
    best = strategy.best(outcomes)
    return _regret(params[best], table) if best is not None else math.inf


def theirs(pruner: Any, seed: int, table: Curves, most: int) -> float:
    """Return the regret of Optuna's random sampler with a pruner, when the epochs are used up.

    A trial that the end of the epochs cuts off counts as pruned.
    """
    import optuna

    sampler = optuna.samplers.RandomSampler(seed=seed)
    study = optuna.create_study(sampler=sampler, pruner=pruner, study_name=f"regret-{seed}")
    spent = 0
    while spent < most:
        trial = study.ask()
        params = {n: trial.suggest_categorical(n, v) for n, v in search_curves.SPACE.items()}
        state = optuna.trial.TrialState.COMPLETE
        for epoch in range(1, EPOCHS + 1):
            if spent >= most:
                state = optuna.trial.TrialState.PRUNED
                break
            spent += 1
            score = table.at(params, epoch)
            trial.report(score, epoch)
            if epoch < EPOCHS and trial.should_prune():
                state = optuna.trial.TrialState.PRUNED
                break
        study.tell(trial, score if state.name == "COMPLETE" else None, state)
    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    return _regret(study.best_params, table) if complete else math.inf


def pruners() -> dict[str, Callable[[], Any]]:
    """Return Optuna's counterpart of each of our strategies; it has halving only as ASHA."""
    import optuna

    def halving() -> Any:
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=ETA)

    def hyperband() -> Any:
        return optuna.pruners.HyperbandPruner(
            min_resource=1, max_resource=EPOCHS, reduction_factor=ETA
        )

    return {
        "none": optuna.pruners.NopPruner,
        "halving": halving,
        "Hyperband": hyperband,
        "ASHA": halving,
    }


def rows() -> Iterator[Row]:
    """Yield the mean regrets over the seeds with the bootstrap interval of each and of their difference."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    table, most = search_curves.load(), epochs()
    yield Row(
        f"epochs for everybody (the best loss is {table.final.min():.4f})", f"{most:,}", f"{most:,}"
    )
    for name, make in pruners().items():
        mine = _ours_over_seeds(name, table, most, "resume")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            others = [theirs(make(), seed, table, most) for seed in range(SEEDS)]
        found = compare_groups(Group({}, (), tuple(mine)), Group({}, (), tuple(others)))
        assert found is not None
        yield Row(
            f"mean regret, {SEEDS} seeds: {name}",
            _interval(mine),
            _interval(others),
            f"{found.difference:+.4f} [{found.low:+.4f}, {found.high:+.4f}]",
            "not worse",
            found.low > 0,
        )
        if name != "none":
            again = _ours_over_seeds(name, table, most, "restart")
            yield Row(f"mean regret, {SEEDS} seeds: {name}, restart", _interval(again))


def _ours_over_seeds(name: str, table: Curves, most: int, mode: str) -> list[float]:
    return [ours(strategies(seed, mode)[name], table, most, mode) for seed in range(SEEDS)]


def _regret(params: dict[str, Any], table: Curves) -> float:
    return table.at(params, EPOCHS) - float(table.final.min())


def _interval(values: list[float]) -> str:
    """Return the mean and its 95 % percentile bootstrap interval."""
    draws = np.random.default_rng(0).choice(values, (10_000, len(values))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{fmean(values):.4f} [{low:.4f}, {high:.4f}]"
