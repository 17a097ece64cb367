"""One sweep on a worker's machine: its code, its working directory, and the launchers of its trials."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Sequence
from gittrack.disk import read_only
from gittrack.engines import remote_repository, setup_file, shared_repository
from gittrack.engines import task as tasks
from gittrack.engines.remote.live_trials import JournalReader
from gittrack.engines.task import Task
from gittrack.git import refs
from gittrack.launch import probe
from gittrack.record import recovery
from gittrack.record.machine import usage
from gittrack.record.machine.usage import sampler
from gittrack.record.publish import writer
from gittrack.reproduce import rerun_worktree
from gittrack.sweeping import curves, prepare, rescue, stored, trial
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.isolation.trial_worktrees import TrialWorktrees
from gittrack.sweeping.jobs import JobMaker, RunOptions
from gittrack.sweeping.pool import Processes
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job, TrialReport

_MOST_PLACES = 4096


def _preload() -> None:
    """Import what each launcher, and each command in a worktree, would import after its fork."""
    read_only.preload()
    if usage.is_possible():
        sampler.preload()


class RunDestination(Protocol):
    """Where the runs of a sweep go, as a worker sees it."""

    repo: git.Repo
    results: str  # what the refs of results begin with, if they are made in this repository

    def is_ending(self) -> bool:
        """Return whether running trials must end."""

    def deliver(self, info: RunInfo, *, counts: bool) -> bool:
        """Deliver a run; return False if its trial has another result."""

    def bring(self, ref: str, commit: str) -> None:
        """Bring the run of an earlier rung, from which a trial continues."""


class SweepWork:
    """Runs the trials of one sweep in worktrees at its commit.

    Parameters
    ----------
    task : Task
        Any task of the sweep.
    folder : Path
        A new folder on this machine.
    gpus : sequence of str
        The GPUs to assign to trials, one each.

    Raises
    ------
    TrackError
        If the sweep is not reachable from this machine.
    """

    def __init__(self, task: Task, folder: Path, gpus: Sequence[str]) -> None:
        _preload()
        self.meeting = open_meeting(task)
        repo = self.meeting.repo
        folder.mkdir()
        self.sweep = stored.read(repo, refs.Ref(layout.sweep_ref(task.sweep), task.commit))
        prepared = prepare.plan_again(self.sweep, task.command)
        imports = (
            probe.Imports(prepared.plan.command, repo.work_tree).folders() if repo.work_tree else ()
        )
        self.supervisor = Supervisor(
            folder, os.getpid(), imports=tuple(imports), assigns_order=False
        )._replace(results=self.meeting.results)
        if prepared.plan.early_terminate is not None:
            curves.write_rule(folder, prepared.plan, curves.file_of(repo.common_dir, task.sweep))
        data = git.find(task.location.data) if task.location.data else repo
        options = RunOptions(isolate=True, links=rerun_worktree.links(data))
        self.maker = JobMaker(self.sweep, prepared, options)
        is_elsewhere = isinstance(self.meeting, remote_repository.RemoteWorker)
        self.journals = JournalReader(repo.common_dir, self.sweep.id) if is_elsewhere else None
        if is_elsewhere:
            self._deliver_saved()
        self.trees = TrialWorktrees()  # each launcher has a copy
        self.processes = Processes(
            *(self._run, self._rescue, self.supervisor, _MOST_PLACES, (), gpus, self.trees.close)
        )

    def _deliver_saved(self) -> None:
        """Deliver what attempts saved whose processes were killed on this machine, with their agent."""
        done = recovery.recover(self.meeting.repo)
        infos = [item.info for item in done if isinstance(item, writer.Published)]
        for info in infos:
            if info.sweep is not None and info.sweep.id == self.sweep.id:
                with contextlib.suppress(TrackError):
                    self.meeting.deliver(info, counts=False)

    @property
    def running(self) -> list[str]:
        """The marks of the attempts that are not over."""
        return [job.mark for job in self.processes.running]

    @property
    def handles(self) -> list[int]:
        """Descriptors that can be read when a trial ended."""
        return list(self.processes.busy)

    def live(self) -> dict[str, Any] | None:
        """Return what the running trials have now; None if it is not yet time, or if nobody needs it."""
        return None if self.journals is None else self.journals.read(self.running)

    def start(self, task: Task) -> None:
        """Begin a trial."""
        if task.mark in self.running:  # a task that was sent twice
            return
        earlier = tasks.earlier_run(task)
        info = None
        if earlier is not None:
            self.meeting.bring(str(earlier.ref), str(earlier.commit))
            info = RunInfo(
                earlier.id,
                earlier.experiment,
                run_info.FINISHED,
                commit=earlier.commit,
                ref=earlier.ref,
            )
        job = self.maker.make(task.trial, task.attempt, task.known_outcomes, info)
        env = {**job.env, setup_file.VARIABLE: task.setup} if task.setup else job.env
        self.processes.submit(
            job._replace(final=task.final, env=env, digests=task.digests, gpus=task.gpus)
        )

    def wait(self) -> list[EndedTrial]:
        """Return the trials that ended, without waiting."""
        return self.processes.wait(0) if self.processes.busy else []

    def end(self) -> None:
        """End the running trials; they will not count."""
        self.processes.end_running()

    def close(self) -> None:
        """End the idle launchers."""
        self.processes.close()

    def _run(self, supervisor: Supervisor, job: Job) -> TrialReport:
        """In a launcher: run a trial and deliver its run."""
        try:
            job = setup_file.apply(job, self.supervisor.folder)
        except TrackError as error:
            return TrialReport(problem=(error.message, error.hint))
        return self._deliver(job, trial.run(self.meeting.repo, supervisor, job, self.trees))

    def _rescue(self, supervisor: Supervisor, job: Job) -> TrialReport:
        """Commit the run of a trial whose launcher died, and deliver it if it counts."""
        report = rescue.rescue(self.meeting.repo, supervisor, job)
        if report.problem is not None:
            return TrialReport(lost=report.problem[0])
        return self._deliver(job, report)

    def _deliver(self, job: Job, report: TrialReport) -> TrialReport:
        info = report.info
        if info is None or info.sweep is None:
            return report
        counts = not info.sweep.interrupted and (info.finished or job.final)
        try:
            is_result = self.meeting.deliver(info, counts=counts)
        except TrackError as error:
            return report._replace(info=None, problem=(error.message, error.hint))
        if not is_result:
            return report._replace(lost=f"trial {job.trial.key} had another result already")
        return report


def open_meeting(task: Task) -> RunDestination:
    """Return where the runs of a task meet: the shared repository, or the remote.

    Raises TrackError if this machine reaches neither.
    """
    location = task.location
    if shared_repository.is_here(location, task.sweep):
        return shared_repository.SharedRepository(git.find(location.folder), task.sweep)
    if location.url:
        clone = remote_repository.clone(location, task.sweep, task.commit)
        clone = clone._replace(work_tree=location.data or None)
        return remote_repository.RemoteWorker(clone, location, task.sweep)
    raise TrackError(
        f"the host {os.uname().nodename} does not share the file system of {location.folder}",
        "put the repository where all machines see it, or let runs meet on a git remote: --meet remote",
    )
