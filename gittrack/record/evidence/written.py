"""What a command wrote below the work tree: new and changed files with their digests, after the run.

No program can set the time of the last change of a file (ctime).  So one look after the run is enough:
every file whose ctime is not before the begin of the run was written, renamed or touched meanwhile.
"""

from __future__ import annotations

import os
import stat
import time

from gittrack.core import digests
from gittrack.core.standard.collections import Callable, Iterator
from gittrack.core.standard.typing import Any, NamedTuple

MAX_ENTRIES = 1_000_000  # files and folders to look at
MAX_FILES = 50_000  # files to hash
MAX_BYTES = 1 << 30  # bytes to hash
MAX_CANONICAL = 64 << 20  # a larger file has the digest of its bytes only
_CHUNK = 1 << 20
# Folders that tools fill: repositories, caches and packages.
SKIPPED = frozenset(
    (
        *(".git", ".hg", ".svn", "__pycache__", "__pypackages__", "node_modules", "site-packages"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints", ".tox", ".nox"),
        *(".eggs", ".hypothesis", ".pixi", ".cache", ".idea", ".vscode", "numba_cache"),
    )
)
ENVIRONMENT = ("pyvenv.cfg", "conda-meta")  # in a folder that has one of them are packages


class TooMuch(Exception):
    """More was written than is hashed; the message says how much."""


class Written(NamedTuple):
    """What a command wrote.

    Parameters
    ----------
    files
        An entry for each file: ``path`` from the root, ``size`` in bytes, ``sha256``; ``canonical``, the
        digest of its content without times, if that is another one; ``left_out``, the names of the values
        that this content leaves out; ``link``, the text of a symbolic link;
        ``outside``, whether the link leads outside of the tree and something was written there.
    problem
        Why ``files`` is empty although files may have been written; empty if it is complete.
    """

    files: tuple[dict[str, Any], ...] = ()
    problem: str = ""


def look(
    root: str, began_ns: int, is_excluded: Callable[[str], bool] = lambda path: False
) -> Written:
    """Return what was written below a folder since a moment.

    Parameters
    ----------
    root
        The root of the work tree.
    began_ns
        The time of the file system when the run began, in nanoseconds.
    is_excluded
        Returns whether a path from the root, of a file or folder, is not looked at.
    """
    try:
        paths = _bounded(changed_files(root, began_ns, is_excluded))
    except TooMuch as error:
        return Written(problem=str(error))
    entries = (_entry(root, path, began_ns) for path in paths)
    return Written(tuple(entry for entry in entries if entry is not None))


def changed_files(
    root: str, began_ns: int, is_excluded: Callable[[str], bool]
) -> Iterator[tuple[str, int]]:
    """Yield (path, size in bytes) of each file and link that changed since a moment.

    A link that leads outside is also yielded if something changed there.
    """
    waiting, count = [""], 0
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as scan:
                entries = list(scan)
        except OSError:  # removed, or not readable: the command could not read it either
            continue
        if folder and any(entry.name in ENVIRONMENT for entry in entries):
            continue
        count += len(entries)
        if count > MAX_ENTRIES:
            raise TooMuch(
                f"the work tree has more than {MAX_ENTRIES:,} files: "
                "what the command wrote is not known"
            )
        prefix = folder + "/" if folder else ""
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                path = prefix + entry.name
                if entry.name not in SKIPPED and not is_excluded(path):
                    waiting.append(path)
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            is_link = stat.S_ISLNK(status.st_mode)
            is_new = status.st_ctime_ns >= began_ns and (is_link or stat.S_ISREG(status.st_mode))
            is_new = is_new or (is_link and _is_written_outside(root, entry.path, began_ns))
            if is_new and not is_excluded(prefix + entry.name):
                yield prefix + entry.name, status.st_size


def _bounded(files: Iterator[tuple[str, int]]) -> list[str]:
    """Return the paths, sorted.  Raises TooMuch if they are too many, or too large, to hash."""
    paths: list[str] = []
    total = 0
    for path, size in files:
        paths.append(path)
        total += size
        if len(paths) > MAX_FILES:
            raise TooMuch(f"the command wrote more than {MAX_FILES:,} files: they were not hashed")
        if total > MAX_BYTES:
            size_text = f"{MAX_BYTES >> 30} GiB"
            raise TooMuch(f"the command wrote more than {size_text}: the files were not hashed")
    return sorted(paths)


def _is_written_outside(root: str, link: str, began_ns: int) -> bool:
    from gittrack.record.evidence import links  # noqa: PLC0415

    return links.is_written_outside(root, link, began_ns)


def _entry(root: str, path: str, began_ns: int) -> dict[str, Any] | None:
    """Return the entry of a file; None if it was removed, or cannot be read."""
    full = os.path.join(root, path)
    try:
        if os.path.islink(full):
            from gittrack.record.evidence import links  # noqa: PLC0415

            return links.entry(root, path, began_ns)
        digest, size, content = _read(full, path)
    except OSError:
        return None
    entry: dict[str, Any] = {"path": path, "size": size, "sha256": digest}
    if content is not None:
        from gittrack.analysis.canonical import content as canonical  # noqa: PLC0415
        from gittrack.analysis.span import Span  # noqa: PLC0415

        plain = canonical.content(content, path, Span(began_ns / 1e9, time.time()))
        entry |= {"canonical": plain.digest} if plain.digest != digest else {}
        entry |= {"left_out": list(plain.left_out)} if plain.left_out else {}
    return entry


def _read(full: str, path: str) -> tuple[str, int, bytes | None]:
    """Return digest and size of a file, and its bytes if its canonical content is of interest."""
    from gittrack.analysis.canonical import kinds  # noqa: PLC0415 - only written files need it

    with open(os.open(full, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        first = file.read(_CHUNK)
        digest = digests.large()
        digest.update(first)
        if kinds.kind(first, path) and (os.fstat(file.fileno()).st_size <= MAX_CANONICAL):
            rest = file.read(MAX_CANONICAL)
            digest.update(rest)
            return digest.hexdigest(), len(first) + len(rest), first + rest
        size = len(first)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size, None
