"""Where trials run: submit a job, wait for reports.  Strategies never see it.

An engine for many machines is another `Pool`: its workers get a `Job`, which is plain values, call
`trial.work` in a checkout of the code, with a `Supervisor` of that machine, and send the `Report` back.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn, Protocol

from gittrack.sweeping import workdir
from gittrack.sweeping.endings import Ended, Endings
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job, Report


class Pool(Protocol):
    """Where trials run.  A trial whose process died is reported as well, with what its run holds."""

    @property
    def free(self) -> int:
        """How many jobs can be submitted now."""

    @property
    def running(self) -> Sequence[Job]:
        """The jobs that are not over, oldest first."""

    def submit(self, job: Job) -> None:
        """Start a job."""

    def wait(self, timeout: float) -> list[Ended]:
        """Return the jobs that ended, after ``timeout`` seconds at the latest.

        Trials that count come in their order (`Ended.order`): none comes before one of a lower order.
        """

    def end_running(self) -> None:
        """End the running trials; they count for nothing."""


class _Worker(NamedTuple):
    """A process of ours: it reads jobs, one after the other, and writes a report of each."""

    pid: int
    slot: int
    jobs: int
    reports: int


class Processes:
    """Forked processes, each a launcher; ``slots`` of them, made as they are needed.

    Neither an interpreter nor a copy of this process is started for a trial.  A process that a trial has
    taken with it is replaced, and ``rescue`` commits what there is of the trial.  ``close`` are descriptors
    that a worker must not keep, and ``gpus`` are dealt out by slot, as CUDA_VISIBLE_DEVICES.
    """

    def __init__(
        self,
        work: Callable[[Supervisor, Job], Report],
        rescue: Callable[[Supervisor, Job], Report],
        supervisor: Supervisor,
        slots: int,
        close: Sequence[int] = (),
        gpus: Sequence[str] = (),
    ) -> None:
        self.work, self.rescue, self.supervisor = work, rescue, supervisor
        self.unshared, self.gpus = close, gpus
        self.endings = Endings(supervisor.folder, supervisor.first_order)
        self.vacant = list(range(slots))
        self.idle: dict[int, _Worker] = {}
        self.busy: dict[int, tuple[_Worker, Job]] = {}

    @property
    def free(self) -> int:
        """How many jobs can be submitted now."""
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
        except BrokenPipeError:  # it was killed while it waited
            assert worker is not None
            self._bury(worker)
            worker = self._start(slot)
            _send(worker.jobs, job)
        self.busy[worker.reports] = worker, job

    def wait(self, timeout: float) -> list[Ended]:
        """Return the jobs that ended, in their order, after ``timeout`` seconds at the latest."""
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
            self.endings.add(Ended(job, report))
        return self.endings.release({job.mark for job in self.running})

    def end_running(self) -> None:
        """End the running trials; they count for nothing."""
        workdir.end_trials(self.supervisor.folder)

    def close(self) -> None:
        """End the processes, which have nothing more to do."""
        for worker in self.idle.values():
            self._bury(worker)
        self.idle = {}

    def _bury(self, worker: _Worker) -> None:
        os.close(worker.jobs)
        os.close(worker.reports)
        os.waitpid(worker.pid, 0)

    def _start(self, slot: int) -> _Worker:
        sys.stdout.flush()
        sys.stderr.flush()
        theirs, jobs = os.pipe()
        reports, said = os.pipe()
        gc.freeze()  # else its collections would copy every page that it shares with us
        pid = os.fork()
        if pid == 0:
            self._become(theirs, said, (jobs, reports))
        os.close(theirs)
        os.close(said)
        return _Worker(pid, slot, jobs, reports)

    def _become(self, jobs: int, reports: int, ours: tuple[int, int]) -> NoReturn:
        """In the child: be a launcher in a session of its own, which no Ctrl-C of the terminal reaches."""
        try:
            os.setsid()
            others = [*self.idle.values(), *(worker for worker, _ in self.busy.values())]
            known = [handle for worker in others for handle in (worker.jobs, worker.reports)]
            for handle in (*self.unshared, *ours, *known):
                os.close(handle)
            null = os.open(os.devnull, os.O_RDWR)
            for handle in (0, 1, 2):
                os.dup2(null, handle)
            _rest()
            while (job := _receive(jobs)) is not None:
                _send(reports, self.work(self.supervisor, job))
                _rest()
        except BaseException as error:
            _send(
                reports, Report(problem=(f"a launcher failed: {error!r}", "this is a bug of ours"))
            )
            raise
        finally:
            os._exit(0)


def _rest() -> None:
    """Undo what a trial may have left in its launcher: handlers of signals, processes that have ended."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
    for number in (*numbers, signal.SIGWINCH, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _send(handle: int, value: Job | Report) -> None:
    data = pickle.dumps(value)
    data = len(data).to_bytes(8, "big") + data
    while data:
        data = data[os.write(handle, data) :]


def _receive(handle: int) -> Any:
    """Return what our own process at the other end has sent, None where it is gone."""
    size = _read(handle, 8)
    data = _read(handle, int.from_bytes(size, "big")) if size else b""
    return pickle.loads(data) if data else None


def _read(handle: int, size: int) -> bytes:
    """Return so many bytes, nothing where the other end is gone before."""
    found = b""
    while len(found) < size:
        piece = os.read(handle, size - len(found))
        if not piece:
            return b""
        found += piece
    return found
