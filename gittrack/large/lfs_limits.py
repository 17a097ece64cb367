"""Limits for a Git LFS server that may be hostile: what one call of ``git lfs`` can write at most."""

from __future__ import annotations

from pathlib import Path

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.disk.lfs_pointer import Pointer

AT_ONCE = 100  # contents of one call
SLACK = 1 << 20  # bytes; besides content, the program writes small files


def groups(contents: Sequence[Pointer]) -> Iterator[list[Pointer]]:
    """Yield the contents in groups, of which the largest has at most twice the size of the smallest.

    A server that sends more than the size of a file is stopped by a limit on the size of all files of a call.
    """
    rest = sorted(contents, key=lambda content: content.size)
    while rest:
        most = max(2 * rest[0].size, SLACK)
        part = [content for content in rest[:AT_ONCE] if content.size <= most]
        rest = rest[len(part) :]
        yield part


def remove_incomplete(storage: Path, contents: Sequence[Pointer]) -> None:
    """Remove what a server sent beyond the size of a file: an honest rest is kept, and completed later."""
    for content in contents:
        for path in (storage / "incomplete").glob(f"{content.digest}*"):
            with contextlib.suppress(OSError):
                if path.stat().st_size > content.size:
                    path.unlink()
