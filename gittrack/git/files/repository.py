"""Locate an ordinary repository: a folder ``.git`` at the root of its work tree."""

from __future__ import annotations

import errno
import os
import stat

from gittrack.core.standard.typing import NamedTuple

_MOST_BYTES = 1 << 16
_ELSEWHERE = ("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
# Git is asked about a repository whose configuration has one of these words, even in a comment.
_UNUSUAL = (b"worktree", b"extensions", b"include", b"bare")


class Located(NamedTuple):
    """A repository, and the path of the folder that it was located from, below its work tree."""

    git_dir: str
    work_tree: str
    prefix: str


def locate(start: str) -> Located | None:
    """Return the ordinary repository that contains a folder; None if git must be asked.

    Git is asked about bare repositories, linked worktrees, submodules, repositories of other users and on
    other file systems, and about everything that its configuration can change.
    """
    folder = real = os.path.realpath(start)
    if real == "/" or "\n" in real or any(name in os.environ for name in _ELSEWHERE):
        return None
    try:
        status = os.stat(real)
        device = status.st_dev
        if not stat.S_ISDIR(status.st_mode):
            return None
        while not os.path.lexists(dot := f"{folder}/.git"):
            if os.path.lexists(f"{folder}/HEAD"):  # perhaps the inside of a repository
                return None
            parent = os.path.dirname(folder)
            if parent in (folder, "/") or os.stat(parent).st_dev != device:
                return None
            folder = parent
        if not _is_own(folder) or not _is_own(dot) or not _is_ordinary(dot):
            return None
    except OSError:
        return None
    prefix = real[len(folder) + 1 :]
    return Located(dot, folder, f"{prefix}/" if prefix else "")


def _is_own(folder: str) -> bool:
    """Return whether this is a folder of this user, not a link, as git demands."""
    status = os.lstat(folder)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _is_ordinary(git_dir: str) -> bool:
    """Return whether git takes a folder for a repository, and no setting makes it an unusual one."""
    parts = ("objects", "refs")
    if not all(os.access(f"{git_dir}/{part}", os.X_OK) for part in parts):
        return False
    if os.path.lexists(f"{git_dir}/commondir") or not content(f"{git_dir}/HEAD").startswith(
        b"ref: refs/"
    ):
        return False
    config = content(f"{git_dir}/config").lower().replace(b"\tbare = false\n", b"")
    version = b"repositoryformatversion"
    is_known = b"\t%s = 0\n" % version in config and config.count(version) == 1
    return is_known and not any(word in config for word in _UNUSUAL)


def content(path: str) -> bytes:
    """Return the content of a small file.  Raises OSError if it is large, or a link."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        data = os.read(handle, _MOST_BYTES + 1)
    finally:
        os.close(handle)
    if len(data) > _MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
    return data
