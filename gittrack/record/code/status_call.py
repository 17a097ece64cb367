"""The process of ``git status``, which may begin while modules are still being imported.

Threads that begin runs at the same time take turns.  A thread that waits takes the status of the thread
before it, if that began after the wait.
"""

from __future__ import annotations

import time
from _thread import get_ident

from gittrack import git
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.core.standard.contextlib import contextmanager

_FLAGS = ("--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--no-renames")
_QUESTION = ("status",)
# How old a status from ahead of time may be.  Files that change later than it are compared when the run
# ends: see `evidence.changes`, which looks further back than this.
_FRESH_SECONDS = 0.25
_waiting_since: dict[int, float] = {}  # by thread
_offers: dict[tuple[str, str | None], git.Call] = {}  # the last status that has ended, by work tree


def look_ahead(repo: git.Repo) -> None:
    """Start the status of the work tree ahead of time, for `ahead`."""
    if repo.work_tree is not None:
        git.keep_ahead(repo.git_dir, _QUESTION, start(repo))


def ahead(repo: git.Repo) -> git.Call | None:
    """Return a status that began ahead of time, or since `shared` in another thread; None if all are old."""
    earliest = _waiting_since.get(get_ident())
    call = git.take_ahead(repo.git_dir, _QUESTION)
    if call is None and earliest is not None:
        offer = _offers.get((repo.git_dir, repo.work_tree))
        call = offer if offer is not None and offer.began >= earliest else None
    return call if call and time.monotonic() < call.began + _FRESH_SECONDS else None


@contextmanager
def shared() -> Iterator[None]:
    """Let this thread take a status of another thread that begins from now on."""
    thread = get_ident()
    _waiting_since[thread] = time.monotonic()
    try:
        yield
    finally:
        _waiting_since.pop(thread, None)


def forget(repo: git.Repo) -> None:
    """Let this thread take no status that began before now, because its hook may have changed files."""
    git.take_ahead(repo.git_dir, _QUESTION)
    if get_ident() in _waiting_since:
        _waiting_since[get_ident()] = time.monotonic()


def offer(repo: git.Repo, call: git.Call) -> None:
    """Let the threads that wait for their turn take a status that has ended."""
    _offers.clear()
    if len(_waiting_since) > 1:
        _offers[repo.git_dir, repo.work_tree] = call


def start(repo: git.Repo, env: Mapping[str, str] | None = None) -> git.Call:
    """Start the status of the work tree, with further environment variables; see `status.parse_status`."""
    return repo.call("status", *_FLAGS, "--ignore-submodules=none", env=env)
