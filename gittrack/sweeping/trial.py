"""One trial in a separate process: the launcher of ``git track run``, which a sweep can end."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.launch import launcher
from gittrack.launch.command_plan import AssignedParams, CommandPlan, Controller
from gittrack.read.runs import live, reader
from gittrack.record import session
from gittrack.record.active import stopping
from gittrack.reproduce import rerun_worktree, resume_artifacts
from gittrack.reproduce.redirect import Redirect
from gittrack.reproduce.resume_artifacts import RESUME
from gittrack.search.plan import Trial
from gittrack.sweeping.isolation import gpus, same_inputs
from gittrack.sweeping.isolation.trial_worktrees import Isolation, TrialWorktree, TrialWorktrees
from gittrack.sweeping.supervisor import Supervisor

INTERRUPTED, TIMEOUT = "interrupted", "timeout"
_ENDING_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGKILL")
_SIGNAL_SECONDS, _TICK_SECONDS = 1.0, 0.05
_USERS_TREE, _UNCHANGED = rerun_worktree.CodeFolder("", ()), Redirect()


class Job(NamedTuple):
    """One trial as plain values that mean the same on every machine, so that any `Pool` can carry it.

    Attributes
    ----------
    trial : Trial
        What the strategy proposed.
    attempt : int
        The number of the attempt, from 1.
    known_outcomes : int
        The number of outcomes when the trial was proposed.
    final : bool
        Whether the trial counts however it ends, because no attempt is left.
    request : session.RunRequest
        The run to record.
    folder : str
        The folder in which the command starts, from the top of the tree.
    inputs, outputs : tuple of str
        The paths of `git track run --input` and ``--output``.
    timeout : float or None
        The longest time, in seconds.
    env : mapping
        Further variables for the command.
    metric : str or None
        The metric whose curve other trials see; None if no trial stops early.
    earlier : reader.Raw or None
        The run that the trial continues from.
    isolation : Isolation or None
        The worktree of the trial; None: the user's tree.
    digests : mapping
        {path of an input: SHA-256} that the data must have, because it may be another copy.
    gpus : float
        How many GPUs an engine was asked for; 0: none, or not known.
    """

    trial: Trial
    attempt: int
    known_outcomes: int
    final: bool
    request: session.RunRequest
    folder: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    timeout: float | None = None
    env: Mapping[str, str] = {}
    metric: str | None = None
    earlier: reader.Raw | None = None
    isolation: Isolation | None = None
    digests: Mapping[str, str] = {}
    gpus: float = 0.0

    @property
    def mark(self) -> str:
        """The name of the job in the list of trials that ended."""
        return f"{self.trial.key} {self.attempt}"


class TrialReport(NamedTuple):
    """The result of a job.

    Attributes
    ----------
    info : RunInfo or None
        The run; None if there is a problem.
    warnings : tuple of str
        Warnings for the user.
    problem : (str, str) or None
        Why the trial could not be run or recorded, and what to do.
    code_changed : bool
        Whether the problem is that the code is not the code of the sweep.
    tail : str
        The last lines of the log of a run that failed.
    lost : str
        Why there is no result and the trial must run again, such as a worker that vanished; else empty.
    """

    info: run_info.RunInfo | None = None
    warnings: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None
    code_changed: bool = False
    tail: str = ""
    lost: str = ""


def run(
    repo: git.Repo, supervisor: Supervisor, job: Job, trees: TrialWorktrees | None = None
) -> TrialReport:
    """Run a trial to its end and return its report.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    supervisor : Supervisor
        The process that runs the sweep.
    job : Job
        The trial.
    trees : TrialWorktrees, optional
        The worktree of earlier trials of this process; None: a worktree is for this trial only.

    Notes
    -----
    The current folder must be the one in which the command starts.
    """
    warnings: list[str] = []
    try:
        if job.isolation is None:
            return _launch(repo, supervisor, job, warnings)
        if trees is not None:
            return _run_isolated(repo, supervisor, job, trees, warnings)
        with contextlib.closing(TrialWorktrees()) as own:
            return _run_isolated(repo, supervisor, job, own, warnings)
    except session.CodeMismatch as error:
        return TrialReport(None, tuple(warnings), (error.message, error.hint), code_changed=True)
    except TrackError as error:
        return TrialReport(None, tuple(warnings), (error.message, error.hint))
    except OSError as error:
        return TrialReport(
            None, tuple(warnings), (str(error.strerror or error), str(error.filename or ""))
        )


def _run_isolated(
    repo: git.Repo, supervisor: Supervisor, job: Job, trees: TrialWorktrees, warnings: list[str]
) -> TrialReport:
    """Run a trial in a worktree."""
    assert job.isolation is not None
    previous_folder, user_tree = os.getcwd(), repo.work_tree or repo.common_dir
    with trees.use(repo, *job.isolation, job.folder) as tree:
        try:
            replace, variables = rerun_worktree.code_of_worktree(
                repo, tree.code.folder, supervisor.imports
            )
            request = job.request._replace(hooks_of=user_tree)  # the tree whose hooks run
            os.chdir(tree.start)
            env = {**variables, "PWD": tree.start, **job.env}
            job = job._replace(request=request, env=env)
            report = _launch(tree.repo, supervisor, job, warnings, tree, replace)
            tree.run_id = report.info.id if report.info is not None else None
            return report
        finally:
            os.chdir(previous_folder)


def _launch(
    repo: git.Repo,
    supervisor: Supervisor,
    job: Job,
    warnings: list[str],
    tree: TrialWorktree | None = None,
    replace: Redirect = _UNCHANGED,
) -> TrialReport:
    worktree = _USERS_TREE if tree is None else tree.code
    same_inputs.check(repo, job.inputs, job.digests)
    resume = _resume_folder(repo, supervisor, job.earlier) if job.earlier is not None else None
    if job.earlier is not None and resume is None:
        warnings.append(
            f"the trial {job.trial.after} has no artifact to continue from: {RESUME} is not set"
        )
    env = {**job.env, **({RESUME: resume} if resume else {})}
    if job.metric is not None:
        env[stopping.VARIABLE] = str(supervisor.folder)
    plan = CommandPlan(
        gpus.with_count(job.request, env, job.gpus),
        job.inputs,
        job.outputs,
        (*worktree.linked, *supervisor.printed),
        assigned=AssignedParams(tuple(job.trial.params)),
        env=env,
        controller=_TrialController(repo, supervisor, job),
        locks=worktree.locks,
        redirect=replace.text,
        users_files=worktree.users_files,
        known_code=None if tree is None else tree.known_code,
    )
    try:
        done = launcher.launch(repo, plan, warnings.append)
    finally:
        if resume:
            shutil.rmtree(resume, ignore_errors=True)
    if done.published is None:
        problem = next((note for note in done.notes if "committed" in note), "it was not committed")
        hint = f"it is kept in {done.journal}: make room, then: git track recover"
        return TrialReport(None, (*warnings, *done.notes), (problem, hint))
    info = done.published.info
    tail = "" if info.finished else _tail(repo, info)
    return TrialReport(info, (*warnings, *done.notes), tail=tail)


class _TrialController(Controller):
    """Decides when the launcher must end the command, and whether the run counts."""

    def __init__(self, repo: git.Repo, supervisor: Supervisor, job: Job) -> None:
        self.repo, self.supervisor, self.job = repo, supervisor, job
        self.deadline = None if job.timeout is None else time.monotonic() + job.timeout
        self.why: str | None = None

    def reason_to_end(self) -> str | None:
        if self.why is None:
            if self.supervisor.ends_trials():
                self.why = INTERRUPTED
            elif self.deadline is not None and time.monotonic() > self.deadline:
                self.why = TIMEOUT
        return self.why

    def facts_of_end(
        self, state: events.JournalState, facts: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        trial = {**state.facts["sweep"], **({"why": self.why} if self.why else {})}
        counts = facts["status"] == run_info.FINISHED or self.job.final
        if self.why == INTERRUPTED or self._was_ended_from_outside(facts):
            trial["interrupted"] = True
        elif counts:
            if self.job.metric is not None:
                # A full disk or damage is reported when the run is committed; others have the points so far.
                with contextlib.suppress(OSError, ValueError):
                    self._publish_curve(state, finished=facts["status"] == run_info.FINISHED)
            order = self.supervisor.take_order(self.job.mark)
            trial = trial if order is None else {**trial, "order": order}
        return {"sweep": trial}

    def refs_of_end(self, facts: Mapping[str, Any]) -> Sequence[str]:
        counts = facts["status"] == run_info.FINISHED or self.job.final
        is_result = self.supervisor.results and counts and not facts["sweep"].get("interrupted")
        return (f"{self.supervisor.results}{self.job.trial.key}",) if is_result else ()

    def _was_ended_from_outside(self, facts: Mapping[str, Any]) -> bool:
        """Return whether the machine is taken away from a worker: its signal reaches the command, too."""
        if self.supervisor.assigns_order or facts.get("signal") not in _ENDING_SIGNALS:
            return False
        deadline = time.monotonic() + _SIGNAL_SECONDS
        while not self.supervisor.ends_trials():
            if time.monotonic() > deadline:
                return False
            time.sleep(_TICK_SECONDS)
        return True

    def _publish_curve(self, state: events.JournalState, *, finished: bool) -> None:
        """Publish the curve of the metric, for the trials that come later."""
        folder = Path(layout.live_dir(self.repo.common_dir), state.facts["id"])
        curve = stopping.curve_of(live.series_lines(folder), self.job.metric or "")
        complete = finished and state.facts["sweep"].get("stopped") is None
        stopping.append_curve(
            self.supervisor.folder / stopping.CURVES, self.job.mark, curve, complete
        )


def _resume_folder(repo: git.Repo, supervisor: Supervisor, earlier: reader.Raw) -> str | None:
    """Copy the artifacts of the previous rung into a folder; return it, or None if there are none."""
    folder = supervisor.folder / f"resume-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    return str(folder) if resume_artifacts.bring(repo, earlier, folder) else None


def _tail(repo: git.Repo, info: run_info.RunInfo) -> str:
    """Return the last three lines of the log of a run."""
    log = next(git.read_objects(repo, [f"{info.commit}:log.txt"])) or b""
    lines = [line for line in log.decode(errors="replace").splitlines() if line.strip()]
    return "\n".join(lines[-3:])
