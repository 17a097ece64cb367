"""The process of ``git status``, which may begin while modules are still being imported."""

from __future__ import annotations

import time

from gittrack import git
from gittrack.core.standard.collections import Mapping

_FLAGS = ("--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--no-renames")
_QUESTION = ("status",)
# How old a status from ahead of time may be.  Files that change later than it are compared when the run
# ends: see `evidence.changes`, which looks further back than this.
_FRESH_SECONDS = 0.25


def look_ahead(repo: git.Repo) -> None:
    """Start the status of the work tree ahead of time, for `ahead`."""
    if repo.work_tree is not None:
        git.keep_ahead(repo.git_dir, _QUESTION, start(repo))


def ahead(repo: git.Repo) -> git.Call | None:
    """Return the status that began ahead of time, at most once; None if there is none or it is old."""
    call = git.take_ahead(repo.git_dir, _QUESTION)
    return call if call and time.monotonic() < call.began + _FRESH_SECONDS else None


def start(repo: git.Repo, env: Mapping[str, str] | None = None) -> git.Call:
    """Start the status of the work tree, with further environment variables; see `status.parse_status`."""
    return repo.call("status", *_FLAGS, "--ignore-submodules=none", env=env)
