"""Prove the cause of a difference: run again with one suspect at a time put back as it was."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from typing import NamedTuple

from gittrack import git
from gittrack.analysis.verdict import FAILED, UNKNOWN, Verdict
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.launch import probe
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import rerun
from gittrack.reproduce.causes.reason import Reason
from gittrack.reproduce.causes.suspects import NOTHING, Suspect
from gittrack.reproduce.rerun_request import RerunRequest, Result


class SuspectRerun(NamedTuple):
    """A rerun with one suspect put back, and its verdict against the original; or why there was none."""

    suspect: Suspect
    run: RunRecord | None = None
    verdict: Verdict | None = None
    problem: str = ""


class Question(NamedTuple):
    """Which difference is to be explained, and how reruns are made and judged.

    Attributes
    ----------
    first
        The run whose result is the right one.
    different
        The run with another result.
    base
        The run that is run again: ``first`` if ``different`` is a rerun of it, else ``different``.
    request
        How to run again.
    judge
        Returns the verdict on two runs.
    level
        The verdict with which a suspect is proved, see `verdict.LEVELS`.
    """

    first: RunRecord
    different: RunRecord
    base: RunRecord
    request: RerunRequest
    judge: Callable[[RunRecord, RunRecord], Verdict]
    level: str = "exact"


class Proof(NamedTuple):
    """What the reruns showed: the trials, the proved cause if there is one, and a sentence."""

    trials: tuple[SuspectRerun, ...]
    cause: Reason | None
    sentence: str


def find_cause(
    repo: git.Repo,
    question: Question,
    candidates: Sequence[Suspect],
    *,
    budget: float | None = None,
    say: Callable[[str], None] = lambda text: None,
    report: Callable[[SuspectRerun], None] = lambda trial: None,
) -> Proof:
    """Run again until the cause is proved.

    Parameters
    ----------
    repo
        The repository of the runs.
    question
        The difference to explain.
    candidates
        The suspects; those with an obstacle are left out.
    budget
        The largest time in seconds; None for no limit.
    say
        Called with each line for the user.
    report
        Called with each trial as it ends.

    Returns
    -------
    Proof
        A cause is proved if the rerun without a change repeats the different result, and the rerun with
        only this suspect put back gives the result of the original.  A suspect that cannot be put back,
        such as a package that cannot be installed, is reported, and the next one is tried.
    """
    end = None if budget is None else time.monotonic() + budget
    trials: list[SuspectRerun] = []
    for suspect in (Suspect(NOTHING), *(c for c in candidates if not c.obstacle)):
        duration = question.base.info.duration or 0.0
        if end is not None and time.monotonic() + duration > end:
            return Proof(tuple(trials), None, "the time of --budget is over: no cause is proved")
        trial, is_stopped = _try(repo, question, suspect, say)
        trials.append(trial)
        report(trial)
        if is_stopped:
            return Proof(tuple(trials), None, "it was stopped: no cause is proved")
        if suspect.reason == NOTHING:
            sentence = _fault(question, trial)
            if sentence:
                return Proof(tuple(trials), None, sentence)
        elif trial.verdict is not None and trial.verdict.meets(question.level):
            return Proof(tuple(trials), suspect.reason, f"the cause is proved: {suspect.reason}")
    return Proof(tuple(trials), None, _no_cause(trials, candidates))


def _try(
    repo: git.Repo, question: Question, suspect: Suspect, say: Callable[[str], None]
) -> tuple[SuspectRerun, bool]:
    """Run again with a suspect put back; return the trial, and whether it was stopped."""
    try:
        result = _run_again(repo, question, suspect, say)
        again = RunRecord(repo, resolve.resolve(repo, result.id))
        return SuspectRerun(suspect, again, question.judge(question.first, again)), result.stopped
    except TrackError as error:
        return SuspectRerun(suspect, problem=error.message), False


def _fault(question: Question, trial: SuspectRerun) -> str:
    """Return why no cause can be proved, by a rerun without a change; empty if one can be."""
    if trial.run is None:
        return f"the rerun without a change is not possible: {trial.problem}"
    repeated = question.judge(question.different, trial.run)
    if repeated.meets("exact"):
        return ""
    if repeated.level in (UNKNOWN, FAILED):
        return f"two equal reruns are {repeated.level}, so no cause can be proved"
    if question.base is question.different:
        return (
            "a rerun without a change has another result than the run: the program is not deterministic, or "
            "something is different now"
        )
    return "two equal reruns differ from each other: the program itself is not deterministic here"


def _no_cause(trials: Sequence[SuspectRerun], candidates: Sequence[Suspect]) -> str:
    untried = [t.suspect for t in trials if t.problem] + [c for c in candidates if c.obstacle]
    if untried:
        names = ", ".join(str(suspect.reason) for suspect in untried[:3])
        more = f" and {len(untried) - 3} more" if len(untried) > 3 else ""
        return f"no cause is proved; what could not be put back remains: {names}{more}"
    return "no suspect alone is the cause: it is two of them together, or not here"


def _run_again(
    repo: git.Repo, question: Question, suspect: Suspect, say: Callable[[str], None]
) -> Result:
    with contextlib.ExitStack() as stack:
        folders = []
        if suspect.requirement:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gittrack-"))
            _install(repo, question.base, suspect.requirement, folder)
            folders.append(folder)
        request = question.request._replace(imports=folders, discard=True, **suspect.changes)
        return rerun.rerun(repo, question.base, request, say)


def _install(repo: git.Repo, run: RunRecord, requirement: str, folder: str) -> None:
    """Install a package, without what it needs, into a folder.  Raises TrackError."""
    pythons = probe.interpreters_of(run.info.command, repo.work_tree)  # also behind a shell
    python = pythons[0] if pythons else "python3"
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, "--", requirement],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise TrackError(f"pip cannot install {requirement}: {last}", "leave out --network")
