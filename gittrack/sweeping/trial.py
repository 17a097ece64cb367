"""One trial in a process of its own: the launcher of ``git track run``, told when to end it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.launch import launcher
from gittrack.launch.guest import Guest
from gittrack.read.runs import live, reader
from gittrack.record import session
from gittrack.record.active import stopping
from gittrack.reproduce import rerun_worktree, resume_artifacts
from gittrack.reproduce.resume_artifacts import RESUME
from gittrack.search.plan import Trial
from gittrack.sweeping.supervisor import Supervisor

INTERRUPTED, TIMEOUT = "interrupted", "timeout"


class Isolation(NamedTuple):
    """A worktree of its own: at which commit, with what linked into it from the user's tree."""

    commit: str
    links: tuple[str, ...] = ()


class Job(NamedTuple):
    """One trial as plain values that mean the same on every machine, so that any `Pool` can carry it.

    ``final`` says that the trial counts however it ends.  ``folder`` is where the command starts, from the
    top of the tree.  ``env`` are further variables for the command.  ``metric`` is the one whose curve the
    other trials see, if trials may stop early.  ``earlier`` is the run that the trial goes on from.
    """

    trial: Trial
    attempt: int
    known: int
    final: bool
    request: session.Request
    folder: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    timeout: float | None = None
    env: Mapping[str, str] = {}
    metric: str | None = None
    earlier: reader.Raw | None = None
    isolation: Isolation | None = None

    @property
    def mark(self) -> str:
        """What the job is called in the order of endings."""
        return f"{self.trial.key} {self.attempt}"


class Report(NamedTuple):
    """What became of a job.  ``problem`` is why it could not be run or recorded, with the remedy."""

    info: run_info.RunInfo | None = None
    said: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None
    code_changed: bool = False
    tail: str = ""


def work(repo: git.Repo, supervisor: Supervisor, job: Job) -> Report:
    """Run a trial to its end and return what came of it; the current folder is the command's."""
    said: list[str] = []
    try:
        if job.isolation is None:
            return _launch(repo, supervisor, job, (), said)
        return _apart(repo, supervisor, job, job.isolation, said)
    except session.CodeMismatch as error:
        return Report(None, tuple(said), (error.message, error.hint), code_changed=True)
    except TrackError as error:
        return Report(None, tuple(said), (error.message, error.hint))
    except OSError as error:
        return Report(None, tuple(said), (str(error.strerror or error), str(error.filename or "")))


def _apart(
    repo: git.Repo, supervisor: Supervisor, job: Job, where: Isolation, said: list[str]
) -> Report:
    """Run a trial in a worktree of its own."""
    back = os.getcwd()
    with rerun_worktree.fresh(repo, where.commit, where.links) as found:
        try:
            variables, warnings = rerun_worktree.own_code(
                repo, found.folder, job.request.command or (), supervisor.imports
            )
            said.extend(warnings)
            own = repo.work_tree or repo.common_dir  # whose hooks are to run
            request = job.request._replace(hooks_of=own)
            os.chdir(os.path.join(found.folder, job.folder))
            job = job._replace(request=request, env={**job.env, **variables})
            return _launch(git.find(), supervisor, job, found.linked, said, found.locks)
        finally:
            os.chdir(back)


def _launch(
    repo: git.Repo,
    supervisor: Supervisor,
    job: Job,
    linked: Sequence[str],
    said: list[str],
    locks: tuple[int, ...] = (),
) -> Report:
    handed = _hand_over(repo, supervisor, job.earlier) if job.earlier is not None else None
    if job.earlier is not None and handed is None:
        said.append(
            f"the trial {job.trial.after} kept no artifact to go on from: {RESUME} is not set"
        )
    env = {**job.env, **({RESUME: handed} if handed else {})}
    if job.metric is not None:
        env[stopping.VARIABLE] = str(supervisor.folder)
    plan = launcher.Plan(
        job.request,
        job.inputs,
        job.outputs,
        (*linked, *supervisor.printed),
        env=env,
        guest=_TrialGuest(repo, supervisor, job),
        locks=locks,
    )
    try:
        done = launcher.launch(repo, plan, said.append)
    finally:
        if handed:
            shutil.rmtree(handed, ignore_errors=True)
    if done.published is None:
        told = next((note for note in done.notes if "committed" in note), "it was not committed")
        hint = f"it is kept in {done.journal}: make room, then: git track recover"
        return Report(None, (*said, *done.notes), (told, hint))
    info = done.published.info
    tail = "" if info.finished else _tail(repo, info)
    return Report(info, (*said, *done.notes), tail=tail)


class _TrialGuest(Guest):
    """Tells the launcher when to end the command, and the run how it counts."""

    def __init__(self, repo: git.Repo, supervisor: Supervisor, job: Job) -> None:
        self.repo, self.supervisor, self.job = repo, supervisor, job
        self.until = None if job.timeout is None else time.monotonic() + job.timeout
        self.why: str | None = None

    def reason_to_end(self) -> str | None:
        if self.why is None:
            if self.supervisor.ends_trials():
                self.why = INTERRUPTED
            elif self.until is not None and time.monotonic() > self.until:
                self.why = TIMEOUT
        return self.why

    def facts_of_end(
        self, state: events.JournalState, facts: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        part = {**state.facts["sweep"], **({"why": self.why} if self.why else {})}
        counts = facts["status"] == run_info.FINISHED or self.job.final
        if self.why == INTERRUPTED:
            part["interrupted"] = True
        elif counts:
            if self.job.metric is not None:
                self._tell(state, finished=facts["status"] == run_info.FINISHED)
            part["order"] = self.supervisor.take_order(self.job.mark)
        return {"sweep": part}

    def _tell(self, state: events.JournalState, *, finished: bool) -> None:
        """Tell the trials that come after how this one went."""
        folder = Path(layout.live_dir(self.repo.common_dir), state.facts["id"])
        curve = stopping.curve_of(live.series_lines(folder), self.job.metric or "")
        whole = finished and state.facts["sweep"].get("stopped") is None
        stopping.append_curve(self.supervisor.folder / stopping.CURVES, self.job.mark, curve, whole)


def _hand_over(repo: git.Repo, supervisor: Supervisor, earlier: reader.Raw) -> str | None:
    """Bring the artifacts of the rung before into a folder of the trial's own."""
    folder = supervisor.folder / f"resume-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    return str(folder) if resume_artifacts.bring(repo, earlier, folder) else None


def _tail(repo: git.Repo, info: run_info.RunInfo) -> str:
    """Return the last lines that a trial which failed had to say."""
    log = next(git.read_objects(repo, [f"{info.commit}:log.txt"])) or b""
    lines = [line for line in log.decode(errors="replace").splitlines() if line.strip()]
    return "\n".join(lines[-3:])
