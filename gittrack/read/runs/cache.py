"""Bodies of run commits that were read before, so that a listing need not ask git for thousands of them.

Derived and disposable: one file below ``gittrack/cache/``, which may be missing, damaged or deleted at any
time.  A commit never changes, so what is kept for its id is true for ever; git is still asked which runs
there are.  The file, written anew as a whole (one draft at a time, so that a kill leaves one at most) and
put in place by a rename; nothing is written through a link:

    gittrack bodies 1 <crc32 of all that follows, 8 hex digits>
    <commit id> <commit id> ...NUL<body>NUL<body>...
"""

from __future__ import annotations

import os
import stat
import time
from binascii import crc32
from collections.abc import Mapping

from gittrack.core import layout

_NAME, _DRAFT = "bodies", "bodies.new"
_HEAD = b"gittrack bodies 1 "
_MOST = 1 << 30  # bytes; more is left to git
_STALE_SECONDS = 60  # a draft this old was left by a writer that was killed


def path(common_dir: str) -> str:
    """Return where the file is, or would be."""
    return f"{layout.cache_dir(common_dir)}/{_NAME}"


def load(common_dir: str) -> dict[str, bytes]:
    """Return {commit id: body}; nothing where there is no such file, or one that is not whole."""
    try:
        # NONBLOCK: whoever put a pipe there must not make us wait.
        handle = os.open(path(common_dir), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb", buffering=0) as file:
            found = os.fstat(handle)
            whole = stat.S_ISREG(found.st_mode) and found.st_size <= _MOST
            content = file.read() if whole else b""
    except OSError:
        return {}
    if content[: len(_HEAD) + 9] != _head(memoryview(content)[len(_HEAD) + 9 :]):
        return {}
    ids, *bodies = content.split(b"\0")
    try:
        return dict(zip(ids[len(_HEAD) + 9 :].decode().split(), bodies, strict=True))
    except ValueError:  # whole, but none of ours
        return {}


def store(common_dir: str, bodies: Mapping[str, bytes]) -> None:
    """Keep these bodies and no others; in a repository that cannot be written nothing is kept."""
    kept = {oid: text for oid, text in bodies.items() if b"\0" not in text}
    if sum(map(len, kept.values())) < _MOST // 2:
        try:
            _write(layout.cache_dir(common_dir), kept)
        except OSError:  # nothing is lost: git has them all
            return


def _write(place: str, kept: Mapping[str, bytes]) -> None:
    from gittrack.disk import folders  # noqa: PLC0415 - few listings write here

    folders.make(place)
    folder = _opened(place)
    try:
        handle = _draft(folder)
        try:
            with open(handle, "wb") as file:
                folders.share(handle, place, 0o664)
                rest = b"\0".join((" ".join(kept).encode(), *kept.values()))
                file.write(_head(rest) + rest)
            os.replace(_DRAFT, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _remove(_DRAFT, folder)
            raise
    finally:
        os.close(folder)


def forget(common_dir: str) -> None:
    """Keep nothing, and drop what a writer that was killed left: for when runs are removed for good."""
    try:
        folder = _opened(layout.cache_dir(common_dir))
    except OSError:  # there is none
        return
    for name in (_NAME, _DRAFT):
        _remove(name, folder)
    os.close(folder)


def _opened(place: str) -> int:
    """Open the folder, which must not be a link: what that leads to is not ours to write in."""
    return os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _draft(folder: int) -> int:
    """Begin the one draft that there may be.  Raises FileExistsError while somebody else is at it."""
    how = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(_DRAFT, how, 0o666, dir_fd=folder)
    except FileExistsError:
        begun = os.stat(_DRAFT, dir_fd=folder, follow_symlinks=False).st_mtime
        if abs(time.time() - begun) < _STALE_SECONDS:
            raise
        _remove(_DRAFT, folder)
        return os.open(_DRAFT, how, 0o666, dir_fd=folder)


def _head(rest: bytes | memoryview) -> bytes:
    return b"%s%08x\n" % (_HEAD, crc32(rest))


def _remove(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        return  # it is not there, or the repository cannot be written
