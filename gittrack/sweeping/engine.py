"""Asks the strategy, fills the pool, takes in what ends, until all is done or somebody wants to stop.

The strategy sees outcomes in one order, that of the line each trial appends to a file as it ends; an outcome
is shown to it only when all before it are known.  So what was proposed is a function of the first so
many outcomes, whatever the parallelism, and that number stands in the run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple, Protocol

from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.search.plan import Outcome, Strategy, Trial
from gittrack.sweeping import state, trial, workdir
from gittrack.sweeping.pool import Ended, Pool
from gittrack.sweeping.trial import Job, Report

_TICK_SECONDS = 0.2


class Watcher(Protocol):
    """Who is told how the sweep goes."""

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

    ``job`` makes the job of (trial, attempt, number of known outcomes, the run it goes on from, the order
    of the first to end).  ``rescue`` commits the run of a trial whose process died, by its job.  ``asked``
    says how the user wants to stop (``finish``, ``now``, None).  ``names`` are the params searched over.
    """

    strategy: Strategy
    pool: Pool
    watcher: Watcher
    folder: Path
    metric: str
    names: Collection[str]
    job: Callable[[Trial, int, int, RunInfo | None, int], Job]
    rescue: Callable[[Job], Report]
    asked: Callable[[], str | None]
    learns: bool = False  # whether the strategy cannot do without scores


class Engine:
    """One process that runs a sweep; `run` returns when nothing runs any more."""

    def __init__(self, setting: Setting, begun: state.State, *, first: bool) -> None:
        self.it = setting
        self.outcomes = list(begun.outcomes)
        self.runs = dict(begun.runs)
        self.started = {one.key for one in begun.outcomes}
        self.started.update(again.trial.key for again in begun.again)
        self.again = list(begun.again)
        self.base = begun.next_order
        self.pending: dict[int, Outcome] = {}  # by order: something before them is not known yet
        self.shown = 0  # lines of the order that are taken in
        self.stop: str | None = None
        self.problem: TrackError | None = None
        self.first = first  # whether no trial has shown yet that the metric is logged

    def run(self) -> bool:
        """Run trials; return whether the sweep is done.

        Raises TrackError where it cannot go on: then running trials have been waited for first.
        """
        (self.it.folder / trial.END).unlink(missing_ok=True)
        while True:
            self._look()
            self._fill()
            if not self.it.pool.running:
                break
            for ended in self.it.pool.wait(_TICK_SECONDS):
                self._take(ended)
            self._show()  # after all of them: one that is over and not taken in would look dead
            self.it.watcher.tick()
        if self.problem is not None:
            raise self.problem
        return not self.again and self.it.strategy.done(self.outcomes, self.started)

    def _look(self) -> None:
        """See whether somebody asked to stop."""
        asked = self.it.asked()
        if asked and asked != self.stop and self.stop != workdir.NOW:
            self.stop = asked
            if asked == workdir.NOW:
                (self.it.folder / trial.END).touch()
            self.it.watcher.stopping(asked, len(self.it.pool.running))

    def _fill(self) -> None:
        while self.it.pool.free and self.stop is None and self.problem is None:
            if self.again:
                found = [self.again.pop(0)]
            else:
                asked = self.it.strategy.ask(self.outcomes, self.started, self.it.pool.free)
                found = [state.Again(one, 1, len(self.outcomes)) for one in asked]
            if not found:
                return
            for one in found:
                self._submit(one)

    def _submit(self, one: state.Again) -> None:
        self.started.add(one.trial.key)
        earlier = self.runs.get(one.trial.after) if one.trial.after else None
        job = self.it.job(one.trial, one.attempt, one.known, earlier, self.base)
        self.it.pool.submit(job)
        self.it.watcher.started(job)

    def _take(self, ended: Ended) -> None:
        job = ended.job
        report = ended.report or self.it.rescue(job)
        for text in report.said:
            self.it.watcher.warn(text)
        if report.problem is not None:
            self._cannot(job, report)
            return
        info = report.info
        assert info is not None
        assert info.sweep is not None
        found = None
        if info.sweep.order is not None:
            found = state.outcome(info, self.it.metric, self.it.names)
            self.pending[info.sweep.order] = found
            self.runs[job.trial.key] = info
        elif not info.sweep.interrupted and self.stop != workdir.NOW:
            self.again.append(state.Again(job.trial, job.attempt + 1, job.known))
        self.it.watcher.ended(job, report, found)
        if self.first and found is not None and found.status == run_info.FINISHED:
            self.first = False
            if found.score is None:
                self._no_metric(job, info)

    def _show(self) -> None:
        """Take in the outcomes up to the first that is on its way still."""
        running = {job.mark for job in self.it.pool.running}
        marks = workdir.orders(self.it.folder)
        while self.shown < len(marks):
            order = self.base + self.shown
            if order in self.pending:
                self.outcomes.append(self.pending.pop(order))
            elif marks[self.shown] in running:
                return
            self.shown += 1  # else it died between the line and the run

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
        told = f"trial {job.trial.key} finished without the metric {self.it.metric!r}"
        told += f" (metrics that it logged: {logged})"
        if self.it.learns:
            self.problem = MetricMissing(
                told,
                "name one that is logged, in a new sweep; or, if this is as it should be, go on",
            )
        else:
            self.it.watcher.warn(f"{told}; nothing can be ranked by it")


class CodeChanged(TrackError):
    """The code is not that of the sweep any more."""


class MetricMissing(TrackError):
    """The strategy learns from a metric that the first trial did not log."""
