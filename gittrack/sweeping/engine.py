"""Asks the strategy, fills the pool, takes in what ends, until all is done or somebody wants to stop.

The strategy sees outcomes in one order, in which the pool reports them.  So what was proposed is a function
of the first so many outcomes, whatever the parallelism, and that number is in the run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.search.plan import Outcome, Strategy, Trial
from gittrack.sweeping import state, workdir
from gittrack.sweeping.endings import Ended
from gittrack.sweeping.pool import Pool
from gittrack.sweeping.trial import Job, Report

_TICK_SECONDS = 0.2


class CodeChanged(TrackError):
    """The code is not that of the sweep any more."""


class MetricMissing(TrackError):
    """The strategy learns from a metric that the first trial did not log."""


class Watcher(Protocol):
    """Who hears how the sweep goes."""

    def started(self, job: Job) -> None:
        """A trial begins."""

    def ended(self, job: Job, report: Report, outcome: Outcome | None) -> None:
        """A trial is over; without an outcome it does not count and is run again."""

    def stopping(self, how: str, running: int) -> None:
        """The sweep was asked to stop."""

    def warn(self, text: str) -> None:
        """Something that the user should know, once."""

    def tick(self) -> None:
        """Time goes by."""


class Setting(NamedTuple):
    """What the engine is set up with.

    ``make_job`` makes the job of (trial, attempt, number of known outcomes, the run that the trial goes on
    from).  ``stop_request`` says how the user wants to stop (``finish``, ``now``, None).  ``names`` are the
    params that are searched over.  ``learns`` says whether the strategy cannot do without scores.
    """

    strategy: Strategy
    pool: Pool
    watcher: Watcher
    metric: str | None
    names: Collection[str]
    make_job: Callable[[Trial, int, int, RunInfo | None], Job]
    stop_request: Callable[[], str | None]
    learns: bool = False


class Engine:
    """One process that runs a sweep; `run` returns when nothing runs any more.

    ``first`` says that no trial has shown yet that the metric is logged.
    """

    def __init__(self, setting: Setting, begun: state.State, *, first: bool) -> None:
        self.setting, self.first = setting, first and setting.metric is not None
        self.strategy, self.pool, self.watcher = setting.strategy, setting.pool, setting.watcher
        self.outcomes = list(begun.outcomes)
        self.runs = dict(begun.runs)
        self.started = {outcome.key for outcome in begun.outcomes}
        self.started.update(again.trial.key for again in begun.again)
        self.again = list(begun.again)
        self.stop: str | None = None
        self.problem: TrackError | None = None

    def run(self) -> bool:
        """Run trials; return whether the sweep is done.

        Raises TrackError if the sweep cannot go on, after the running trials have ended.
        """
        while True:
            self._look()
            self._fill()
            if not self.pool.running:
                break
            for ended in self.pool.wait(_TICK_SECONDS):
                self._take(ended)
            self.watcher.tick()
        if self.problem is not None:
            raise self.problem
        return not self.again and self.strategy.done(self.outcomes, self.started)

    def _look(self) -> None:
        """See whether somebody asked to stop."""
        request = self.setting.stop_request()
        if request and request != self.stop and self.stop != workdir.NOW:
            self.stop = request
            if request == workdir.NOW:
                self.pool.end_running()
            self.watcher.stopping(request, len(self.pool.running))

    def _fill(self) -> None:
        while self.pool.free and self.stop is None and self.problem is None:
            if self.again:
                begin = [self.again.pop(0)]
            else:
                trials = self.strategy.ask(self.outcomes, self.started, self.pool.free)
                begin = [state.Again(trial, 1, len(self.outcomes)) for trial in trials]
            if not begin:
                return
            for again in begin:
                self._submit(again)

    def _submit(self, again: state.Again) -> None:
        trial = again.trial
        self.started.add(trial.key)
        earlier = self.runs.get(trial.after) if trial.after else None
        job = self.setting.make_job(trial, again.attempt, again.known, earlier)
        self.pool.submit(job)
        self.watcher.started(job)

    def _take(self, ended: Ended) -> None:
        job, report = ended.job, ended.report
        for text in report.said:
            self.watcher.warn(text)
        if report.problem is not None:
            self._cannot(job, report)
            return
        info = report.info
        assert info is not None
        assert info.sweep is not None
        outcome = None
        if ended.order is not None:
            outcome = state.outcome(info, self.setting.metric, self.setting.names)
            self.outcomes.append(outcome)
            self.runs[job.trial.key] = info
        elif not info.sweep.interrupted and self.stop != workdir.NOW:
            self.again.append(state.Again(job.trial, job.attempt + 1, job.known))
        self.watcher.ended(job, report, outcome)
        if self.first and outcome is not None and outcome.status == run_info.FINISHED:
            self.first = False
            if outcome.score is None:
                self._no_metric(job, info)

    def _cannot(self, job: Job, report: Report) -> None:
        """Start nothing more, because this trial could not even be run."""
        assert report.problem is not None
        message, hint = report.problem
        self.again.insert(0, state.Again(job.trial, job.attempt, job.known))
        if self.problem is None:
            kind = CodeChanged if report.code_changed else TrackError
            self.problem = kind(message, hint)

    def _no_metric(self, job: Job, info: RunInfo) -> None:
        """Say after the first trial, not the last, that the metric is not logged."""
        logged = ", ".join(sorted(info.metrics)[:8]) or "none"
        message = f"trial {job.trial.key} finished without the metric {self.setting.metric!r}"
        message += f" (metrics that it logged: {logged})"
        if self.setting.learns:
            self.problem = MetricMissing(
                message,
                "name one that is logged, in a new sweep; or, if this is as it should be, go on",
            )
        else:
            self.watcher.warn(f"{message}; nothing can be ranked by it")
