"""sweep/engine: what the strategy is shown, and when; trials are ended by hand here."""

import os
from typing import NamedTuple

import pytest

from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.series import Metric
from gittrack.core.run.trials import TrialFacts
from gittrack.record import session
from gittrack.search.plan import Trial
from gittrack.sweeping import engine, state, workdir
from gittrack.sweeping.pool import Ended
from gittrack.sweeping.trial import Job, Report


class Told:
    """A strategy that remembers what it was shown, and proposes 0, 1, 2, ..."""

    size = None

    def __init__(self, most):
        self.most, self.shown = most, []

    def ask(self, outcomes, started, free):
        self.shown.append([one.key for one in outcomes])
        left = [str(n) for n in range(self.most) if str(n) not in started]
        return tuple(Trial(key, int(key), {}) for key in left[:free])

    def done(self, outcomes, started):
        return len(outcomes) == self.most


class ByHand:
    """A pool whose trials end as a script says: (append the line of these, report those) at each wait."""

    def __init__(self, folder, slots, script):
        self.folder, self.slots, self.script = folder, slots, list(script)
        self.jobs, self.orders, self.most = {}, {}, 0

    @property
    def free(self):
        return self.slots - len(self.jobs)

    @property
    def running(self):
        return list(self.jobs.values())

    def submit(self, job):
        self.jobs[job.trial.key] = job
        self.most = max(self.most, len(self.jobs))

    def wait(self, timeout):
        lines, reports = self.script.pop(0)
        for key in lines:
            self.orders[key] = self.jobs[key].base + workdir.take_order(
                self.folder, self.jobs[key].mark
            )
        return [Ended(self.jobs.pop(key.strip("!")), self._report(key)) for key in reports]

    def _report(self, key):
        if key.endswith("!"):  # its process died
            return None
        facts = TrialFacts("s", key, order=self.orders.get(key))
        metrics = {"loss": Metric(1.0, 1.0, 1.0, 0, 1)}
        return Report(RunInfo(key, "e", "finished", metrics=metrics, sweep=facts))


class Quiet(NamedTuple):
    """Nobody is told anything."""

    def started(self, job): ...
    def ended(self, job, report, outcome): ...
    def stopping(self, how, running): ...
    def warn(self, text): ...
    def tick(self): ...


def run(folder, strategy, pool, asked=lambda: None, rescue=None):
    def job(trial, attempt, known, earlier, base):
        request = session.Request(sweep={"id": "s"})
        return Job(trial, attempt, known, True, request, str(folder), base, os.getpid())

    setting = engine.Setting(strategy, pool, Quiet(), folder, "loss", (), job, rescue, asked)
    return engine.Engine(setting, state.State(), first=True).run()


def test_an_outcome_is_not_shown_before_those_that_ended_earlier(tmp_path):
    """0 ended first, but 1 is known first: until 0 is, nothing has ended."""
    strategy = Told(4)
    pool = ByHand(tmp_path, 2, [(["0", "1"], ["1"]), ([], ["0"]), (["2"], ["2"]), (["3"], ["3"])])
    assert run(tmp_path, strategy, pool)
    assert strategy.shown[:4] == [[], [], ["0", "1"], ["0", "1", "2"]]
    assert pool.most == 2


def test_two_that_are_known_at_once_are_both_taken_in(tmp_path):
    strategy = Told(2)
    assert run(tmp_path, strategy, ByHand(tmp_path, 2, [(["1", "0"], ["0", "1"])]))
    assert strategy.shown[-1] == ["1", "0"]


def test_a_line_without_a_run_does_not_hold_the_others_up(tmp_path):
    """0 dies after it took its number; it is tried again and gets another."""
    died = Report(RunInfo("0", "e", "crashed", sweep=TrialFacts("s", "0")))
    strategy = Told(2)
    pool = ByHand(tmp_path, 2, [(["0", "1"], ["1"]), ([], ["0!"]), (["0"], ["0"])])
    assert run(tmp_path, strategy, pool, rescue=lambda job: died)
    assert strategy.shown[-2:] == [["1"], ["1", "0"]]
    assert pool.orders == {"0": 2, "1": 1}


def test_nothing_is_begun_once_one_cannot_be_run(tmp_path):
    pool = ByHand(tmp_path, 1, [([], ["0!"])])
    problem = Report(problem=("the disk is full", "make room"))
    with pytest.raises(TrackError, match="the disk is full"):
        run(tmp_path, Told(3), pool, rescue=lambda job: problem)


def test_a_wish_to_stop_is_heard(tmp_path):
    wishes = iter([None, workdir.FINISH, workdir.FINISH])
    strategy = Told(3)
    assert not run(tmp_path, strategy, ByHand(tmp_path, 1, [(["0"], ["0"])]), lambda: next(wishes))
    assert strategy.shown == [[]]
