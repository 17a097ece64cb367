"""Artifacts: files that a run produces, copied to the journal or the store at the moment of the call."""

from __future__ import annotations

import errno
import os
import stat

from gittrack.core import digests
from gittrack.core.errors import TrackError
from gittrack.core.layout import check_artifact_name
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, BinaryIO, NamedTuple
from gittrack.disk import copies, folders
from gittrack.disk.content_store import ContentStore, Stored

# track.maxArtifactSize, track.maxStoreSize and track.maxMediaSize, in bytes
LIMITS = "GITTRACK_ARTIFACT_LIMITS"
_INCOMING = "incoming-"
_LEFT_OUT = "left out"


class Limits(NamedTuple):
    """The size over which a file goes to the store, the total of all media in git, and the store."""

    file: int
    media: int
    store: ContentStore


class Unusable(TrackError):
    """A file cannot be an artifact; ``reason`` says why: "it is not a regular file"."""

    def __init__(self, path: str, reason: str, hint: str) -> None:
        super().__init__(f"the artifact {path} {reason}", hint)
        self.reason = f"it {reason}"


def default_name(path: str) -> str:
    """Return the default name of an artifact: a relative path without ``..``, otherwise its last part."""
    plain = not os.path.isabs(path) and ".." not in path.split(os.sep)
    return (
        os.path.normpath(path)
        if plain and path.strip("./")
        else os.path.basename(os.path.abspath(path))
    )


def copy_in(
    path: str,
    name: str,
    target: Path,
    limit: int,
    store: ContentStore | None = None,
    began: os.stat_result | None = None,
    *,
    strict: bool = True,
) -> Iterator[dict[str, Any]]:
    """Copy a file or folder into the journal, and large files into the store.

    A symbolic link that stays inside the folder is copied as a link.

    A copy is complete beside ``target`` when its entry is yielded, and gets its name when the caller asks for
    the next entry: it writes the entry to the journal in between.  So a kill never leaves an entry without
    its content, and an earlier file of that name stays until the new entry is written (see `settle`).

    Parameters
    ----------
    path : str
        The file or folder.
    name : str
        The name of the artifact.
    target : Path
        The folder of the journal for artifacts; the copy gets the path ``target``/``name``.
    limit : int
        The size in bytes over which a file goes to the store.
    store : ContentStore, optional
        The store.  Without a store only the digest of a large file is recorded.
    began : os.stat_result, optional
        The status of a file that was written when the run began, to see which files are older.
    strict : bool, default True
        Whether a special file, or a link that leads outside the folder, is an error.  If not, its entry is
        left out, without size and digest.

    Yields
    ------
    dict
        An entry of outputs.yaml for each file.  ``where`` is ``git``, ``store`` or ``left out``; an entry
        that is left out has the ``reason``.  A file that was there before the run, and was not written
        since, is ``unwritten``.

    Raises
    ------
    TrackError
        If the path does not exist.  Unusable, with ``strict``, for a special file or a link that leads
        outside the folder.
    OSError
        If a file cannot be read, or if the disk has no room for a file that is not over the limit.
    """
    name = check_artifact_name(name)
    if not os.path.lexists(path):
        raise TrackError(f"the artifact {path} does not exist", "check the path")
    targets = _Targets(str(target), limit, store, began, strict)
    if os.path.isdir(path):
        yield from _copy_folder(path, name, targets)
    else:
        yield from _usable(_copy_file(os.path.realpath(path), path, name, targets), name, targets)


def warning(entry: Mapping[str, Any], kind: str = "artifact") -> str | None:
    """Return a warning about a file that is not in git: it is in the store, or only its digest is recorded.

    None for a file that goes into git.  ``kind`` is the word for the file in the message.
    """
    if entry["where"] == _LEFT_OUT and "sha256" not in entry:
        return f"the {kind} {entry['path']} is not stored, because {entry['reason']}"
    problem = f"the {kind} {entry['path']} is over track.maxArtifactSize"
    if entry["where"] == "store":
        return f"{problem}: it is kept in this repository's store, and not in git"
    if entry["where"] == _LEFT_OUT:
        return f"{problem}: only its digest is recorded, because {entry['reason']}"
    return None


def unwritten_warning(names: Sequence[str]) -> str | None:
    """Return a warning about outputs that the run did not write; None without any."""
    if not names:
        return None
    more = f" and {len(names) - 1} more outputs were" if len(names) > 1 else " was"
    return f"{names[0]}{more} not written by the run: no evidence that it can be reproduced"


class _Targets(NamedTuple):
    """The destinations of artifacts: a folder of the journal, and the store for files over the limit."""

    folder: str
    limit: int
    store: ContentStore | None
    began: os.stat_result | None
    strict: bool = True

    def marks(self, status: os.stat_result) -> dict[str, bool]:
        """Return the marks of a file: ``unwritten`` if it has not changed since the run began.

        No program can set the ctime of a file.  Clocks of two file systems do not compare.
        """
        began = self.began
        if began is None or status.st_dev != began.st_dev:
            return {}
        return {"unwritten": True} if status.st_ctime_ns < began.st_mtime_ns else {}


def _copy_folder(path: str, name: str, targets: _Targets) -> Iterator[dict[str, Any]]:
    root = os.path.realpath(path)
    for folder, subfolders, files in os.walk(root):
        subfolders.sort()
        below = os.path.join(name, os.path.relpath(folder, root))
        links = [item for item in subfolders if os.path.islink(os.path.join(folder, item))]
        for item in sorted([*files, *links]):
            full = os.path.join(folder, item)
            inner = check_artifact_name(os.path.join(below, item))
            if os.path.islink(full):
                yield from _usable(_copy_link(full, root, inner, targets), inner, targets)
            else:
                yield from _usable(_copy_file(full, full, inner, targets), inner, targets)


def _usable(
    entries: Iterator[dict[str, Any]], name: str, targets: _Targets
) -> Iterator[dict[str, Any]]:
    """Yield the entries of a file, or one without its content if it cannot be an artifact."""
    try:
        yield from entries
    except Unusable as error:
        if targets.strict:
            raise
        yield {"path": name, "where": _LEFT_OUT, "reason": error.reason}


def _copy_link(path: str, root: str, name: str, targets: _Targets) -> Iterator[dict[str, Any]]:
    link = os.readlink(path)
    real = os.path.realpath(path)
    if os.path.isabs(link) or not real.startswith(root + os.sep):
        raise Unusable(path, "is a link that leads outside its folder", "copy the file there")
    data = os.fsencode(link)
    digest = digests.sha256(data).hexdigest()
    incoming = _beside(targets.folder, os.urandom(4).hex())
    os.symlink(link, incoming)
    entry = {"path": name, "size": len(data), "sha256": digest, "where": "git", "link": link}
    entry |= targets.marks(os.lstat(path))
    yield from _named_after(entry, incoming, targets.folder)


def _copy_file(
    real: str, display_path: str, name: str, targets: _Targets
) -> Iterator[dict[str, Any]]:
    before = os.stat(real)
    if not stat.S_ISREG(before.st_mode):
        raise Unusable(display_path, "is not a regular file", "pass a file or a folder")
    marks = {"executable": True} if before.st_mode & stat.S_IXUSR else {}
    marks |= targets.marks(before)
    with open(real, "rb") as source:
        if before.st_size > targets.limit:
            yield {**_store_large(source, name, before.st_size, targets.store), **marks}
            return
        incoming, digest, size = _copy_small(source, before, targets)
    entry = {"path": name, "size": size, "sha256": digest, "where": "git", **marks}
    yield from _named_after(entry, incoming, targets.folder)


def _store_large(
    source: BinaryIO, name: str, size: int, store: ContentStore | None
) -> dict[str, Any]:
    if store is None:
        stored = Stored(*copies.copy(source, None, size), "it is larger than track.maxArtifactSize")
    else:
        stored = store.keep(source)
    entry = {"path": name, "size": stored.size, "sha256": stored.digest}
    if stored.problem:
        return {**entry, "where": _LEFT_OUT, "reason": stored.problem}
    return {**entry, "where": "store"}


def _copy_small(
    source: BinaryIO, before: os.stat_result, targets: _Targets
) -> tuple[str, str, int]:
    """Copy a file beside the folder of the artifacts; return the copy, its SHA-256 and its size."""
    incoming = _beside(targets.folder, os.urandom(4).hex())
    is_program = before.st_mode & 0o111
    try:
        with open(incoming, "w+b") as copy:
            # If the file grows during the copy, the copy ends at the limit.
            digest, size = copies.copy(source, copy, targets.limit)
            if is_program:
                os.fchmod(copy.fileno(), 0o755)
            journal = os.path.dirname(targets.folder)
            folders.share(copy.fileno(), journal, 0o775 if is_program else 0o664)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(incoming)  # frees the room of the incomplete copy
        raise
    return incoming, digest, size


def _beside(folder: str, name: str) -> str:
    """Return the path of a copy that does not have its name among the artifacts yet."""
    return os.path.join(os.path.dirname(folder), f"{_INCOMING}{name}")


def _named_after(entry: dict[str, Any], incoming: str, folder: str) -> Iterator[dict[str, Any]]:
    """Yield an entry whose content is at ``incoming``; then move the content to its name."""
    waiting = _waiting(folder, entry)
    try:
        target = _target(folder, entry["path"])
        os.replace(incoming, waiting)
        yield entry
    except BaseException:  # the entry was not written, so nothing names this content
        for path in (incoming, waiting):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        raise
    with contextlib.suppress(FileNotFoundError):  # another process has logged the same and moved it
        os.replace(waiting, target)


def _waiting(folder: str, entry: Mapping[str, Any]) -> str:
    """Return where the content of an entry is between its completion and its last move."""
    key = digests.sha256(f"{entry['sha256']} {entry['path']}".encode("utf-8", "surrogatepass"))
    return _beside(folder, key.hexdigest()[:32])


def settle(folder: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Finish the last move of artifacts whose process was killed after it had written their entries."""
    names = os.listdir(folder.parent)
    waiting = {str(folder.parent / name) for name in names if name.startswith(_INCOMING)}
    for entry in entries if waiting else ():
        path = _waiting(str(folder), entry)
        if entry.get("where") == "git" and path in waiting:
            os.replace(path, _target(str(folder), entry["path"]))


def _target(folder: str, name: str) -> str:
    """Return the path of an artifact in the journal; the folders on the way are made."""
    above = folder
    for part in name.split("/")[:-1]:
        above = os.path.join(above, part)
        if os.path.islink(above):
            raise TrackError(
                f"the artifact {name} would be written through a link", "choose another name"
            )
    folders.make(above)
    target = os.path.join(folder, name)
    if os.path.isdir(target) and not os.path.islink(target):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), target)
    return target
