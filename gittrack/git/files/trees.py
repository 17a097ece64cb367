"""Read the trees of some folders without a process."""

from __future__ import annotations

import os
import stat

from gittrack.core import digests
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.git.files import loose, packed_object

FOLDER = b"40000 "  # the mode at the beginning of the line of a folder
_MOST_FOLDERS = 30  # git reads more of them in less time
_MODES = frozenset((b"100644", b"100755", b"120000", b"40000", b"160000"))  # all that git writes


def read(common_dir: str, base: str, folders: Sequence[str]) -> dict[str, bytes | None] | None:
    """Return the content of the trees of folders below a tree; None for a folder that it does not have.

    Parameters
    ----------
    common_dir : str
        The common folder of git.
    base : str
        The full id of the tree.
    folders : sequence of str
        Paths in the tree, each one after those above it; the first one is empty, for the tree itself.

    Returns
    -------
    dict or None
        None if git must be asked: a tree is large, missing, damaged, or in a pack as a difference; or there
        are many.
    """
    if len(folders) > _MOST_FOLDERS:
        return None
    contents: dict[str, bytes | None] = {}
    for folder in folders:
        above, _, name = folder.rpartition("/")
        oid = _id(contents[above], name, len(base) // 2) if folder else base
        contents[folder] = _content(common_dir, oid) if oid else None
        if oid and contents[folder] is None:
            return None
    return contents


def lines(content: bytes, id_size: int) -> dict[bytes, bytes]:
    """Return the lines of a tree by the names of their files.

    Parameters
    ----------
    content : bytes
        The lines, each one a mode, a space, a name, a NUL and the bytes of an id.
    id_size : int
        The number of bytes of an id.

    Returns
    -------
    dict
        The lines with the modes that git writes.  Old and foreign programs wrote others, such as ``040000``
        and ``100664``, which git reads as ``40000`` and ``100644``.

    Raises
    ------
    TrackError
        If a line is not complete.
    """
    by_name, start = {}, 0
    try:
        while start < len(content):
            space, zero = content.index(b" ", start), content.index(b"\0", start)
            mode, end = content[start:space], zero + 1 + id_size
            new_mode = mode if mode in _MODES else _usual_mode(int(mode, 8))
            by_name[content[space + 1 : zero]] = new_mode + content[space:end]
            start = end
    except ValueError:
        start = -1
    if start != len(content):
        raise TrackError("a tree of the commit is damaged", "git fsck")
    return by_name


def _usual_mode(mode: int) -> bytes:
    """Return the mode that git reads instead of an unusual one."""
    if stat.S_ISREG(mode):
        return b"100755" if mode & stat.S_IXUSR else b"100644"
    if stat.S_ISLNK(mode):
        return b"120000"
    return b"40000" if stat.S_ISDIR(mode) else b"160000"


def _id(content: bytes | None, name: str, id_size: int) -> str | None:
    """Return the id of the tree of a folder in another one; None if there is no such folder."""
    line = lines(content or b"", id_size).get(os.fsencode(name), b"")
    return line[-id_size:].hex() if line.startswith(FOLDER) else None


def _content(common_dir: str, oid: str) -> bytes | None:
    """Return the content of a tree, if it has the id."""
    content = loose.read_object(common_dir, oid)
    if content is None:
        packed = packed_object.read(os.path.join(common_dir, "objects"), oid)
        return packed.content if packed and packed.kind == b"tree" else None
    hash_name = "sha1" if len(oid) == 40 else "sha256"
    is_sound = (
        digests.of_git(hash_name, b"tree %d\0%s" % (len(content), content)).hexdigest() == oid
    )
    return content if is_sound else None
