"""The pool of a sweep whose trials run elsewhere: it hands out tasks and gives results their order.

Whatever the workers report, the result that was delivered counts.  It is looked up for each attempt that is
over, however it ended.
"""

from __future__ import annotations

import time
from concurrent import futures
from typing import Any, NamedTuple, Protocol

from gittrack import git
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Mapping, Sequence, deque
from gittrack.engines import shared_repository
from gittrack.engines import task as tasks
from gittrack.engines.executor import (
    Executor,
    LiveState,
    Withdrawn,
    WorkerLost,
    run_of_report,
)
from gittrack.engines.remote.live_trials import LiveTrials
from gittrack.engines.task import TaskBasis
from gittrack.sweeping import state, workdir
from gittrack.sweeping.curves import CurveCollector
from gittrack.sweeping.delivery import results
from gittrack.sweeping.delivery.results import Delivery
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.trial import Job, TrialReport

_MOST_LOSSES = 3  # of one trial, because it may be what ends its workers
_SHOW_SECONDS = 3.0


class ResultSource(Protocol):
    """Where results come from, as the process of a sweep sees it."""

    def fetch(self, keys: Sequence[str]) -> Mapping[str, Delivery]:
        """Return the results of trials, as far as they were delivered."""

    def interrupted(self, key: str) -> Sequence[RunInfo]:
        """Return the attempts of a trial that were ended from outside, as far as they were delivered."""

    def publish(self, runs: Sequence[RunInfo]) -> None:
        """Show others the runs that have an order now."""

    def close(self, *, done: bool) -> None:
        """End the meeting."""


class SweepNames(NamedTuple):
    """The id of a sweep, and the experiment of its runs."""

    id: str
    experiment: str


class EnginePool:
    """Runs the trials of a sweep on executors.

    Parameters
    ----------
    repo : git.Repo
        The repository of the process of the sweep.
    sweep : SweepNames
        The sweep.
    executors : sequence of Executor
        What runs the tasks; the first one with room is used.
    meeting : ResultSource
        Where results come from.
    common : TaskBasis
        What goes with every task.
    first_order : int
        The order of the first trial that ends.
    board : LiveTrials, optional
        Shows running trials with their metrics, if runs meet on a git remote.
    continues : bool, default False
        Whether an earlier process began the sweep: its workers may have delivered any result by now.
    curves : CurveCollector or None
        Shows trials the curves of the others, if they stop early.
    resumes : bool, default False
        Whether an attempt continues from the artifacts of an interrupted one.
    """

    def __init__(
        self,
        repo: git.Repo,
        sweep: SweepNames,
        executors: Sequence[Executor],
        meeting: ResultSource,
        common: TaskBasis,
        first_order: int,
        *,
        board: LiveTrials | None = None,
        continues: bool = False,
        curves: CurveCollector | None = None,
        resumes: bool = False,
    ) -> None:
        self.repo, self.sweep, self.executors, self.meeting = repo, sweep, executors, meeting
        self.curves, self.resumes = curves, resumes
        self.common, self.next_order, self.continues = common, first_order, continues
        self.board = board
        self.jobs: dict[str, Job] = {}  # by the mark of the attempt
        self.over: deque[tuple[str, futures.Future[Mapping[str, Any]]]] = deque()
        self.losses: dict[str, int] = {}
        self.saved: dict[str, str] = {}  # {key: run} of the attempts from which trials continued
        self.ending, self.next_show = False, 0.0
        self.config = git.parse_config(repo.config().output())

    @property
    def free(self) -> int:
        """The number of jobs that can be submitted now."""
        return max(0, sum(executor.places for executor in self.executors) - len(self.jobs))

    @property
    def running(self) -> Sequence[Job]:
        """The jobs that are not over, oldest first."""
        return list(self.jobs.values())

    def submit(self, job: Job) -> None:
        """Start a job, unless a worker runs its trial already, or has delivered its result."""
        self.jobs[job.mark] = job
        future = next(
            filter(None, (engine.adopt(job.trial.key) for engine in self.executors)), None
        )
        if future is None and self._has_result(job):  # looked up last: a worker delivers, then ends
            future = futures.Future()
            future.set_result({})
        if future is None:
            task = tasks.of_job(job, self.common)
            future = self._with_room().submit(task)
        future.add_done_callback(lambda ended: self.over.append((job.mark, ended)))

    def _has_result(self, job: Job) -> bool:
        """Return whether an earlier attempt of a trial, also of an earlier process, delivered its result."""
        may_have = self.continues or job.attempt > 1
        return may_have and job.trial.key in self.meeting.fetch([job.trial.key])

    def _with_room(self) -> Executor:
        return max(self.executors, key=lambda engine: engine.places - len(engine.where()))

    def wait(self, timeout: float) -> list[EndedTrial]:
        """Return the jobs that ended, in their order; wait at most ``timeout`` seconds for one."""
        self._show()
        busy = [executor for executor in self.executors if executor.where()] or self.executors
        for executor in self.executors:
            is_waiting = executor in busy and not self.over
            executor.wait(timeout / len(busy) if is_waiting else 0)
        ended: list[tuple[Job, futures.Future[Mapping[str, Any]]]] = []
        if self.curves is not None:
            self.curves.look()
        while self.over:
            mark, future = self.over.popleft()
            ended.append((self.jobs.pop(mark), future))
        return self._take(ended) if ended else []

    def _show(self) -> None:
        """Show other processes what runs where, from time to time."""
        if time.monotonic() >= self.next_show:
            self.next_show = time.monotonic() + _SHOW_SECONDS
            workdir.show_hosts(self.repo.common_dir, self.sweep.id, self.where())
            if self.board is not None:
                self.board.show(self.live())

    def _take(
        self, ended: Sequence[tuple[Job, futures.Future[Mapping[str, Any]]]]
    ) -> list[EndedTrial]:
        deliveries = self.meeting.fetch([job.trial.key for job, _ in ended])
        counting = [deliveries[job.trial.key] for job, _ in ended if job.trial.key in deliveries]
        runs = results.take(
            self.repo,
            self.sweep.id,
            self.sweep.experiment,
            counting,
            self.next_order,
            self.config,
        )
        self.next_order += len(runs)
        self.meeting.publish(runs)
        if self.curves is not None:
            self.curves.ended(runs)
        by_key = {run.sweep.trial: run for run in runs if run.sweep is not None}
        reports = [
            EndedTrial(job, self._report(job, future, by_key.get(job.trial.key)))
            for job, future in ended
        ]
        return sorted(reports, key=lambda ended: (ended.order is not None, ended.order or 0))

    def _report(
        self, job: Job, future: futures.Future[Mapping[str, Any]], result: RunInfo | None
    ) -> TrialReport:
        """Return the report of a job that is over; ``result`` is the run that counts for its trial."""
        error = future.exception()
        values = future.result() if error is None else {}
        if result is not None:
            warnings = tuple(map(str, values.get("warnings") or ()))
            return TrialReport(result, warnings, tail=str(values.get("tail") or ""))
        if isinstance(error, Withdrawn):
            return TrialReport(lost=f"trial {job.trial.key} did not begin")
        if error is not None:
            if not isinstance(error, WorkerLost):
                return TrialReport(problem=(f"the engine failed: {error}", "see its own log"))
            return self._lost(job, str(error))
        return self._without_result(job, values)

    def _without_result(self, job: Job, values: Mapping[str, Any]) -> TrialReport:
        problem = values.get("problem")
        if problem:
            changed = bool(values.get("code_changed"))
            return TrialReport(problem=(str(problem[0]), str(problem[1])), code_changed=changed)
        info = run_of_report(values.get("run"))
        if info is None or values.get("lost"):
            return self._lost(job, str(values.get("lost") or "it reported no run"), info)
        assert info.sweep is not None
        if info.sweep.interrupted and not self.ending:
            reason = f"{values.get('host')} ended it, such as for another job"
            return self._lost(job, reason, info, counts=False)
        return TrialReport(info, tuple(map(str, values.get("warnings") or ())))

    def _lost(
        self, job: Job, reason: str, info: RunInfo | None = None, *, counts: bool = True
    ) -> TrialReport:
        """Return the report of an attempt without a result, or the problem if it lost too many.

        An attempt that saved more than the one before does not count: the next one goes on from it.
        """
        if self.resumes:
            saved = self._saved(job.trial.key)
            info, counts = saved or info, counts and saved is None
        losses = self.losses.get(job.trial.key, 0) + counts
        self.losses[job.trial.key] = losses
        if losses >= _MOST_LOSSES:
            problem = f"trial {job.trial.key} lost its worker {losses} times, last: {reason}"
            return TrialReport(problem=(problem, "see whether it needs more memory or time"))
        return TrialReport(info, lost=f"trial {job.trial.key} runs again: {reason}")

    def _saved(self, key: str) -> RunInfo | None:
        """Return the last attempt of a trial that saved artifacts, unless the next one began with them."""
        delivered = state.with_artifacts(self.repo, self.meeting.interrupted(key))
        last = max(delivered, key=lambda info: info.id, default=None)
        if last is None or self.saved.get(key) == last.id:
            return None
        self.saved[key] = last.id
        return last

    def withdraw(self) -> None:
        """Take back the trials that did not begin, from engines in whose queue they may wait for long."""
        for executor in self.executors:
            withdraw = getattr(executor, "withdraw", None)
            if withdraw is not None:
                withdraw()

    def end_running(self) -> None:
        """End the running trials; they will not count."""
        self.ending = True
        for executor in self.executors:
            executor.end_running()

    def where(self) -> Mapping[str, str]:
        """Return {mark of a running attempt: host}, as far as that is known."""
        return {mark: host for engine in self.executors for mark, host in engine.where().items()}

    def live(self) -> Mapping[str, LiveState]:
        """Return what running trials have now, as far as that is known."""
        methods = (getattr(engine, "live", dict) for engine in self.executors)
        return {
            mark: state for live in methods for mark, state in live().items() if mark in self.jobs
        }

    def close(self, *, done: bool = False) -> None:
        """Let the workers go; ``done`` is whether the sweep is done."""
        for executor in self.executors:
            executor.close()
        if self.board is not None:
            self.board.close()
        workdir.show_hosts(self.repo.common_dir, self.sweep.id, {})
        if (
            not self.jobs
        ):  # else workers run trials still, and `git track sweep stop` must reach them
            shared_repository.close_to_workers(self.repo.common_dir, self.sweep.id)
        self.meeting.close(done=done)
