"""What the sweep learns from its engine; the futures of the tasks are completed by hand here."""

import os
from concurrent import futures

import pytest

from gittrack.core import layout
from gittrack.engines import shared_repository
from gittrack.engines.executor import Withdrawn, WorkerLost
from gittrack.show.terminal import sweeps
from gittrack.sweeping import workdir

SWEEP = "20260101-000000-aaaa1111"


class ByHand:
    """An executor whose futures the test completes: {key of the trial: future}."""

    def __init__(self, places=4):
        self.places, self.futures, self.adopted, self.ended = places, {}, {}, False

    def submit(self, task):
        self.futures[task.trial.key] = futures.Future()
        return self.futures[task.trial.key]

    def adopt(self, key):
        return self.adopted.get(key)

    def wait(self, timeout): ...
    def where(self):
        return {}

    def end_running(self):
        self.ended = True

    def close(self): ...


@pytest.fixture
def engine():
    return ByHand()


def orders(ended):
    return [(one.job.trial.key, one.order) for one in ended]


def test_results_get_their_order_as_the_sweep_learns_of_them(trials, engine):
    pool = trials.pool(engine)
    jobs = [trials.job(key) for key in range(3)]
    for job in jobs:
        pool.submit(job)
    assert (pool.free, pool.wait(0)) == (1, [])
    for key in ("2", "0"):
        engine.futures[key].set_result(trials.ran(jobs[int(key)]))
    assert orders(pool.wait(0)) == [("2", 0), ("0", 1)]
    engine.futures["1"].set_result(trials.ran(jobs[1]))
    assert orders(pool.wait(0)) == [("1", 2)]
    assert pool.free == 4


def test_a_trial_whose_worker_vanished_runs_again_unless_its_result_was_delivered(trials, engine):
    pool = trials.pool(engine)
    for key in (0, 1):
        pool.submit(trials.job(key))
    trials.ran(trials.job(1))  # its worker died after that
    for future in engine.futures.values():
        future.set_exception(WorkerLost("the worker on b is gone"))
    lost, counting = pool.wait(0)
    assert lost.report.lost == "trial 0 runs again: the worker on b is gone"
    assert (counting.job.trial.key, counting.order) == ("1", 0)


def test_a_late_duplicate_loses(trials, engine):
    pool = trials.pool(engine)
    pool.submit(trials.job(0))
    first, late = trials.ran(trials.job(0, 2)), trials.ran(trials.job(0, 1))
    engine.futures["0"].set_result({**late, "lost": "trial 0 had another result already"})
    (ended,) = pool.wait(0)
    assert (ended.report.info.id, ended.order) == (first["run"]["id"], 0)


def test_a_trial_that_loses_its_worker_again_and_again_stops_the_sweep(trials, engine):
    pool = trials.pool(engine)
    for attempt in (1, 2, 3):
        pool.submit(trials.job(0, attempt))
        engine.futures["0"].set_exception(WorkerLost("out of memory"))
        (ended,) = pool.wait(0)
    message, hint = ended.report.problem
    assert message == "trial 0 lost its worker 3 times, last: out of memory"
    assert "memory" in hint


def test_a_trial_that_its_cluster_ended_runs_again_however_often(trials, engine):
    pool = trials.pool(engine)
    for attempt in range(1, 6):
        pool.submit(trials.job(0, attempt))
        report = trials.ran(trials.job(0, attempt), delivered=False, interrupted=True)
        engine.futures["0"].set_result(report)
        (ended,) = pool.wait(0)
        assert ended.report.lost
    pool.submit(trials.job(0, 6))
    pool.end_running()
    report = trials.ran(trials.job(0, 6), delivered=False, interrupted=True)
    engine.futures["0"].set_result(report)
    (ended,) = pool.wait(0)
    assert engine.ended
    assert ended.report.info.sweep.interrupted  # the user ended it


def test_a_problem_and_a_failed_attempt_are_reported_as_they_are(trials, engine):
    pool = trials.pool(engine)
    jobs = [trials.job(0), trials.job(1, final=False)]
    for job in jobs:
        pool.submit(job)
    engine.futures["0"].set_result({"mark": "0 1", "problem": ["the setup failed", "no module"]})
    report = trials.ran(jobs[1], delivered=False)
    engine.futures["1"].set_result({**report, "run": {**report["run"], "status": "failed"}})
    problem, failed = pool.wait(0)
    assert problem.report.problem == ("the setup failed", "no module")
    assert (failed.report.info.status, failed.order) == ("failed", None)


def test_other_processes_see_where_trials_run(trials, engine, repo, monkeypatch):
    os.makedirs(layout.sweep_dir(repo.common_dir, SWEEP))
    monkeypatch.setattr(engine, "where", lambda: {"0 1": "gpu3", "1 1": "job 7_1 pending"})
    pool = trials.pool(engine)
    pool.wait(0)
    hosts = workdir.hosts_of(repo.common_dir, SWEEP)
    assert sweeps.hosts_line(hosts) == "where: gpu3: trial 0; job 7_1 pending: trial 1\n"
    pool.close()
    assert workdir.hosts_of(repo.common_dir, SWEEP) == {}


def test_nobody_joins_a_sweep_that_ended_or_goes_on_without_an_engine(trials, engine, repo):
    shared_repository.open_to_workers(repo, SWEEP)
    pool = trials.pool(engine)
    assert shared_repository.is_open(repo.common_dir, SWEEP)
    pool.close()
    assert not shared_repository.is_open(repo.common_dir, SWEEP)


@pytest.mark.parametrize(("attempt", "continues"), [(2, False), (1, True)])
def test_a_trial_whose_result_was_delivered_does_not_run_again(trials, engine, attempt, continues):
    pool = trials.pool(engine, continues=continues)
    trials.ran(trials.job(0, 1))  # after the sweep had looked for results
    pool.submit(trials.job(0, attempt))
    pool.submit(trials.job(1))
    assert list(engine.futures) == ["1"]
    (ended,) = pool.wait(0)
    assert (ended.order, ended.report.info.sweep.attempt) == (0, 1)


def test_a_trial_that_still_runs_for_an_earlier_process_is_waited_for(trials, engine):
    running = engine.adopted["0"] = futures.Future()
    pool = trials.pool(engine)
    pool.submit(trials.job(0, 2))
    assert engine.futures == {}
    running.set_result(trials.ran(trials.job(0, 1)))
    (ended,) = pool.wait(0)
    assert (ended.order, ended.report.info.sweep.attempt) == (0, 1)


def test_a_trial_that_was_taken_back_did_not_lose_its_worker(trials, engine):
    pool = trials.pool(engine)
    for _ in range(4):
        pool.submit(trials.job(0))
        engine.withdraw = lambda: engine.futures["0"].set_exception(Withdrawn())
        pool.withdraw()
        (ended,) = pool.wait(0)
        assert ended.report.lost == "trial 0 did not begin"


def test_only_executors_that_have_tasks_are_waited_for(trials):
    class Waiting(ByHand):
        def wait(self, timeout):
            self.timeout = timeout

        def where(self):
            return dict.fromkeys(self.futures, "a")

    busy, idle = Waiting(), Waiting(places=0)
    pool = trials.pool(busy, idle)
    pool.submit(trials.job(0))
    pool.wait(0.25)
    assert (busy.timeout, idle.timeout) == (0.25, 0)


def test_a_trial_may_reach_its_time_limit_often_if_it_continues_from_its_checkpoint(trials, engine):
    pool = trials.pool(engine, resumes=True)
    for attempt in range(1, 6):
        pool.submit(trials.job(0, attempt))
        artifacts = {"model": b"weights"} if attempt < 3 else {}
        report = trials.ran(
            trials.job(0, attempt), delivered=False, interrupted=True, artifacts=artifacts
        )
        engine.futures["0"].set_result({**report, "lost": "job 7_0 reached its time limit"})
        (ended,) = pool.wait(0)
        assert (ended.report.problem is None) == (attempt < 5)
    assert "lost its worker 3 times" in ended.report.problem[0]
