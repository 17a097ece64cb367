"""The commit that is checked out, if its files are not packed yet."""

from __future__ import annotations

import os
import re
import zlib

from gittrack.core.fast_typing import NamedTuple
from gittrack.git.files import packed_refs
from gittrack.git.files.repository import content

_MOST_BYTES = 1 << 16  # of a commit up to its committer


class HeadCommit(NamedTuple):
    """A commit: its id, the id of its tree, and its date in seconds since 1970."""

    oid: str
    tree: str
    date: int


def read(git_dir: str, common_dir: str) -> HeadCommit | None:
    """Return the commit that is checked out; None if git must be asked.

    Git is asked if the branch or the commit is packed, if HEAD has no commit, and if other objects
    replace objects of this repository.
    """
    try:
        ref = content(os.path.join(git_dir, "HEAD"))
        if ref.startswith(b"ref: refs/heads/"):  # others may belong to one work tree
            ref = content(os.path.join(common_dir, os.fsdecode(ref[5:]).strip()))
        oid = ref.strip().decode("ascii")
        if not re.fullmatch("[0-9a-f]{40,64}", oid) or is_replaced(common_dir):
            return None
        path = os.path.join(common_dir, "objects", oid[:2], oid[2:])
        text = zlib.decompressobj().decompress(content(path), _MOST_BYTES)
    except (OSError, ValueError, zlib.error):
        return None
    header, _, commit = text.partition(b"\0")
    lines = rb"tree ([0-9a-f]{40,64})\n(?:parent .*\n)*author .*\ncommitter .*> (\d+) [+-]\d{4}\n"
    match = re.match(lines, commit)
    if not header.startswith(b"commit ") or match is None:
        return None
    return HeadCommit(oid, match[1].decode(), int(match[2]))


def is_replaced(common_dir: str) -> bool:
    """Return whether other objects replace objects of a repository."""
    folder = "refs/replace/"
    try:
        loose = os.listdir(os.path.join(common_dir, folder))
    except FileNotFoundError:
        loose = []
    return bool(loose) or packed_refs.exists_below(common_dir, folder)
