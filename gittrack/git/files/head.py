"""The commit that is checked out, if its files are not packed yet."""

from __future__ import annotations

import os
import zlib

from gittrack.core.standard.typing import NamedTuple
from gittrack.git.files import packed_refs
from gittrack.git.files.repository import content

_ID_LENGTHS = (40, 64)
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
        if len(oid) not in _ID_LENGTHS or not oid.isalnum() or is_replaced(common_dir):
            return None
        path = os.path.join(common_dir, "objects", oid[:2], oid[2:])
        text = zlib.decompressobj().decompress(content(path), _MOST_BYTES)
    except (OSError, ValueError, zlib.error):
        return None
    kind, _, commit = text.partition(b"\0")
    header, _, _ = commit.partition(b"\n\n")
    tree, *others = header.split(b"\n")
    committer = next((line for line in others if line.startswith(b"committer ")), b"")
    seconds, _, zone = committer.rpartition(b"> ")[2].partition(b" ")
    is_usual = kind.startswith(b"commit ") and tree.startswith(b"tree ") and zone
    if not is_usual or len(tree) - 5 not in _ID_LENGTHS or not seconds.isdigit():
        return None
    return HeadCommit(oid, tree[5:].decode(), int(seconds))


def is_replaced(common_dir: str) -> bool:
    """Return whether other objects replace objects of a repository."""
    folder = "refs/replace/"
    try:
        loose = os.listdir(os.path.join(common_dir, folder))
    except FileNotFoundError:
        loose = []
    return bool(loose) or packed_refs.exists_below(common_dir, folder)
