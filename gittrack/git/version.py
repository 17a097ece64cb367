"""Check that the git on PATH is new enough, once for each git and repository."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.disk import folders, programs


def check(memory: str | None = None) -> None:
    """Raise TrackError if the git on PATH is older than 2.36.

    The file ``memory`` records a git that is new enough, so that the next check needs no process.
    """
    program = _program()
    if memory is not None and program and folders.content(memory) == program:
        return
    old = git.too_old()
    if old is not None:
        raise old
    if memory is not None:
        folders.keep(memory, program)


def _program() -> bytes:
    """Return the identity of the git on PATH: path, size and time of change; empty without git."""
    path = programs.remembered("git")
    try:
        status = os.stat(path or "git")
    except OSError:
        return b""
    return os.fsencode(f"{path} {status.st_size} {status.st_mtime_ns}\n")
