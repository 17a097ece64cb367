"""Prove the cause of a difference: run again with one suspect at a time put back as it was."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gittrack import git
from gittrack.analysis.verdict import FAILED, UNKNOWN, Verdict
from gittrack.core.errors import TrackError
from gittrack.launch import probe
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.record.machine import environment
from gittrack.reproduce import rerun
from gittrack.reproduce.causes import reason as kinds
from gittrack.reproduce.causes.reason import Reason

NOTHING = Reason("nothing", "the same rerun once more, to see whether the program is deterministic")


class Suspect(NamedTuple):
    """A difference, and how a rerun puts it back.

    Attributes
    ----------
    reason
        The difference.
    variables
        Variables of the rerun; None removes a variable.
    requirement
        A package with its version, which pip must fetch; empty for none.
    obstacle
        Why it cannot be put back; empty if it can.
    """

    reason: Reason
    variables: Mapping[str, str | None] = {}
    requirement: str = ""
    obstacle: str = ""


class Trial(NamedTuple):
    """A rerun with one suspect put back, and its verdict against the original."""

    suspect: Suspect
    run: RunRecord
    verdict: Verdict


class Finding(NamedTuple):
    """What the reruns showed: the trials, the proved cause if there is one, and a sentence."""

    trials: tuple[Trial, ...]
    cause: Reason | None
    sentence: str


def suspects(rows: Sequence[Reason], *, network: bool) -> tuple[Suspect, ...]:
    """Return what may be put back, the most likely first; those that cannot be have an obstacle."""
    return tuple(_suspect(row, network) for row in rows)


def _suspect(row: Reason, network: bool) -> Suspect:
    before = None if row.before in (None, "none") else str(row.before)
    if row.kind == kinds.PACKAGE:
        if before is None:
            return Suspect(row, obstacle="the original did not have it")
        obstacle = "" if network else "it needs the network: --network"
        return Suspect(row, requirement=f"{row.name}=={before}", obstacle=obstacle)
    if row.kind == kinds.THREADS:
        if row.name in environment.THREADS:
            return Suspect(row, {row.name: before})
        if before is not None and before.isdigit():
            return Suspect(row, dict.fromkeys(environment.THREADS, before))
    if row.kind == kinds.VARIABLE:
        return Suspect(row, {row.name: before})
    if row.kind == kinds.HASH_SEED and before is not None and before.isdigit():
        return Suspect(row, {"PYTHONHASHSEED": before})
    return Suspect(row, obstacle="it cannot be put back here")


def find_cause(
    repo: git.Repo,
    pair: tuple[RunRecord, RunRecord],
    candidates: Sequence[Suspect],
    request: rerun.RerunRequest,
    judge: Callable[[RunRecord, RunRecord], Verdict],
    *,
    level: str = "exact",
    budget: float | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Finding:
    """Run again until the cause is proved.

    Parameters
    ----------
    repo
        The repository of the runs.
    pair
        The original and its rerun, whose results differ.
    candidates
        The suspects; those with an obstacle are left out.
    request
        How to run again.
    judge
        Returns the verdict on two runs.
    level
        The verdict with which a suspect is proved, see `verdict.LEVELS`.
    budget
        The largest time in seconds; None for no limit.
    say
        Called with each line for the user.

    Returns
    -------
    Finding
        A cause is proved if the rerun without a change repeats the different result, and the rerun with
        only this suspect put back gives the result of the original.
    """
    first, different = pair
    end = None if budget is None else time.monotonic() + budget
    trials: list[Trial] = []
    for suspect in (Suspect(NOTHING), *(c for c in candidates if not c.obstacle)):
        if end is not None and time.monotonic() + (first.info.duration or 0.0) > end:
            return Finding(tuple(trials), None, "the time of --budget is over: no cause is proved")
        result = _run_again(repo, first, suspect, request, say)
        again = RunRecord(repo, resolve.resolve(repo, result.id))
        trials.append(Trial(suspect, again, judge(first, again)))
        if result.stopped:
            return Finding(tuple(trials), None, "it was stopped: no cause is proved")
        if suspect.reason == NOTHING:
            repeated = judge(different, again)
            if not repeated.meets("exact"):
                return Finding(tuple(trials), None, _not_repeated(repeated))
        elif trials[-1].verdict.meets(level):
            return Finding(tuple(trials), suspect.reason, f"the cause is proved: {suspect.reason}")
    return Finding(
        tuple(trials),
        None,
        "no suspect alone is the cause: it is two of them together, or not here",
    )


def _not_repeated(repeated: Verdict) -> str:
    if repeated.level in (UNKNOWN, FAILED):
        return f"two equal reruns are {repeated.level}, so no cause can be proved"
    return "two equal reruns differ from each other: the program itself is not deterministic here"


def _run_again(
    repo: git.Repo,
    first: RunRecord,
    suspect: Suspect,
    request: rerun.RerunRequest,
    say: Callable[[str], None],
) -> rerun.Result:
    with contextlib.ExitStack() as stack:
        folders = []
        if suspect.requirement:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gittrack-"))
            _install(first, suspect.requirement, folder)
            folders.append(folder)
        changed = request._replace(variables=suspect.variables, imports=folders)
        return rerun.rerun(repo, first, changed, say)


def _install(first: RunRecord, requirement: str, folder: str) -> None:
    """Install a package, without what it needs, into a folder.  Raises TrackError."""
    python = probe.interpreter_of(first.info.command, {}) or "python3"
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
