"""New folders and files in a repository, with the permissions of the folder that they are made in.

Git gives the folders of a repository that is shared by a group (``core.sharedRepository``) the bits for that;
what we make in them must stay open to the others as well: `git prune`, `git track recover`.
"""

from __future__ import annotations

import errno
import os
import stat


def make(path: str) -> None:
    """Make a folder and those above it; an existing one is left as it is."""
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


def share_file(path: str | os.PathLike[str], mode: int = 0o664) -> None:
    """Give a file of this user the ``mode`` that a group needs, if its folder is a group's."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        share(handle, os.path.dirname(path) or ".", mode)
    finally:
        os.close(handle)


def share(handle: int, folder: str, mode: int) -> None:
    """Give an open file of this user the ``mode`` that a group needs, if ``folder`` is a group's."""
    if os.stat(folder).st_mode & stat.S_IWGRP:
        file = os.fstat(handle)
        if file.st_uid == os.geteuid() and stat.S_IMODE(file.st_mode) != mode:
            os.fchmod(handle, mode)


def keep(path: str, content: bytes) -> None:
    """Write a small file of a cache, as a whole or not at all; what cannot be written is not kept."""
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
    except OSError:  # a cache is only faster: whoever needs the content computes it again
        return
