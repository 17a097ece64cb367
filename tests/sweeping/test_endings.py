"""Trials that ended are handed on in the order in which they ended, not in which they are reported."""

import pytest

from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.trials import TrialFacts
from gittrack.record import session
from gittrack.search.plan import Trial
from gittrack.sweeping import workdir
from gittrack.sweeping.endings import EndedTrial, Endings
from gittrack.sweeping.trial import Job, TrialReport

FIRST = 10  # orders before that are of an earlier process


def job(key):
    return Job(Trial(key, int(key), {}), 1, 0, True, session.RunRequest())


class Trials:
    """Trials whose commands end, and which are reported, when a test says so."""

    def __init__(self, folder):
        self.folder = folder
        self.endings = Endings(folder, FIRST)
        self.orders, self.running = {}, set()

    def start(self, *keys):
        self.running.update(job(key).mark for key in keys)

    def end(self, key):
        self.orders[key] = FIRST + workdir.take_order(self.folder, job(key).mark)

    def report(self, key, *, counts=True):
        self.running.remove(job(key).mark)
        facts = TrialFacts("s", key, order=self.orders.get(key) if counts else None)
        self.endings.add(
            EndedTrial(job(key), TrialReport(RunInfo(key, "e", "finished", sweep=facts)))
        )
        return [ended.job.trial.key for ended in self.endings.release(self.running)]


@pytest.fixture
def trials(tmp_path):
    return Trials(tmp_path)


def test_a_report_waits_for_those_that_ended_before(trials):
    trials.start("0", "1", "2")
    for key in ("2", "0", "1"):
        trials.end(key)
    assert trials.report("1") == []
    assert trials.report("0") == []
    assert trials.report("2") == ["2", "0", "1"]


def test_a_trial_that_does_not_count_waits_for_none(trials):
    trials.start("0", "1")
    trials.end("0")
    assert trials.report("1", counts=False) == ["1"]
    assert trials.report("0") == ["0"]


def test_a_process_that_died_after_it_took_its_order_holds_nobody_up(trials):
    trials.start("0", "1")
    trials.end("0")
    trials.end("1")
    assert trials.report("1") == []
    assert trials.report("0", counts=False) == ["0", "1"]
