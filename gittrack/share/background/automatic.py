"""Push the runs that wait.  Nobody is asked; a failure is noted, and the end of the next run tries again."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import annotation_log
from gittrack.core.secrets import redact_url
from gittrack.disk import folders, lock
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.share import push, remotes, removals
from gittrack.share.background import waiting


def push_waiting(repo: git.Repo) -> None:
    """Push every run that waits and is committed.

    Only one process of a repository does this at a time.  It looks for new runs after it has released its
    lock, so that a run whose own process found the lock taken is pushed too.

    Raises
    ------
    TrackError, OSError
        If the runs cannot be pushed.  The reason is noted, and they go on waiting.
    """
    waiting.drop_lost(repo)
    tried: set[str] = set()
    while new := _committed(repo) - tried:
        tried |= new
        handle = lock.acquire(_lock_path(repo))
        if handle is None:
            return
        try:
            _push(repo, new)
        except TrackError as error:
            waiting.note_failure(repo, f"{error.message}; {error.hint}")
            raise
        finally:
            os.close(handle)


def _committed(repo: git.Repo) -> set[str]:
    return set(waiting.listed(repo)) & remotes.refs_here(repo, layout.RUNS).keys()


def _lock_path(repo: git.Repo) -> str:
    home = layout.home(repo.common_dir)
    folders.make(home)
    return f"{home}/push.lock"


def _push(repo: git.Repo, chosen: set[str]) -> None:
    check_consent(repo)
    runs = [
        raw
        for raw in source_of(repo).select(Request(summaries=False)).runs
        if raw.ref in chosen
        and not raw.problem
        and raw.commit
        and not annotation_log.is_removed(raw.annotations)
    ]
    waiting.drop(repo, chosen - {str(raw.ref) for raw in runs})  # removed or damaged since
    planned = push.plan(repo, runs, unattended=True)
    removed = removals.of_annotations(repo)  # also what others removed, which the plan received
    removed_refs = {str(raw.ref) for raw in runs if removed.has(str(raw.ref), str(raw.commit))}
    waiting.drop(repo, removed_refs)
    done = push.push(repo, planned, unattended=True)
    if done.refused:
        name, reason = done.refused[0]
        raise TrackError(f"{done.remote} refused {name}: {reason}", "see: git track push")
    waiting.note_failure(repo, None)


def check_consent(repo: git.Repo) -> str:
    """Return the name of the remote of runs.

    Raises
    ------
    TrackError
        If there is none, or if nobody agreed yet that runs go there.
    """
    name, url = remotes.chosen(repo)
    if not remotes.has_consent(repo, name, url):
        urls = ", ".join(map(redact_url, url.split(", ")))
        raise TrackError(f"nobody agreed yet that runs go to {urls}", "agree once: git track push")
    return name


def sentence(repo: git.Repo) -> str:
    """Return what becomes of a run that ended and is to be pushed, for its user."""
    try:
        name = check_consent(repo)
    except TrackError as error:
        return f"the run is not pushed: {error.message}; {error.hint}"
    return f"the run is pushed to {name} in the background; see: git track remote"
