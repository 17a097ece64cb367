"""Proposals are a function of the order of outcomes: whatever dies on the way, a sweep tries the same params.

A sweep is run on one machine, and then on an engine whose workers die, whose reports are lost, and whose
results come twice; its trials end in the same order.
"""

import random
from concurrent import futures

import pytest
import run_values

from gittrack import git
from gittrack.core import layout
from gittrack.engines import shared_repository
from gittrack.engines import task as tasks
from gittrack.engines.executor import WorkerLost
from gittrack.engines.pool import EnginePool, SweepNames
from gittrack.read.runs import reader
from gittrack.sweeping import engine, prepare, state
from gittrack.sweeping.delivery import results
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.jobs import JobMaker, RunOptions
from gittrack.sweeping.prepare import SweepRequest
from gittrack.sweeping.stored import Sweep
from gittrack.sweeping.trial import TrialReport

SWEEP = "20260101-000000-aaaa1111"
SPACE = {"x": {"min": -1.0, "max": 1.0}, "y": {"values": ["a", "b"]}}
RESOURCE = {"name": "epochs", "min": 1, "max": 9, "eta": 3}
METHODS = {
    "random": {"run_cap": 8},
    "asha": {"run_cap": 8, "resource": RESOURCE},
    "halving": {"configs": 6, "resource": RESOURCE},
    "optuna": {"run_cap": 14, "sampler": "tpe"},
}
PLACES = 3


class Trials:
    """Runs trials at once, and remembers what was proposed."""

    def __init__(self, repo):
        self.repo, self.number, self.proposed = repo, 0, {}

    def commit(self, key, job_or_task, **sweep):
        """Record the run of an attempt, whose loss depends on its params only."""
        trial = job_or_task.trial
        params = {**trial.params, **({"epochs": trial.budget} if trial.budget else {})}
        loss = trial.params["x"] ** 2 + (trial.params["y"] == "a") + 1 / (trial.budget or 1)
        facts = {"id": SWEEP, "trial": key, "config": trial.config, "attempt": job_or_task.attempt}
        facts |= {
            "known": job_or_task.known_outcomes,
            "rung": trial.rung,
            "budget": trial.budget,
            **sweep,
        }
        self.number += 1
        values = {"params": params, "metrics": {"loss": loss}}
        facts = {name: value for name, value in facts.items() if value is not None}
        return run_values.commit(self.repo, self.number, **values, sweep=facts)


class OneMachine(Trials):
    """A pool: of the running trials one ends at a time, at random."""

    def __init__(self, repo, chance):
        super().__init__(repo)
        self.chance, self.jobs, self.order = chance, {}, []

    @property
    def free(self):
        return PLACES - len(self.jobs)

    @property
    def running(self):
        return list(self.jobs.values())

    def submit(self, job):
        self.jobs[job.trial.key] = job
        self.proposed[job.trial.key] = job.trial, job.known_outcomes

    def wait(self, timeout):
        key = self.chance.choice(sorted(self.jobs))
        self.order.append(key)
        job = self.jobs.pop(key)
        raw = self.commit(key, job, order=len(self.order) - 1)
        return [EndedTrial(job, TrialReport(reader.decode(self.repo, raw)))]

    def withdraw(self): ...
    def end_running(self): ...


class FaultyCluster(Trials):
    """An executor: trials end in a given order, and others die meanwhile."""

    places = PLACES

    def __init__(self, repo, chance, order):
        super().__init__(repo)
        self.chance, self.order, self.tasks, self.deaths = chance, list(order), {}, 0

    def submit(self, task):
        self.tasks[task.trial.key] = task, futures.Future()
        self.proposed.setdefault(task.trial.key, (task.trial, task.known_outcomes))
        return self.tasks[task.trial.key][1]

    def wait(self, timeout):
        if self.chance.random() < 0.4:
            self._die(self.chance.choice(sorted(self.tasks)))
        elif self.order[0] in self.tasks:
            self._end(self.order.pop(0))

    def _die(self, key):
        task, future = self.tasks[key]
        if task.attempt < 3:  # three losses stop a sweep
            self.deaths += 1
            del self.tasks[key]
            future.set_exception(WorkerLost("the node is gone"))

    def _end(self, key):
        """Deliver a result; its report may be lost, or another attempt delivered before."""
        task, future = self.tasks.pop(key)
        first = self.commit(key, task)
        results.deliver(self.repo, SWEEP, key, first.commit)
        if self.chance.random() < 0.3:
            future.set_exception(WorkerLost("the network is gone"))
            return
        again = self.commit(key, task)
        assert not results.deliver(self.repo, SWEEP, key, again.commit)
        future.set_result({"lost": "another result"})

    def adopt(self, key):
        return None

    def where(self):
        return dict.fromkeys(self.tasks, "b")

    def end_running(self): ...
    def close(self): ...


class Quiet:
    """A listener that prints nothing."""

    def __getattr__(self, name):
        return lambda *values: None


def sweep(method, pool):
    """Run a sweep of a method on a pool; return whether it is done."""
    content = {"method": method, "metric": {"name": "loss", "goal": "minimize"}, "seed": 7}
    request = SweepRequest({**content, "parameters": SPACE, **METHODS[method]}, command=("true",))
    prepared = prepare.prepare(request)
    facts = {"experiment": "default", "code": {"commit": "2" * 40, "tree": "1" * 40}}
    maker = JobMaker(Sweep(SWEEP, "c" * 40, b"", facts), prepared, RunOptions())
    settings = engine.EngineSettings(
        *(prepared.strategy, pool, Quiet(), "loss", prepared.names, maker.make, lambda: None)
    )
    return engine.Engine(settings, state.SweepState(), first=True).run()


def engine_pool(repo, cluster):
    common = tasks.TaskBasis("c0ffee", tasks.Location("/p", "/p/.git", "token"))
    meeting = shared_repository.SharedRepository(repo, SWEEP)
    return EnginePool(repo, SweepNames(SWEEP, "default"), [cluster], meeting, common, 0)


@pytest.mark.parametrize(
    "method",
    ["asha", *(pytest.param(name, marks=pytest.mark.slow) for name in METHODS if name != "asha")],
)
def test_the_same_order_of_outcomes_gives_the_same_trials_whatever_dies(project, method):
    if method == "optuna":
        pytest.importorskip("optuna")
    repo = git.find()
    here = OneMachine(repo, random.Random(1))
    assert sweep(method, here)
    for ref in run_refs(repo):
        git.refs.drop(repo, ref)
    cluster = FaultyCluster(repo, random.Random(2), here.order)
    assert sweep(method, engine_pool(repo, cluster))
    assert cluster.deaths
    assert cluster.proposed == here.proposed
    orders = {}
    for info in state.runs(repo, SWEEP):
        if info.sweep.order is not None:
            orders[info.sweep.order] = info.sweep.trial
    assert [orders[number] for number in sorted(orders)] == here.order


def run_refs(repo):
    return [ref.name for ref in git.refs.now(repo, layout.RUNS)]
