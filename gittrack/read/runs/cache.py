"""A cache of the bodies of run commits, so that a listing does not read thousands of objects from git.

The cache is one file below ``gittrack/cache/``, which may be missing, damaged or deleted at any time.  A
commit never changes, so a cached body is always right; git still lists the runs.  The file is always written
as a whole, to a draft that is then renamed.  There is one draft at a time, so that a kill leaves at most one.
Nothing is written through a link.  The format:

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
_MOST = 1 << 30  # bytes; a larger cache is not written or read
_STALE_SECONDS = 60  # the writer of an older draft was killed


def path(common_dir: str) -> str:
    """Return the path of the file, which may not exist."""
    return f"{layout.cache_dir(common_dir)}/{_NAME}"


def load(common_dir: str) -> dict[str, bytes]:
    """Return {commit id: body}; empty if the file is missing or damaged."""
    try:
        # NONBLOCK: if the file is a pipe, opening it must not wait.
        handle = os.open(path(common_dir), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb", buffering=0) as file:
            status = os.fstat(handle)
            is_readable = stat.S_ISREG(status.st_mode) and status.st_size <= _MOST
            content = file.read() if is_readable else b""
    except OSError:
        return {}
    if content[: len(_HEAD) + 9] != _head(memoryview(content)[len(_HEAD) + 9 :]):
        return {}
    ids, *bodies = content.split(b"\0")
    try:
        return dict(zip(ids[len(_HEAD) + 9 :].decode().split(), bodies, strict=True))
    except ValueError:  # another program wrote the file
        return {}


def store(common_dir: str, bodies: Mapping[str, bytes]) -> None:
    """Replace the cache by these bodies; nothing is written if the repository is read-only."""
    storable = {oid: text for oid, text in bodies.items() if b"\0" not in text}
    if sum(map(len, storable.values())) < _MOST // 2:
        try:
            _write(layout.cache_dir(common_dir), storable)
        except OSError:  # git has all bodies
            return


def _write(path: str, cached: Mapping[str, bytes]) -> None:
    from gittrack.disk import folders  # noqa: PLC0415 - few listings write here

    folders.make(path)
    folder = _opened(path)
    try:
        handle = _draft(folder)
        try:
            with open(handle, "wb") as file:
                folders.share(handle, path, 0o664)
                rest = b"\0".join((" ".join(cached).encode(), *cached.values()))
                file.write(_head(rest) + rest)
            os.replace(_DRAFT, _NAME, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _remove(_DRAFT, folder)
            raise
    finally:
        os.close(folder)


def forget(common_dir: str) -> None:
    """Delete the cache, and the draft of a writer that was killed; called when runs are deleted for good."""
    try:
        folder = _opened(layout.cache_dir(common_dir))
    except OSError:  # there is no cache
        return
    for name in (_NAME, _DRAFT):
        _remove(name, folder)
    os.close(folder)


def _opened(path: str) -> int:
    """Open the folder, which must not be a link, because another program may own the target."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _draft(folder: int) -> int:
    """Create the draft.  Raises FileExistsError while another process writes one."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(_DRAFT, flags, 0o666, dir_fd=folder)
    except FileExistsError:
        created = os.stat(_DRAFT, dir_fd=folder, follow_symlinks=False).st_mtime
        if abs(time.time() - created) < _STALE_SECONDS:
            raise
        _remove(_DRAFT, folder)
        return os.open(_DRAFT, flags, 0o666, dir_fd=folder)


def _head(rest: bytes | memoryview) -> bytes:
    return b"%s%08x\n" % (_HEAD, crc32(rest))


def _remove(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        return  # it does not exist, or the repository is read-only
