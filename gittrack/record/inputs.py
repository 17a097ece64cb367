r"""Fingerprints of data: SHA-256 of a file or of all files of a folder, hashed once.

To compute the digest of a folder by hand, run this in the folder, with LC_ALL=C::

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
        The folder of caches.  Hashes are cached there by size, time stamp and inode.

    Returns
    -------
    dict
        ``path``, ``kind`` (``file`` or ``folder``), ``size`` in bytes, ``sha256``, and for a folder the
        number of ``files``.

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


def _folder(path: str, cache: Path) -> dict[str, Any]:
    hashes = _HashCache(path, cache)
    listing = hashlib.sha256()
    size = count = 0
    for name in sorted(_files(path), key=os.fsencode):
        full = os.path.join(path, name)
        listing.update(f"{hashes.digest(full, name)}  ".encode() + os.fsencode(name) + b"\n")
        size += os.path.getsize(full)
        count += 1
    hashes.save()
    return {"size": size, "files": count, "sha256": listing.hexdigest()}


def _files(root: str) -> Iterator[str]:
    def fail(error: OSError) -> None:
        raise error

    for folder, inner, names in os.walk(root, onerror=fail):
        inner[:] = [name for name in inner if name != ".git"]
        for name in names:
            full = os.path.join(folder, name)
            if os.path.isfile(full):
                yield os.path.relpath(full, root)


class _HashCache:
    """The hashes that earlier calls computed for one input; without the cache they are computed again."""

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
    """Return a path relative to ``root`` if it is inside, otherwise the absolute path."""
    full = os.path.abspath(path)
    inside = os.path.relpath(full, root)
    return full if inside.startswith("..") else Path(inside).as_posix()
