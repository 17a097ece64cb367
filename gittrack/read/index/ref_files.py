"""Whether refs have changed since a look at them, from git's own files and without a process.

Git keeps refs in ``packed-refs`` and in one file each ("loose"), or in tables (reftable).  `git for-each-ref`
lists them; this module only tells whether such a listing still holds, and what is loose.  A file that it does
not understand makes the answer None: git has to be asked.
"""

from __future__ import annotations

import os
import re
import stat
import time
from binascii import crc32

from gittrack.core import layout
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.core.standard.typing import NamedTuple
from gittrack.git.refs import TABLES

# What decides which runs there are, and which annotations they have.
OF_RUNS = (layout.RUNS, layout.NOTES, layout.TRACKING, layout.ARCHIVE, layout.TRASH)
_SMALL = 1 << 20  # bytes; of a packed-refs up to this size, the content is compared too
_SETTLED_SECONDS = 2.0  # a file that changes twice in less may keep its time stamp
_VALUE = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\s*")


class RefFiles(NamedTuple):
    """The state of the refs.

    Parameters
    ----------
    stamp : str
        Of the storage of refs that are not loose.  If two stamps are equal, nothing changed there.
    settled : bool
        Whether the stamp also differs after a change that comes at once.
    loose : mapping
        {name: id} of the loose refs.  These count more than packed ones of the same name.
    """

    stamp: str
    settled: bool
    loose: Mapping[str, str]


def look(common_dir: str, *prefixes: str) -> RefFiles | None:
    """Return the state of the refs of some names or folders; None if only git can read them.

    Parameters
    ----------
    common_dir : str
        The common folder of the repository.
    *prefixes : str
        Full names of refs, or of folders of refs, which end with a slash.
    """
    loose: dict[str, str] = {}
    try:
        # Loose refs first, as git reads: a ref that is packed meanwhile is in both, and never in none.
        for prefix in prefixes:
            for name, value in _loose(common_dir, prefix):
                match = _VALUE.fullmatch(value)
                if match is None:
                    return None
                loose[name] = match[1].decode()
        return RefFiles(*_stamp(common_dir), loose)
    except OSError:
        return None


def of_archive(files: RefFiles) -> dict[str, str]:
    """Return the loose refs that decide which folded runs are listed: that of the archive, and the trash."""
    return {
        name: oid
        for name, oid in files.loose.items()
        if name == layout.ARCHIVE or name.startswith(layout.TRASH)
    }


def _loose(common_dir: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each loose ref; an empty content for what is not a plain file."""
    path = f"{common_dir}/{prefix}"
    if not prefix.endswith("/"):
        if os.path.lexists(path):
            yield prefix, _content(path)
        return
    try:
        entries = list(os.scandir(path))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name.endswith(".lock"):  # git skips these, too
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _loose(common_dir, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, _content(entry.path)


def _content(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:  # it was deleted or packed since: the next look finds that
        return b""
    try:
        return os.read(handle, 4096) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    finally:
        os.close(handle)


def _stamp(common_dir: str) -> tuple[str, bool]:
    tables = f"{common_dir}/{TABLES}"
    if os.path.lexists(tables):
        with open(f"{tables}/tables.list", "rb") as file:  # each table has a name of its own
            return f"tables {file.read(_SMALL).decode()}", True
    try:
        handle = os.open(f"{common_dir}/packed-refs", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return "nothing is packed", True
    with open(handle, "rb", buffering=0) as file:
        status = os.fstat(handle)
        times = f"{status.st_mtime_ns} {status.st_ctime_ns}"
        stamp = f"packed {status.st_ino} {status.st_size} {times}"
        if status.st_size <= _SMALL:
            return f"{stamp} {crc32(file.read()):08x}", True
    return stamp, abs(time.time() - status.st_mtime) > _SETTLED_SECONDS
