"""The loop of a sweep: ask the strategy, fill the pool, take the outcomes, until all is done or it stops.

The pool decides the order in which the strategy gets outcomes.  So a proposal is a function of the first
n outcomes, no matter what runs at once, and n is in the run as ``known``.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Callable, Collection, Sequence
from gittrack.search.plan import Outcome, StartedKeys, Strategy, Trial
from gittrack.sweeping import state, workdir
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.pool import Pool
from gittrack.sweeping.state import PendingTrial, SweepState
from gittrack.sweeping.trial import Job, TrialReport

_TICK_SECONDS = 0.2
_MOST_METRICS = 8  # in a message


class SweepCodeChanged(TrackError):
    """The code is not the code of the sweep any more."""


class MetricMissing(TrackError):
    """The strategy learns from a metric that the first trial did not log."""


class Listener(Protocol):
    """What is called when something happens in a sweep."""

    def started(self, job: Job) -> None:
        """A trial begins."""

    def ended(self, job: Job, report: TrialReport, outcome: Outcome | None) -> None:
        """A trial is over; without an outcome it does not count and is run again."""

    def stopping(self, request: str, running: int) -> None:
        """The sweep was asked to stop (``finish`` or ``now``) while ``running`` trials run."""

    def warn(self, text: str) -> None:
        """Print a warning, unless one like it was printed before."""

    def continued(self, text: str) -> None:
        """Print from what the next attempt of a trial continues."""

    def tick(self) -> None:
        """Some time has passed."""


class EngineSettings(NamedTuple):
    """What an engine needs.

    Attributes
    ----------
    strategy : Strategy
        Proposes trials.
    pool : Pool
        Runs them.
    listener : Listener
        Prints the progress.
    metric : str or None
        What trials are ranked by.
    names : collection of str
        The params that are searched.
    make_job : callable
        Makes the job of (trial, attempt, number of known outcomes, the run that the trial continues from).
    stop_request : callable
        Returns how the user wants to stop: ``finish``, ``now``, or None.
    learns : bool
        Whether the strategy needs scores.
    checkpoints : callable or None
        Returns those of some runs that have artifacts, from which another attempt continues; None: each
        attempt begins anew.
    """

    strategy: Strategy
    pool: Pool
    listener: Listener
    metric: str | None
    names: Collection[str]
    make_job: Callable[[Trial, int, int, RunInfo | None], Job]
    stop_request: Callable[[], str | None]
    learns: bool = False
    checkpoints: Callable[[Sequence[RunInfo]], Sequence[RunInfo]] | None = None


class Engine:
    """Runs a sweep in this process.

    Parameters
    ----------
    settings : EngineSettings
        The strategy, the pool, and the functions that they need.
    initial : SweepState
        The outcomes so far, and the trials to run again.
    first : bool
        Whether no trial has shown yet that the metric is logged.
    """

    def __init__(self, settings: EngineSettings, initial: SweepState, *, first: bool) -> None:
        self.settings, self.first = settings, first and settings.metric is not None
        self.strategy, self.pool, self.listener = (
            settings.strategy,
            settings.pool,
            settings.listener,
        )
        self.outcomes = list(initial.outcomes)
        self.runs = dict(initial.runs)
        keys = [outcome.key for outcome in initial.outcomes]
        self.started = StartedKeys([*keys, *(pending.trial.key for pending in initial.pending)])
        self.pending = list(initial.pending)
        self.checkpoints = dict(initial.checkpoints)
        self.repeated = {pending.trial.key for pending in initial.pending}
        self.stop: str | None = None
        self.problem: TrackError | None = None

    def run(self) -> bool:
        """Run trials until none runs any more; return whether the sweep is done.

        Raises TrackError if the sweep cannot continue, after the running trials have ended.
        """
        while True:
            self._check_stop_request()
            self._fill()
            if self._is_over():
                break
            for ended in self.pool.wait(_TICK_SECONDS):
                self._take(ended)
            self.listener.tick()
        if self.problem is not None:
            raise self.problem
        return self._is_done()

    def _is_over(self) -> bool:
        """Return whether nothing runs and nothing will; a pool without a free slot waits for workers."""
        if self.pool.running:
            return False
        is_waiting = self.stop is None and self.problem is None and not self.pool.free
        return not is_waiting or self._is_done()

    def _is_done(self) -> bool:
        return not self.pending and self.strategy.done(self.outcomes, self.started)

    def _check_stop_request(self) -> None:
        request = self.settings.stop_request()
        if request and request != self.stop and self.stop != workdir.NOW:
            self.stop = request
            if request == workdir.NOW:
                self.pool.end_running()
            else:
                self.pool.withdraw()
            self.listener.stopping(request, len(self.pool.running))

    def _fill(self) -> None:
        """Start trials while the pool has free slots."""
        while self.pool.free and self.stop is None and self.problem is None:
            if self.pending:
                batch = [self.pending.pop(0)]
            else:
                trials = self.strategy.ask(self.outcomes, self.started, self.pool.free)
                batch = [PendingTrial(trial, 1, len(self.outcomes)) for trial in trials]
            if not batch:
                return
            for pending in batch:
                self._submit(pending)

    def _submit(self, pending: PendingTrial) -> None:
        trial = pending.trial
        self.started.add(trial.key)
        previous = self.runs.get(trial.after) if trial.after else None
        earlier = self.checkpoints.get(trial.key, previous)
        if self.settings.checkpoints is not None and trial.key in self.repeated:
            self.listener.continued(_source(trial, self.checkpoints.get(trial.key)))
        job = self.settings.make_job(trial, pending.attempt, pending.known_outcomes, earlier)
        self.pool.submit(job)
        self.listener.started(job)

    def _take(self, ended: EndedTrial) -> None:
        """Record the outcome of a trial that ended, or plan to run the trial again."""
        job, report = ended.job, ended.report
        for text in report.warnings:
            self.listener.warn(text)
        if report.problem is not None:
            self._stop_for_problem(job, report)
            return
        if report.lost:
            self.listener.warn(report.lost)
            self._run_again(job, report.info)
            self.listener.ended(job, report, None)
            return
        info = report.info
        assert info is not None
        assert info.sweep is not None
        outcome = None
        if ended.order is not None:
            outcome = state.outcome(info, self.settings.metric, self.settings.names)
            self.outcomes.append(outcome)
            self.runs[job.trial.key] = info
        elif not info.sweep.interrupted and self.stop != workdir.NOW:
            self._run_again(job, info)
        self.listener.ended(job, report, outcome)
        if self.first and outcome is not None and outcome.status == run_info.FINISHED:
            self.first = False
            if outcome.score is None:
                self._report_missing_metric(job, info)

    def _run_again(self, job: Job, info: RunInfo | None) -> None:
        """Plan the next attempt of a trial; ``info`` is the run of the last one, if there is one."""
        self.pending.append(PendingTrial(job.trial, job.attempt + 1, job.known_outcomes))
        self.repeated.add(job.trial.key)
        if self.settings.checkpoints is None or info is None or not state.can_continue(info):
            return
        for run in self.settings.checkpoints([info]):
            self.checkpoints[job.trial.key] = run

    def _stop_for_problem(self, job: Job, report: TrialReport) -> None:
        """Start nothing more, because this trial could not be run at all."""
        assert report.problem is not None
        message, hint = report.problem
        self.pending.insert(0, PendingTrial(job.trial, job.attempt, job.known_outcomes))
        if self.problem is None:
            kind = SweepCodeChanged if report.code_changed else TrackError
            self.problem = kind(message, hint)

    def _report_missing_metric(self, job: Job, info: RunInfo) -> None:
        """Report a metric that is not logged after the first trial, not after the last."""
        logged = ", ".join(sorted(info.metrics)[:_MOST_METRICS]) or "none"
        message = f"trial {job.trial.key} finished without the metric {self.settings.metric!r}"
        message += f" (metrics that it logged: {logged})"
        if self.settings.learns:
            self.problem = MetricMissing(
                message,
                "name a metric that is logged, in a new sweep; if this is intended, go on",
            )
        else:
            self.listener.warn(f"{message}; nothing can be ranked by it")


def _source(trial: Trial, checkpoint: RunInfo | None) -> str:
    """Return from what the next attempt of a trial continues, as a sentence."""
    if checkpoint is not None:
        return f"trial {trial.key} continues from its run {checkpoint.id[16:]}"
    start = f"the artifacts of trial {trial.after}" if trial.after else "the beginning"
    return f"trial {trial.key} starts from {start}: no attempt that was interrupted saved artifacts"
