"""Whether the git on PATH is new enough, found out once for each git and repository."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.disk import folders


def check(memory: str | None = None) -> None:
    """Raise TrackError where the git on PATH is older than 2.36.

    ``memory`` is a file that remembers which git was found to be new enough, so that asking again
    takes no process.
    """
    program = _program()
    if memory is not None and program and _content(memory) == program:
        return
    old = git.too_old()
    if old is not None:
        raise old
    if memory is not None:
        _remember(memory, program)


def _program() -> bytes:
    """Return what tells the git on PATH from another one: path, size and time of change."""
    for folder in os.get_exec_path():
        path = os.path.join(folder, "git")
        if os.access(path, os.X_OK):
            found = os.stat(path)
            return os.fsencode(f"{path} {found.st_size} {found.st_mtime_ns}\n")
    return b""


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _remember(path: str, content: bytes) -> None:
    try:
        folders.make(os.path.dirname(path))
        how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with open(os.open(path, how, 0o666), "wb") as file:
            folders.share(file.fileno(), os.path.dirname(path), 0o664)
            file.write(content)
    except OSError:
        return  # a repository that cannot be written: what wants to record there says so
