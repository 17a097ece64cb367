"""The commit that is checked out, from the files of git."""

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

    Git is asked if HEAD has no commit, if a pack has the commit as a difference from another one, and if
    other objects replace objects of this repository.
    """
    try:
        oid = _oid(git_dir, common_dir)
        if len(oid) not in _ID_LENGTHS or not oid.isalnum() or is_replaced(common_dir):
            return None
        kind, text = _object(os.path.join(common_dir, "objects"), oid)
    except (OSError, ValueError, zlib.error):
        return None
    header, _, _ = text.partition(b"\n\n")
    tree, *others = header.split(b"\n")
    committers = [line for line in others if line.startswith(b"committer ")]
    is_usual = kind == b"commit" and tree.startswith(b"tree ") and len(committers) == 1
    if not is_usual or len(tree) - 5 not in _ID_LENGTHS:
        return None
    seconds, _, zone = committers[0].rpartition(b"> ")[2].partition(b" ")
    if not seconds.isdigit() or not zone.startswith((b"+", b"-")) or not zone[1:].isdigit():
        return None  # git knows no date
    return HeadCommit(oid, tree[5:].decode(), int(seconds))


def _oid(git_dir: str, common_dir: str) -> str:
    """Return the id of the commit that HEAD names, or else another text.  May raise OSError."""
    head = content(os.path.join(git_dir, "HEAD"))
    if not head.startswith(b"ref: refs/heads/"):  # others may belong to one work tree
        return head.strip().decode("ascii").lower()
    branch = os.fsdecode(head[5:].strip())  # bytes: a name may end with a space of Unicode
    try:
        return content(os.path.join(common_dir, branch)).strip().decode("ascii").lower()
    except FileNotFoundError:
        return packed_refs.oid(common_dir, branch) or ""


def _object(objects: str, oid: str) -> tuple[bytes, bytes]:
    """Return the kind of an object and the beginning of its content; empty if git must be asked."""
    try:
        loose = content(os.path.join(objects, oid[:2], oid[2:]))
    except FileNotFoundError:
        from gittrack.git.files import packed_object  # noqa: PLC0415 - a new commit is no part of a pack

        return packed_object.read(objects, oid) or (b"", b"")
    text = zlib.decompressobj().decompress(loose, _MOST_BYTES)
    header, _, body = text.partition(b"\0")
    return header.partition(b" ")[0], body


def is_replaced(common_dir: str) -> bool:
    """Return whether other objects replace objects of a repository."""
    folder = "refs/replace/"
    try:
        loose = os.listdir(os.path.join(common_dir, folder))
    except FileNotFoundError:
        loose = []
    return bool(loose) or packed_refs.exists_below(common_dir, folder)
