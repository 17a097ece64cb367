"""What the engine shows to the strategy, and when; trials are ended by hand here."""

from typing import NamedTuple

import pytest

from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.series import Metric
from gittrack.core.run.trials import TrialFacts
from gittrack.record import session
from gittrack.search.plan import Trial
from gittrack.sweeping import engine, state, workdir
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.trial import Job, TrialReport


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
    """A pool whose trials end as a script says: the keys of those that end at each wait, in their order.

    ``0!`` is a trial that died and does not count, ``0?`` one that could not be run.
    """

    def __init__(self, slots, script):
        self.slots, self.script = slots, list(script)
        self.jobs, self.order, self.ending = {}, 0, False

    @property
    def free(self):
        return self.slots - len(self.jobs)

    @property
    def running(self):
        return list(self.jobs.values())

    def submit(self, job):
        self.jobs[job.trial.key] = job

    def wait(self, timeout):
        return [
            EndedTrial(self.jobs.pop(key.strip("!?")), self._report(key))
            for key in self.script.pop(0)
        ]

    def withdraw(self):
        self.withdrawn = True

    def end_running(self):
        self.ending = True

    def _report(self, key):
        if key.endswith("?"):
            return TrialReport(problem=("the disk is full", "make room"))
        if key.endswith("!"):
            return TrialReport(RunInfo(key, "e", "crashed", sweep=TrialFacts("s", key.strip("!"))))
        facts = TrialFacts("s", key, order=self.order)
        self.order += 1
        metrics = {"loss": Metric(1.0, 1.0, 1.0, 0, 1)}
        return TrialReport(RunInfo(key, "e", "finished", metrics=metrics, sweep=facts))


class Quiet(NamedTuple):
    """Nobody is told anything."""

    def started(self, job): ...
    def ended(self, job, report, outcome): ...
    def stopping(self, how, running): ...
    def warn(self, text): ...
    def tick(self): ...
    def continued(self, text): ...


def run(strategy, pool, stop_request=lambda: None, metric="loss", learns=False):
    def make_job(trial, attempt, known, earlier):
        return Job(trial, attempt, known, True, session.RunRequest(sweep={"id": "s"}))

    setting = engine.EngineSettings(
        strategy, pool, Quiet(), metric, (), make_job, stop_request, learns=learns
    )
    return engine.Engine(setting, state.SweepState(), first=True).run()


def test_the_strategy_sees_outcomes_as_the_pool_reports_them():
    strategy = Told(4)
    assert run(strategy, ByHand(2, [["1"], ["0", "2"], ["3"]]))
    assert strategy.shown[:3] == [[], ["1"], ["1", "0", "2"]]


def test_a_trial_that_does_not_count_is_run_again():
    strategy = Told(2)
    assert run(strategy, ByHand(2, [["1"], ["0!"], ["0"]]))
    assert strategy.shown[-1] == ["1", "0"]


def test_nothing_is_begun_once_one_cannot_be_run():
    with pytest.raises(TrackError, match="the disk is full"):
        run(Told(3), ByHand(1, [["0?"]]))


def test_a_strategy_that_learns_stops_without_the_metric():
    with pytest.raises(engine.MetricMissing, match=r"without the metric 'acc'.*loss"):
        run(Told(3), ByHand(1, [["0"]]), metric="acc", learns=True)


def test_a_wish_to_stop_is_heard():
    wishes = iter([None, workdir.FINISH, workdir.FINISH])
    strategy, pool = Told(3), ByHand(1, [["0"]])
    assert not run(strategy, pool, lambda: next(wishes))
    assert strategy.shown == [[]]
    assert pool.withdrawn
    assert not pool.ending


def test_a_wish_to_stop_now_ends_what_runs():
    wishes = iter([None, workdir.NOW, workdir.NOW])
    pool = ByHand(2, [[], ["0!", "1!"]])
    assert not run(Told(3), pool, lambda: next(wishes))
    assert pool.ending


def test_an_attempt_continues_from_the_artifacts_of_an_interrupted_one():
    """Attempt 2 logs none before it dies, too, so attempt 3 gets those of attempt 1."""
    begun = []

    class Dying(ByHand):
        def _report(self, key):
            if len(begun) == 3:
                return super()._report(key)
            info = RunInfo(
                f"run{len(begun)}", "e", "killed", commit="c", sweep=TrialFacts("s", key)
            )
            return TrialReport(info, lost="the node is needed")

    def make_job(trial, attempt, known, earlier):
        begun.append(earlier and earlier.id)
        return Job(trial, attempt, known, True, session.RunRequest(sweep={"id": "s"}))

    lines = []

    class Listener(Quiet):
        def continued(self, text):
            lines.append(text)

    setting = engine.EngineSettings(
        *(Told(1), Dying(1, [["0"], ["0"], ["0"]]), Listener(), "loss", (), make_job, lambda: None),
        checkpoints=lambda runs: [run for run in runs if run.id == "run1"],
    )
    assert engine.Engine(setting, state.SweepState(), first=True).run()
    assert begun == [None, "run1", "run1"]
    assert len(lines) == 2
    assert lines[0].startswith("trial 0 continues from its run ")


def test_what_an_attempt_begins_from_is_said_plainly():
    text = engine._source(Trial("3.r0", 3, {}), None)
    assert (
        text
        == "trial 3.r0 starts from the beginning: no attempt that was interrupted saved artifacts"
    )
    text = engine._source(Trial("3.r1", 3, {}, after="3.r0"), None)
    assert text.startswith("trial 3.r1 starts from the artifacts of trial 3.r0: no attempt")
