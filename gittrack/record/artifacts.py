"""Files that a run leaves behind: copied into the journal when they are named, as they are then."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.layout import check_artifact_name

_CHUNK = 1 << 20


def default_name(path: str) -> str:
    """Return the name an artifact gets: its path where that is relative and plain, else its last part."""
    plain = not os.path.isabs(path) and ".." not in Path(path).parts
    return (
        os.path.normpath(path)
        if plain and path.strip("./")
        else os.path.basename(os.path.abspath(path))
    )


def take(path: str, name: str, target: Path, limit: int) -> Iterator[dict[str, Any]]:
    """Copy a file or folder to ``target``/``name``; yield an entry of outputs.yaml for each file.

    A symlink that stays inside the folder is kept as one.  A file over ``limit`` bytes is not read; its
    entry says ``where: left out``.  Raises TrackError for what is missing, special, or points outside, and
    OSError where it cannot be read or there is no room for the copy.
    """
    name = check_artifact_name(name)
    if not os.path.lexists(path):
        raise TrackError(f"the artifact {path} does not exist", "check the path")
    if os.path.isdir(path):
        yield from _take_folder(path, name, target, limit)
    else:
        yield _take_file(os.path.realpath(path), path, name, target, limit)


def _take_folder(path: str, name: str, target: Path, limit: int) -> Iterator[dict[str, Any]]:
    root = os.path.realpath(path)
    for folder, folders, files in os.walk(root):
        folders.sort()
        links = [item for item in folders if os.path.islink(os.path.join(folder, item))]
        for item in sorted([*files, *links]):
            full = os.path.join(folder, item)
            inner = check_artifact_name(os.path.join(name, os.path.relpath(full, root)))
            if os.path.islink(full):
                yield _take_link(full, root, inner, target)
            else:
                yield _take_file(full, full, inner, target, limit)


def _take_link(path: str, root: str, name: str, target: Path) -> dict[str, Any]:
    link = os.readlink(path)
    real = os.path.realpath(path)
    if os.path.isabs(link) or not real.startswith(root + os.sep):
        raise TrackError(
            f"the artifact {path} is a link that leads outside its folder", "copy the file there"
        )
    place = _place(target, name)
    os.symlink(link, place)
    data = os.fsencode(link)
    digest = hashlib.sha256(data).hexdigest()
    return {"path": name, "size": len(data), "sha256": digest, "where": "git", "link": link}


def _take_file(real: str, shown: str, name: str, target: Path, limit: int) -> dict[str, Any]:
    before = os.stat(real)
    if not stat.S_ISREG(before.st_mode):
        raise TrackError(f"the artifact {shown} is not a regular file", "name a file or folder")
    if before.st_size > limit:
        return {"path": name, "size": before.st_size, "where": "left out"}
    digest, size = hashlib.sha256(), 0
    incoming = target.with_name(f"incoming-{os.urandom(4).hex()}")  # a torn copy never has the name
    try:
        with open(real, "rb") as source, open(incoming, "wb") as copy:
            # A file that grows while it is read is taken up to the limit and no further.
            while size < limit and (chunk := source.read(min(_CHUNK, limit - size))):
                digest.update(chunk)
                copy.write(chunk)
                size += len(chunk)
    except OSError:
        incoming.unlink(missing_ok=True)  # the room of half a copy is better used
        raise
    if before.st_mode & 0o111:
        os.chmod(incoming, 0o755)
    incoming.replace(_place(target, name))
    entry = {"path": name, "size": size, "sha256": digest.hexdigest(), "where": "git"}
    return {**entry, "executable": True} if before.st_mode & stat.S_IXUSR else entry


def _place(target: Path, name: str) -> Path:
    place = target / name
    if place.parent.resolve() != target.resolve() / os.path.dirname(name):
        raise TrackError(f"the artifact {name} would lie below a link", "choose another name")
    place.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(place):
        place.unlink()
    return place
