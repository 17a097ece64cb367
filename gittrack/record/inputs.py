r"""Fingerprints of data: SHA-256 of a file or of all files of a folder, hashed once.

Links to files and folders are followed.  To compute the digest of a folder by hand, run this in the folder,
with LC_ALL=C::

    find -L . -name .git -type d -prune -o -type f -printf '%P\\n' | sort |
        xargs -d '\\n' sha256sum | sha256sum
"""

from __future__ import annotations

import os
import time

from gittrack.core import digests
from gittrack.core.errors import TrackError
from gittrack.core.standard import json
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders

# A file that changes again within one tick of the clock keeps its time stamp and looks unchanged; git calls
# such entries "racily clean".  A file that is younger than this at its hash is hashed again next time.
_RACY_NS = 2_000_000_000


def fingerprint(path: str, display_path: str, cache: Path) -> dict[str, Any]:
    """Return the entry of inputs.yaml for a file or folder.

    Parameters
    ----------
    path : str
        The file or folder.
    display_path : str
        The path that the entry gets; see `display_path`.
    cache : Path
        The folder of caches.  Hashes are cached there by size, times of the last changes, and inode.

    Returns
    -------
    dict
        ``path``, ``kind`` (``file`` or ``folder``), ``size`` in bytes, ``sha256``, and for a folder the
        number of ``files``, and the number of entries ``left_out`` that have no content: broken links,
        pipes and sockets.

    Raises
    ------
    TrackError
        If the path does not exist, cannot be read, or is neither a file nor a folder.
    """
    input_kind = kind(path, display_path)
    try:
        if input_kind == "folder":
            return {"path": display_path, "kind": input_kind, **_folder(path, cache)}
        hashes = _HashCache(path, cache)
        size = os.path.getsize(path)
        digest = hashes.digest(path, "")
        hashes.save()
        return {"path": display_path, "kind": input_kind, "size": size, "sha256": digest}
    except OSError as error:
        raise TrackError(
            f"the input {display_path} cannot be read: {error.strerror}", "check the path"
        )


def kind(path: str, display_path: str) -> str:
    """Return ``folder`` or ``file``.  Raises TrackError if ``path`` is neither."""
    if os.path.isdir(path):
        return "folder"
    if os.path.isfile(path):
        return "file"
    exists = os.path.lexists(path)
    problem = "is not a regular file or a folder" if exists else "does not exist"
    raise TrackError(f"the input {display_path} {problem}", "check the path")


def warning(entry: Mapping[str, Any]) -> str | None:
    """Return a warning about a fingerprint that covers nothing, or not all of a folder; None if it does."""
    if entry.get("files") == 0:
        return f"the input {entry['path']} has no files: its digest cannot notice a change"
    if entry.get("left_out"):
        return (
            f"the input {entry['path']} has {entry['left_out']:,} broken links or special files: "
            "its digest does not cover them"
        )
    return None


def _folder(path: str, cache: Path) -> dict[str, Any]:
    hashes = _HashCache(path, cache)
    listing = digests.large()
    size = 0
    files = _files(path)
    for name in sorted(files.names, key=os.fsencode):
        full = os.path.join(path, name)
        listing.update(f"{hashes.digest(full, name)}  ".encode() + os.fsencode(name) + b"\n")
        size += os.path.getsize(full)
    hashes.save()
    facts = {"size": size, "files": len(files.names), "sha256": listing.hexdigest()}
    return {**facts, "left_out": files.left_out} if files.left_out else facts


class _Files(NamedTuple):
    """The files below a folder, by their paths in it, and the number of entries without content."""

    names: list[str]
    left_out: int


def _files(root: str) -> _Files:
    """Return the files below a folder.

    A link to a folder is followed, except to a folder that contains the link: its files are listed anyway.
    """
    names: list[str] = []
    left_out = 0
    status = os.stat(root)
    waiting = [("", frozenset([(status.st_dev, status.st_ino)]))]  # (folder, it and its parents)
    while waiting:
        folder, parents = waiting.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                name = os.path.join(folder, entry.name)
                if entry.is_file():
                    names.append(name)
                elif not entry.is_dir():
                    left_out += 1
                elif entry.name != ".git":
                    status = entry.stat()
                    identity = (status.st_dev, status.st_ino)
                    if identity not in parents:
                        waiting.append((name, parents | {identity}))
    return _Files(names, left_out)


class _HashCache:
    """The hashes that earlier calls computed for one input; without the cache they are computed again."""

    def __init__(self, root: str, cache: Path) -> None:
        name = digests.sha256(os.fsencode(os.path.abspath(root))).hexdigest()[:24]
        self.file = cache / "inputs" / f"{name}.json"
        self.fresh: dict[str, list[Any]] = {}
        try:
            self.old: dict[str, list[Any]] = json.loads(self.file.read_bytes())
        except (OSError, ValueError):
            self.old = {}

    def digest(self, path: str, name: str) -> str:
        with open(path, "rb") as file:
            stat = os.fstat(file.fileno())
            # A program can set the time of the content back, but not the time of the last change.
            mark = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
            old = self.old.get(name)
            if old is not None and old[:-1] == mark:
                self.fresh[name] = old
                return str(old[-1])
            digest = digests.large()
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        if time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > _RACY_NS:
            self.fresh[name] = [*mark, digest.hexdigest()]
        return digest.hexdigest()

    def save(self) -> None:
        if self.fresh == self.old:
            return
        folders.keep(str(self.file), json.dumps(self.fresh).encode())


def display_path(path: str, root: str) -> str:
    """Return a path relative to ``root`` if it is inside, otherwise the absolute path."""
    full = os.path.abspath(path)
    inside = os.path.relpath(full, root)
    return full if inside.startswith("..") else Path(inside).as_posix()
