"""Check the last sweep of the current folder: one result for each trial, and the trials that were proposed.

The strategy is asked again, with the outcomes in their recorded order and no fault.
"""

from __future__ import annotations

from gittrack import git
from gittrack.search.plan import StartedKeys
from gittrack.sweeping import find, jobs, prepare, state


def check() -> str:
    """Return a line about the sweep.  Raises AssertionError if it is not as it would be without faults."""
    repo = git.find()
    sweep = find.find(repo, "@")
    prepared = prepare.prepare_again(sweep)
    infos = state.runs(repo, sweep.id)
    found = state.of_runs(infos, prepared.plan.metric, prepared.names, prepared.resource)
    orders = [info.sweep.order for info in infos if info.sweep and info.sweep.order is not None]
    assert sorted(orders) == list(range(len(orders))), f"orders {sorted(orders)}"
    started = StartedKeys([])
    for number in range(len(found.outcomes) + 1):
        keys = {
            key for key, info in found.runs.items() if info.sweep and info.sweep.known == number
        }
        while keys:
            trial = prepared.strategy.ask(found.outcomes[:number], started, 1)[0]
            assert trial.key in keys, f"trial {trial.key} was not proposed after {number} outcomes"
            params = jobs.params_of(prepared.base, trial, prepared.resource)
            assert found.runs[trial.key].params == params, trial.key
            keys.remove(trial.key)
            started.add(trial.key)
    assert not found.pending, found.pending
    assert prepared.strategy.done(found.outcomes, started), "the sweep is not done"
    number, others = len(orders), len(infos) - len(orders)
    return f"{number} results of {number} trials, proposed as without faults; other runs: {others}"


if __name__ == "__main__":
    print(check())
