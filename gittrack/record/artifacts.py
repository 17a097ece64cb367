"""Files that a run leaves behind: copied as they are when they are named, to the journal or the store."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.layout import check_artifact_name
from gittrack.disk import copies, folders
from gittrack.disk.content_store import ContentStore, Stored


def default_name(path: str) -> str:
    """Return the name an artifact gets: its path where that is relative and plain, else its last part."""
    plain = not os.path.isabs(path) and ".." not in Path(path).parts
    return (
        os.path.normpath(path)
        if plain and path.strip("./")
        else os.path.basename(os.path.abspath(path))
    )


def copy_in(
    path: str, name: str, target: Path, limit: int, store: ContentStore | None = None
) -> Iterator[dict[str, Any]]:
    """Copy a file or folder to ``target``/``name``; yield an entry of outputs.yaml for each file.

    A symlink that stays inside the folder is kept as one.  A file over ``limit`` bytes goes to the store,
    and its entry says ``where: store``.  What the store does not take is read all the same: its entry says
    ``where: left out``, the digest and the ``reason``.

    Raises
    ------
    TrackError
        For what is missing, special, or points outside.
    OSError
        If a file cannot be read, or if there is no room for the copy of one that is not over the limit.
    """
    name = check_artifact_name(name)
    if not os.path.lexists(path):
        raise TrackError(f"the artifact {path} does not exist", "check the path")
    kept = _Targets(target, limit, store)
    if os.path.isdir(path):
        yield from _take_folder(path, name, kept)
    else:
        yield _take_file(os.path.realpath(path), path, name, kept)


def warning(entry: Mapping[str, Any], kind: str = "artifact") -> str | None:
    """Return what the user should know of a file that did not go into the journal; None for one that did."""
    what = f"the {kind} {entry['path']} is over track.maxArtifactSize"
    if entry["where"] == "store":
        return f"{what}: it is kept in this repository's store, which is not pushed"
    if entry["where"] == "left out":
        return f"{what}: only its digest is recorded, because {entry['reason']}"
    return None


class _Targets(NamedTuple):
    """Where the content of artifacts goes: to a folder of the journal, over a limit to the store."""

    folder: Path
    limit: int
    store: ContentStore | None


def _take_folder(path: str, name: str, targets: _Targets) -> Iterator[dict[str, Any]]:
    root = os.path.realpath(path)
    for folder, subfolders, files in os.walk(root):
        subfolders.sort()
        links = [item for item in subfolders if os.path.islink(os.path.join(folder, item))]
        for item in sorted([*files, *links]):
            full = os.path.join(folder, item)
            inner = check_artifact_name(os.path.join(name, os.path.relpath(full, root)))
            if os.path.islink(full):
                yield _take_link(full, root, inner, targets.folder)
            else:
                yield _take_file(full, full, inner, targets)


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


def _take_file(real: str, shown: str, name: str, targets: _Targets) -> dict[str, Any]:
    before = os.stat(real)
    if not stat.S_ISREG(before.st_mode):
        raise TrackError(f"the artifact {shown} is not a regular file", "name a file or folder")
    with open(real, "rb") as source:
        if before.st_size > targets.limit:
            entry = _large(source, name, before.st_size, targets.store)
        else:
            entry = _small(source, name, before, targets)
    return {**entry, "executable": True} if before.st_mode & stat.S_IXUSR else entry


def _large(source: BinaryIO, name: str, size: int, store: ContentStore | None) -> dict[str, Any]:
    if store is None:
        kept = Stored(*copies.copy(source, None, size), "it is larger than track.maxArtifactSize")
    else:
        kept = store.keep(source)
    entry = {"path": name, "size": kept.size, "sha256": kept.digest}
    if kept.problem:
        return {**entry, "where": "left out", "reason": kept.problem}
    return {**entry, "where": "store"}


def _small(
    source: BinaryIO, name: str, before: os.stat_result, targets: _Targets
) -> dict[str, Any]:
    incoming = targets.folder.with_name(
        f"incoming-{os.urandom(4).hex()}"
    )  # no torn copy has the name
    try:
        with open(incoming, "w+b") as copy:
            # A file that grows while it is read is taken up to the limit and no further.
            digest, size = copies.copy(source, copy, targets.limit)
    except OSError:
        incoming.unlink(missing_ok=True)  # the room of half a copy is better used
        raise
    is_program = before.st_mode & 0o111
    if is_program:
        os.chmod(incoming, 0o755)
    folders.share_file(incoming, 0o775 if is_program else 0o664)
    incoming.replace(_place(targets.folder, name))
    return {"path": name, "size": size, "sha256": digest, "where": "git"}


def _place(target: Path, name: str) -> Path:
    place = target / name
    if place.parent.resolve() != target.resolve() / os.path.dirname(name):
        raise TrackError(f"the artifact {name} would lie below a link", "choose another name")
    folders.make(str(place.parent))
    if os.path.lexists(place):
        place.unlink()
    return place
