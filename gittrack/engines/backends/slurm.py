"""The engine ``slurm``: each trial is an element of a job array; tasks and reports are shared files.

Trials that start together are one ``sbatch``.  Their state comes from ``squeue``, without an accounting
database.  What Slurm prints goes to the folder of the sweep below ``.git/gittrack``, and is shown if a job
ends before its trial began.
"""

from __future__ import annotations

import json
import shlex
import sys
import time
from concurrent import futures
from pathlib import Path
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.engines.backends import slurm_commands
from gittrack.engines.executor import Context, Withdrawn, WorkerLost
from gittrack.engines.links import FolderLink
from gittrack.engines.task import Task, from_json

_PLACES = 64
_MOST_ELEMENTS = (
    100  # of one array: a cluster may allow few, and 1000 if its administrator chose no number
)
_LOOK_SECONDS = 1.0
_POLL_SECONDS = 5.0
_SILENT_SECONDS = 60.0
_MISSING_POLLS = 2  # in a row, before a job counts as ended: squeue may lag behind sbatch
_MOST_LINES = 5
_TIME_LIMIT = (
    "DUE TO TIME LIMIT"  # in what Slurm writes to the output of a job that it ends for that
)
Report = Mapping[str, Any]


def check(values: Mapping[str, Any]) -> None:
    """Raise TrackError if Slurm is not installed here, or if ``sbatch`` does not take the options."""
    slurm_commands.check_installed()
    slurm_commands.check_options(values.get("sbatch") or ())


def make(context: Context) -> SlurmEngine:
    """Return the engine, which starts nothing yet.

    Raises TrackError if Slurm is not installed here, or does not say what runs since an earlier process.
    """
    slurm_commands.check_installed()
    return SlurmEngine(context)


class Element:
    """One element of a job array, which runs one task."""

    def __init__(self, job: str, folder: Path, mark: str, future: futures.Future[Report]) -> None:
        self.job, self.folder, self.mark, self.future = job, folder, mark, future
        self.link = FolderLink(folder, 1)
        self.missing, self.state = 0, "PENDING"

    @property
    def output(self) -> Path:
        """The file with what Slurm and the job printed."""
        return self.folder.with_name(f"{self.folder.name}.out")


class SlurmEngine:
    """Runs tasks as jobs; see `executor.Executor`."""

    def __init__(self, context: Context) -> None:
        self.folder, self.warn = Path(context.folder), context.warn
        self.options: Sequence[str] = context.options.values.get("sbatch") or ()
        self.program = context.options.values.get("program")
        self.name = f"gittrack-{context.sweep[16:]}"
        self.places = context.options.jobs or _PLACES
        self.waiting: list[tuple[Task, futures.Future[Report]]] = []
        self.elements: dict[str, Element] = {}  # by the id of the job, such as 123_4
        self.next_poll, self.ending = 0.0, False
        self.earlier = self._earlier()

    def submit(self, task: Task) -> futures.Future[Report]:
        """Keep a task for the next job array."""
        future: futures.Future[Report] = futures.Future()
        self.waiting.append((task, future))
        return future

    def wait(self, timeout: float) -> None:
        """Start what waits, and look for reports until a task ended, at most so many seconds."""
        while self.waiting:
            try:
                self._start(self.waiting[:_MOST_ELEMENTS])
            except OSError as error:
                raise TrackError(
                    f"jobs cannot be prepared in {self.folder}: {error.strerror or error}",
                    "make room there",
                ) from error
            del self.waiting[:_MOST_ELEMENTS]
        deadline = time.monotonic() + timeout
        before = len(self.elements)
        while True:
            for job, element in list(self.elements.items()):
                self._look(job, element)
            if time.monotonic() >= self.next_poll:
                self._poll()
            rest = deadline - time.monotonic()
            if len(self.elements) < before or rest <= 0:
                return
            time.sleep(min(rest, _LOOK_SECONDS))

    def _start(self, batch: Sequence[tuple[Task, futures.Future[Report]]]) -> None:
        """Submit one job array; raise TrackError with the words of sbatch if it refuses."""
        folder = self.folder / f"{time.time_ns():x}"
        folder.mkdir(mode=0o700)
        elements = []
        for number, (task, future) in enumerate(batch):
            (folder / str(number)).mkdir()
            element = Element("", folder / str(number), task.mark, future)
            element.link.channel.send({"task": task.to_json()})
            elements.append(element)
        program = [self.program] if self.program else [sys.executable, "-m", "gittrack"]
        words = shlex.join([*program, "__job", str(folder)])
        script = f'#!/bin/sh\nexec {words}/"$SLURM_ARRAY_TASK_ID"\n'
        (folder / "script").write_text(script)
        job = self._sbatch(folder, len(batch))
        (folder / "job").write_text(job)
        for number, element in enumerate(elements):
            element.job = f"{job}_{number}"
            self.elements[element.job] = element
        self.next_poll = time.monotonic() + _POLL_SECONDS

    def _sbatch(self, folder: Path, size: int) -> str:
        options = ("--parsable", "--no-requeue", f"--array=0-{size - 1}", f"--job-name={self.name}")
        files = (f"--output={folder}/%a.out", "--input=/dev/null")
        return slurm_commands.submit([*options, *files, *self.options, str(folder / "script")])

    def _look(self, job: str, element: Element) -> None:
        for message in element.link.receive():
            if "report" in message:
                report = message["report"]
                if _was_interrupted(report) and not self.ending:
                    slurm_commands.call(["scancel", job])  # Slurm may queue it again
                    report = {**report, "lost": _over_time(job, element)}
                self._end(job).set_result(report)
                return
            if "problem" in message:
                self._end(job).set_result({"problem": message["problem"]})
                return

    def _end(self, job: str) -> futures.Future[Report]:
        element = self.elements.pop(job)
        batch = element.folder.parent
        if all(other.folder.parent != batch for other in self.elements.values()):
            (batch / "job").unlink(missing_ok=True)  # for `git track gc`: nothing of it may begin
        return element.future

    def _poll(self) -> None:
        """Ask squeue which jobs there are; those that are gone without a report are lost."""
        self.next_poll = time.monotonic() + _POLL_SECONDS
        now = slurm_commands.states()
        if now is None:
            self.warn("squeue does not answer; the jobs go on, and it is asked again")
            return
        for job, element in list(self.elements.items()):
            element.state = now.get(job, "")
            element.missing = 0 if element.state else element.missing + 1
            is_silent = (
                element.link.heard is not None and element.link.silent_for() > _SILENT_SECONDS
            )
            if element.state == "RUNNING" and is_silent:
                slurm_commands.call(["scancel", job])
                reason = f"job {job} on {element.link.name} was silent for {_SILENT_SECONDS:.0f} s"
                self._end(job).set_exception(WorkerLost(reason))
            elif element.missing >= _MISSING_POLLS:
                self._look(job, element)
                if job in self.elements:
                    self._end(job).set_exception(WorkerLost(_why(element)))

    def withdraw(self) -> None:
        """Take jobs that did not begin out of the queue."""
        for _, future in self.waiting:
            future.set_exception(Withdrawn())
        self.waiting = []
        before = slurm_commands.states() or {}
        queued = [job for job in self.elements if before.get(job) == "PENDING"]
        if not queued:
            return
        slurm_commands.call(["scancel", "--state=PENDING", *queued])
        after = slurm_commands.states() or before
        for job in queued:
            if after.get(job) != "RUNNING" and self.elements[job].link.heard is None:
                self._end(job).set_exception(Withdrawn())

    def end_running(self) -> None:
        """End the running trials, and take jobs that wait out of the queue."""
        self.ending = True
        for element in self.elements.values():
            element.link.channel.send({"end": True})
        if self.elements:
            slurm_commands.call(["scancel", "--state=PENDING", f"--name={self.name}"])
        self.next_poll = 0.0

    def _earlier(self) -> dict[str, Element]:
        """Return the jobs of an earlier process that are not over: {key of the trial: job}.

        Raises TrackError if that is not known, because their trials would run a second time.
        """
        paths = list(self.folder.glob("*/job"))
        now = slurm_commands.states() if paths else {}
        if now is None:
            raise TrackError("squeue does not answer", "try it again, so that no trial runs twice")
        jobs: dict[str, Element] = {}
        for path in paths:
            job = path.read_text()
            for number in sorted(path.parent.glob("[0-9]*/to-worker")):
                name = f"{job}_{number.parent.name}"
                if name in now:
                    task = _task(number)
                    element = Element(name, number.parent, task.mark, futures.Future())
                    jobs[task.trial.key] = element
        return jobs

    def adopt(self, key: str) -> futures.Future[Report] | None:
        """Return the future of a trial whose job an earlier process of the sweep submitted."""
        element = self.earlier.pop(key, None)
        if element is None:
            return None
        self.elements[element.job] = element
        return element.future

    def where(self) -> Mapping[str, str]:
        """Return {mark of an attempt that is not over: host, or the state of its job}."""
        waiting = {task.mark: "" for task, _ in self.waiting}
        hosts = {
            element.mark: element.link.name
            if element.link.heard
            else f"job {job} {element.state.lower()}"
            for job, element in self.elements.items()
        }
        return {**waiting, **hosts}

    def close(self) -> None:
        """End the jobs that are left."""
        if self.elements:
            slurm_commands.call(
                ["scancel", *sorted({job.partition("_")[0] for job in self.elements})]
            )
        for job in list(self.elements):
            self._end(job)


def _task(path: Path) -> Task:
    """Return the task of a job."""
    return from_json(json.loads(path.read_text().partition("\n")[0])["task"])


def _was_interrupted(report: Report) -> bool:
    """Return whether a trial was ended from outside, and will run again as its next attempt."""
    return bool(((report.get("run") or {}).get("sweep") or {}).get("interrupted"))


def _over_time(job: str, element: Element) -> str:
    """Return that a job reached its time limit, as Slurm wrote into its output; else an empty text."""
    if _TIME_LIMIT not in _output(element):
        return ""
    return f"job {job} on {element.link.name} reached its time limit"


def _output(element: Element) -> str:
    try:
        return element.output.read_text(errors="replace")
    except OSError:
        return ""


def _why(element: Element) -> str:
    """Return why a job ended without a report; with its output if it never began its trial."""
    if element.link.heard is not None:
        return f"job {element.job} on {element.link.name} ended (time limit, memory, or preempted)"
    lines = _output(element).strip().splitlines()[-_MOST_LINES:]
    text = " | ".join(lines) or "it printed nothing"
    return f"job {element.job} ended before its trial began: {text}"
