"""The workers that run trials: submit a job, wait for its report.

To run trials on many machines, write another `Pool`.  Its workers get a `Job`, which consists of plain
values, call `trial.run` in a checkout of the code with a `Supervisor` of that machine, and send the
`TrialReport` back.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
from typing import Any, NamedTuple, NoReturn, Protocol

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.sweeping import workdir
from gittrack.sweeping.endings import EndedTrial, Endings
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job, TrialReport


class Pool(Protocol):
    """Workers that run trials.  A trial whose process died is reported, too, with the run it left."""

    @property
    def free(self) -> int:
        """The number of jobs that can be submitted now."""

    @property
    def running(self) -> Sequence[Job]:
        """The jobs that are not over, oldest first."""

    def submit(self, job: Job) -> None:
        """Start a job."""

    def wait(self, timeout: float) -> list[EndedTrial]:
        """Return the jobs that ended; wait at most ``timeout`` seconds for one.

        Trials that count come in their order (`EndedTrial.order`), without a gap.
        """

    def withdraw(self) -> None:
        """Take back trials that were submitted and did not begin, such as jobs in a queue."""

    def end_running(self) -> None:
        """End the running trials; they will not count."""


class _Worker(NamedTuple):
    """A forked process: it reads jobs from one pipe and writes a report of each to the other."""

    pid: int
    slot: int
    jobs: int
    reports: int


class Processes:
    """Forked processes, each a launcher, that are started when they are needed.

    A process runs one trial after the other, so that no interpreter starts for a trial.  If a process dies
    with its trial, it is replaced.

    Parameters
    ----------
    work : callable
        Runs a job in the forked process and returns its report.
    rescue : callable
        Commits the run of a job whose process died, and returns its report.
    supervisor : Supervisor
        This process, as the trials see it.
    slots : int
        How many trials run at once.
    close : sequence of int, optional
        Descriptors that the forked processes must close.
    gpus : sequence of str, optional
        The value of CUDA_VISIBLE_DEVICES for each slot; fewer values than slots are used several times.
    finish : callable, optional
        Called in each forked process at its end.
    """

    def __init__(
        self,
        work: Callable[[Supervisor, Job], TrialReport],
        rescue: Callable[[Supervisor, Job], TrialReport],
        supervisor: Supervisor,
        slots: int,
        close: Sequence[int] = (),
        gpus: Sequence[str] = (),
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        self.work, self.rescue, self.supervisor, self.finish = work, rescue, supervisor, finish
        self.unshared, self.gpus = close, gpus
        self.endings = Endings(supervisor.folder, supervisor.first_order)
        self.vacant = list(range(slots))
        self.idle: dict[int, _Worker] = {}
        self.busy: dict[int, tuple[_Worker, Job]] = {}

    @property
    def free(self) -> int:
        """The number of jobs that can be submitted now."""
        return len(self.vacant)

    @property
    def running(self) -> Sequence[Job]:
        """The jobs that are not over, oldest first."""
        return [job for _, job in self.busy.values()]

    def submit(self, job: Job) -> None:
        """Start a job."""
        slot = self.vacant.pop(0)
        if self.gpus:
            device = self.gpus[slot % len(self.gpus)]
            job = job._replace(env={**job.env, "CUDA_VISIBLE_DEVICES": device})
        worker = self.idle.pop(slot, None)
        try:
            worker = worker or self._start(slot)
            _send(worker.jobs, job)
        except BrokenPipeError:  # the process was killed while it waited
            assert worker is not None
            self._bury(worker)
            worker = self._start(slot)
            _send(worker.jobs, job)
        self.busy[worker.reports] = worker, job

    def wait(self, timeout: float) -> list[EndedTrial]:
        """Return the jobs that ended, in their order; wait at most ``timeout`` seconds for one."""
        ready, _, _ = select.select(list(self.busy), [], [], timeout)
        for reports in ready:
            worker, job = self.busy.pop(reports)
            report = _receive(reports)
            if report is None:
                self._bury(worker)
                report = self.rescue(self.supervisor, job)
            else:
                self.idle[worker.slot] = worker
            self.vacant = sorted([*self.vacant, worker.slot])
            self.endings.add(EndedTrial(job, report))
        return self.endings.release({job.mark for job in self.running})

    def withdraw(self) -> None:
        """Do nothing: each trial begins when it is submitted."""

    def end_running(self) -> None:
        """End the running trials; they will not count."""
        workdir.end_trials(self.supervisor.folder)

    def close(self, *, done: bool = False) -> None:
        """End the idle processes."""
        for worker in self.idle.values():  # all of them, and then wait: they finish side by side
            os.close(worker.jobs)
        for worker in self.idle.values():
            os.close(worker.reports)
            os.waitpid(worker.pid, 0)
        self.idle = {}

    def _bury(self, worker: _Worker) -> None:
        os.close(worker.jobs)
        os.close(worker.reports)
        os.waitpid(worker.pid, 0)

    def _start(self, slot: int) -> _Worker:
        sys.stdout.flush()
        sys.stderr.flush()
        jobs_in, jobs_out = os.pipe()
        reports_in, reports_out = os.pipe()
        gc.freeze()  # without it, the child's garbage collection would copy all shared pages
        pid = os.fork()
        if pid == 0:
            self._become_worker(jobs_in, reports_out, (jobs_out, reports_in))
        os.close(jobs_in)
        os.close(reports_out)
        return _Worker(pid, slot, jobs_out, reports_in)

    def _become_worker(self, jobs: int, reports: int, parent_ends: tuple[int, int]) -> NoReturn:
        """In the child: run jobs in a new session, which Ctrl-C in the terminal does not reach."""
        try:
            os.setsid()
            others = [*self.idle.values(), *(worker for worker, _ in self.busy.values())]
            pipes = [handle for worker in others for handle in (worker.jobs, worker.reports)]
            for handle in (*self.unshared, *parent_ends, *pipes):
                os.close(handle)
            null = os.open(os.devnull, os.O_RDWR)
            for handle in (0, 1, 2):
                os.dup2(null, handle)
            with contextlib.suppress(_Signalled):
                while (job := _next_job(jobs)) is not None:
                    _send(reports, self.work(self.supervisor, job))
            _reset()
        except BaseException as error:
            _send(
                reports,
                TrialReport(problem=(f"a launcher failed: {error!r}", "please report this bug")),
            )
            raise
        finally:
            try:
                self.finish()  # also if nobody reads the report any more
            finally:
                os._exit(0)


class _Signalled(BaseException):
    """A signal came while the process had no trial."""


def _raise_signalled(number: int, frame: object) -> None:
    raise _Signalled


def _next_job(jobs: int) -> Any:
    """Wait for a job and return it; None if there are no more.  Raises _Signalled at a signal meanwhile."""
    _reset()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_signalled)
    job = _receive(jobs)
    _reset()
    return job


def _reset() -> None:
    """Undo what a trial may leave in its launcher: signal handlers, and ended child processes."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
    for number in (*numbers, signal.SIGWINCH, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _send(handle: int, value: Job | TrialReport) -> None:
    data = pickle.dumps(value)
    data = len(data).to_bytes(8, "big") + data
    while data:
        data = data[os.write(handle, data) :]


def _receive(handle: int) -> Any:
    """Return what the process at the other end sent, or None if that process is gone."""
    size = _read(handle, 8)
    data = _read(handle, int.from_bytes(size, "big")) if size else b""
    return pickle.loads(data) if data else None


def _read(handle: int, size: int) -> bytes:
    """Return ``size`` bytes, or b"" if the process at the other end is gone before."""
    data = b""
    while len(data) < size:
        piece = os.read(handle, size - len(data))
        if not piece:
            return b""
        data += piece
    return data
