"""New folders and files in a repository, with the permissions of the folder that they are made in.

In a repository that is shared by a group (``core.sharedRepository``), git makes folders writable for the
group. New files and folders must be writable for the group too, for `git prune` and `git track recover`.
"""

from __future__ import annotations

import errno
import os
import stat

from gittrack.core.standard.contextlib import suppress


def make(path: str) -> None:
    """Make a folder and its missing parents; an existing folder is not changed."""
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path) or os.curdir
    make(parent)
    try:
        os.mkdir(path)
    except FileExistsError:
        if not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None
    mode = stat.S_IMODE(os.stat(parent).st_mode)
    if mode & stat.S_IWGRP:
        os.chmod(path, mode)


def remove(path: str | os.PathLike[str]) -> None:
    """Delete a folder with everything in it; what cannot be deleted stays."""
    with suppress(OSError):
        with os.scandir(path) as iterator:
            entries = list(iterator)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                remove(entry.path)
            else:
                with suppress(OSError):
                    os.unlink(entry.path)
        os.rmdir(path)


def claim(path: str | os.PathLike[str]) -> bool:
    """Make an empty file; return False if another process made it before, or if it cannot be made."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    except OSError:
        return False
    return True


def share_file(path: str | os.PathLike[str], mode: int = 0o664) -> None:
    """Set the ``mode`` of a file of this user, if its folder is writable for a group."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        share(handle, os.path.dirname(path) or ".", mode)
    finally:
        os.close(handle)


def share(handle: int, folder: str, mode: int) -> None:
    """Set the ``mode`` of an open file of this user, if ``folder`` is writable for a group."""
    if os.stat(folder).st_mode & stat.S_IWGRP:
        file = os.fstat(handle)
        if file.st_uid == os.geteuid() and stat.S_IMODE(file.st_mode) != mode:
            os.fchmod(handle, mode)


def content(path: str) -> bytes:
    """Return the content of a file; empty if it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError:
        return b""


def keep(path: str, content: bytes) -> None:
    """Write a small cache file, completely or not at all; errors are ignored."""
    folder = os.path.dirname(path) or os.curdir
    draft = f"{path}.{os.getpid()}-{os.urandom(4).hex()}"
    try:
        make(folder)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        try:
            with open(handle, "wb") as file:
                share(handle, folder, 0o664)
                file.write(content)
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError:  # a cache only saves time: the content is computed again
        return
