"""Runs that go on on other machines, as a remote had them when it was last looked at.

Such a machine pushes the state of its run again and again: as a commit like that of a run, below
``refs/live/`` of the remote.  It is fetched to a ref of gittrack's own.  The run has no commit yet, so
nothing can be done with it but look.
"""

from __future__ import annotations

import math
import os
import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import run_info
from gittrack.core.standard.collections import Sequence
from gittrack.git import refs
from gittrack.git.refs import Ref
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw

LONGEST_SILENCE = 300.0  # seconds; a run of which nothing changed is still pushed this often
_MOST = 200  # runs; the newest count
_CLOCKS_DIFFER_SECONDS = 900.0  # at most, between two machines


def silence(interval: float) -> float:
    """Return after how many seconds a live run is pushed again, although nothing of it changed."""
    return max(interval, LONGEST_SILENCE)


def read(repo: git.Repo, snapshots: Sequence[Ref]) -> list[Raw]:
    """Return the runs of refs below ``refs/gittrack/remotes/``; of each run, the state that was seen last."""
    runs: dict[tuple[str, str], Raw] = {}
    raws = [
        Raw(parsed[2], parsed[1], ref, oid)
        for ref, oid in snapshots
        if oid and (parsed := layout.parse_tracking_ref(ref)) is not None
    ]
    newest = sorted(raws, reverse=True)[:_MOST]
    for raw in reader.bodies(repo, newest):
        run = _run(repo, reader.decode(repo, raw), raw)
        key = (run.experiment, run.id)
        if key not in runs or _seen(runs[key]) < _seen(run):
            runs[key] = run
    return list(runs.values())


def of_remote(repo: git.Repo, remote: str) -> list[run_info.RunInfo]:
    """Return the runs that go on on other machines, as a remote had them when it was last looked at."""
    here = set(os.listdir(live)) if os.path.isdir(live := layout.live_dir(repo.common_dir)) else ()
    runs = read(repo, refs.now(repo, f"{layout.TRACKING}{remote}/live/"))
    return [run.info for run in runs if run.info is not None and run.id not in here]


def _run(repo: git.Repo, info: run_info.RunInfo, raw: Raw) -> Raw:
    """Return a run without a commit, whose state is that of a snapshot."""
    info = info._replace(status=_status(repo, info, raw.ref or ""), commit=None, ref=None)
    return Raw(raw.id, raw.experiment, info=info, problem=raw.problem, snapshot=raw.commit)


def _status(repo: git.Repo, info: run_info.RunInfo, ref: str) -> str:
    """Return ``vanished`` for a run that should have been pushed again long ago.

    The clock of the other machine may be behind.  So a state that has come just now is not old.
    """
    if info.status != run_info.RUNNING:
        return info.status
    interval = info.more.get("live_interval")
    patience = 2 * silence(interval if isinstance(interval, (int, float)) else 0.0) + 60
    try:
        age = time.time() - run_info.from_iso(str(info.more.get("seen")))
    except ValueError:
        return run_info.VANISHED
    is_recent = age < patience or (
        age < patience + _CLOCKS_DIFFER_SECONDS and _age_here(repo, ref) < patience
    )
    return run_info.RUNNING if is_recent else run_info.VANISHED


def _age_here(repo: git.Repo, ref: str) -> float:
    """Return how many seconds ago a state was fetched; infinite if that is not known."""
    try:
        return time.time() - os.stat(os.path.join(repo.common_dir, ref)).st_mtime
    except OSError:  # git has packed it
        return math.inf


def _seen(raw: Raw) -> str:
    return str(raw.info.more.get("seen", "")) if raw.info else ""
