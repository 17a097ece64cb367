r"""Fingerprints of data: SHA-256 of a file or of all files of a folder, hashed once.

The digest of a folder can be had by hand, in the folder and with LC_ALL=C::

    find . -type f -printf '%P\\n' | sort | xargs -d '\\n' sha256sum | sha256sum
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.disk import folders

# A file changed again within the clock's tick of its time stamp would look unchanged; git calls such
# entries "racily clean".  What is younger than this when hashed is hashed again next time.
_RACY_NS = 2_000_000_000


def fingerprint(path: str, shown: str, cache: Path) -> dict[str, Any]:
    """Return ``{path, kind, size, files, sha256}`` of a file or folder, ``path`` as ``shown``.

    Hashes are kept below ``cache``, by size, mtime and inode.  Raises TrackError where the path is
    missing, unreadable or neither file nor folder.
    """
    what = kind(path, shown)
    try:
        if what == "folder":
            return {"path": shown, "kind": what, **_folder(path, cache)}
        known = _Known(path, cache)
        size = os.path.getsize(path)
        digest = known.digest(path, "")
        known.save()
        return {"path": shown, "kind": what, "size": size, "sha256": digest}
    except OSError as error:
        raise TrackError(f"the input {shown} cannot be read: {error.strerror}", "check the path")


def kind(path: str, shown: str) -> str:
    """Return ``folder`` or ``file``.  Raises TrackError if ``path`` is neither."""
    if os.path.isdir(path):
        return "folder"
    if os.path.isfile(path):
        return "file"
    what = "is no regular file or folder" if os.path.lexists(path) else "does not exist"
    raise TrackError(f"the input {shown} {what}", "check the path")


def _folder(path: str, cache: Path) -> dict[str, Any]:
    known = _Known(path, cache)
    listing = hashlib.sha256()
    size = count = 0
    for name in sorted(_files(path), key=os.fsencode):
        full = os.path.join(path, name)
        listing.update(f"{known.digest(full, name)}  ".encode() + os.fsencode(name) + b"\n")
        size += os.path.getsize(full)
        count += 1
    known.save()
    return {"size": size, "files": count, "sha256": listing.hexdigest()}


def _files(root: str) -> Iterator[str]:
    def stop(error: OSError) -> None:
        raise error

    for folder, inner, names in os.walk(root, onerror=stop):
        inner[:] = [name for name in inner if name != ".git"]
        for name in names:
            full = os.path.join(folder, name)
            if os.path.isfile(full):
                yield os.path.relpath(full, root)


class _Known:
    """The hashes that were computed for one input before; losing them costs only time."""

    def __init__(self, root: str, cache: Path) -> None:
        name = hashlib.sha256(os.fsencode(os.path.abspath(root))).hexdigest()[:24]
        self.file = cache / "inputs" / f"{name}.json"
        self.fresh: dict[str, list[Any]] = {}
        try:
            self.old: dict[str, list[Any]] = json.loads(self.file.read_bytes())
        except (OSError, ValueError):
            self.old = {}

    def digest(self, path: str, name: str) -> str:
        with open(path, "rb") as file:
            stat = os.fstat(file.fileno())
            mark = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
            old = self.old.get(name)
            if old is not None and old[:3] == mark:
                self.fresh[name] = old
                return str(old[3])
            digest = hashlib.sha256()
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        if time.time_ns() - stat.st_mtime_ns > _RACY_NS:
            self.fresh[name] = [*mark, digest.hexdigest()]
        return digest.hexdigest()

    def save(self) -> None:
        if self.fresh == self.old:
            return
        folders.keep(str(self.file), json.dumps(self.fresh).encode())


def display_path(path: str, root: str) -> str:
    """Return a path relative to the repository's root where it is inside, else absolute."""
    full = os.path.abspath(path)
    inside = os.path.relpath(full, root)
    return full if inside.startswith("..") else Path(inside).as_posix()
