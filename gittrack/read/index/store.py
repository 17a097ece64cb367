"""The files of the index: chunks in one file that only grows, and a small file that says which of it holds.

    cache/index              gittrack index 2 <byte order> <crc32 of the rest>LF<the manifest, JSON>
    cache/index-<8 hex>      chunks, one after the other

A writer holds a lock, appends chunks, and then replaces the manifest by renaming a draft.  A kill leaves the
old manifest or the new one; what is behind the last chunk of the manifest is overwritten by the next writer.
Both files may be missing, damaged or deleted at any time: they only save time.
"""

from __future__ import annotations

import os
import stat
import sys
from binascii import crc32

from gittrack.core import layout
from gittrack.core.standard import json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.read.index.chunk import DamagedIndex, Extent, RunChunk

_NAME, _DRAFT, _LOCK = "index", "index.new", "index.lock"
_NOTES = "index.notes"  # see `overlay`
_EARLIER = ("bodies", "bodies.new")  # files of earlier versions
_HEAD = f"gittrack index 2 {sys.byteorder} ".encode()
_WRITE = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST = 1 << 28  # bytes of a manifest


class Manifest(NamedTuple):
    """What the index holds.

    Parameters
    ----------
    data : str
        The name of the file with the chunks.
    extents : tuple of Extent
        The chunks.  The rows of all of them are counted from 0.
    stamp : str
        The state of the refs that are not loose (see `ref_files`) when git listed them; empty if it cannot be
        compared.
    hidden : tuple of str
        The refs that were loose then.  What is packed below them is not known.
    ranges : tuple of (int, int)
        The rows of the listed runs that were not loose, newest first: from, to.
    folded : tuple of (int, int)
        The rows of those runs that are folded.
    archive : mapping
        {ref: id} of the loose refs that decide which folded runs are listed.
    folding : str
        The state of the archive and of the trash when git listed them; empty if there is no archive.
    unread : tuple of str
        The lines of listed runs that are in no chunk.
    unread_folded : tuple of str
        Those of them that are folded.
    others : mapping
        {ref: id} of the refs besides runs that were not loose: the notes, and live runs elsewhere.
    loose_rows : mapping
        {line: row} of loose refs that are in a chunk.
    newest : str
        The id of the newest run in ``ranges``.
    digest : str
        The digest of the lines of the runs in ``ranges``, in the order of their refs; empty if there is an
        archive.
    """

    data: str = ""
    extents: tuple[Extent, ...] = ()
    stamp: str = ""
    hidden: tuple[str, ...] = ()
    ranges: Sequence[tuple[int, int]] = ()
    folded: Sequence[tuple[int, int]] = ()
    archive: Mapping[str, str] = {}
    folding: str = ""
    unread: tuple[str, ...] = ()
    unread_folded: tuple[str, ...] = ()
    others: Mapping[str, str] = {}
    loose_rows: Mapping[str, int] = {}
    newest: str = ""
    digest: str = ""

    @property
    def size(self) -> int:
        """The size of the file of chunks, as far as it holds."""
        return max((extent.start + extent.size for extent in self.extents), default=0)

    @property
    def rows(self) -> int:
        """The number of runs in all chunks."""
        return sum(extent.rows for extent in self.extents)


class Index:
    """An index that is open for reading; several threads may use it."""

    def __init__(self, manifest: Manifest, handle: int) -> None:
        self.manifest = manifest
        self._handle = handle
        self._chunks: list[RunChunk] | None = None

    def __del__(self) -> None:
        os.close(self._handle)

    @property
    def chunks(self) -> Sequence[RunChunk]:
        """The chunks; their tables of contents are read when they are needed first."""
        if self._chunks is None:
            self._chunks = [RunChunk(self._handle, extent) for extent in self.manifest.extents]
        return self._chunks


def load(common_dir: str) -> Index | None:
    """Return the index of a repository; None if there is none that can be used."""
    folder = layout.cache_dir(common_dir)
    try:
        manifest = _manifest(content(f"{folder}/{_NAME}"))
        return Index(manifest, _opened(f"{folder}/{manifest.data}"))
    except (OSError, DamagedIndex):
        return None


def _manifest(content: bytes) -> Manifest:
    head, _, rest = content.partition(b"\n")
    if head + b"\n" != _head(rest):
        raise DamagedIndex("another program or version wrote the index")
    try:
        stored = json.loads(rest)
        extents = tuple(Extent(*map(int, extent)) for extent in stored["extents"])
        return Manifest(**{**stored, "extents": extents})
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedIndex("another program wrote the index") from error


def _head(rest: bytes) -> bytes:
    return b"%s%08x\n" % (_HEAD, crc32(rest))


def content(path: str) -> bytes:
    """Return the content of a file of the index.  Raises OSError, or DamagedIndex for a pipe."""
    with open(_opened(path), "rb", buffering=0) as file:
        return file.read(_MOST)


def _opened(path: str) -> int:
    """Open a file for reading, which must not be a link or a pipe."""
    # NONBLOCK: if the file is a pipe, opening it must not wait.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise DamagedIndex("not a file")
    return handle


class Writer:
    """Begins files of chunks and replaces the manifest, while it holds the lock."""

    def __init__(self, common_dir: str, lock: int) -> None:
        self._folder = layout.cache_dir(common_dir)
        self._lock = lock

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._lock)

    def with_file(self, manifest: Manifest) -> Manifest:
        """Return a manifest that names a file; it gets a new one if it has none."""
        name = manifest.data or f"{_NAME}-{os.urandom(4).hex()}"
        handle = os.open(self.path(name), _WRITE | os.O_CREAT, 0o666)
        try:
            _share(handle, self._folder)
        finally:
            os.close(handle)
        return manifest._replace(data=name)

    def path(self, name: str) -> str:
        """Return the path of a file of chunks."""
        return f"{self._folder}/{name}"

    def publish(self, manifest: Manifest) -> None:
        """Replace the manifest, and delete the files that no manifest names any more."""
        rest = json.dumps(manifest._asdict()).encode()
        draft = f"{self._folder}/{_DRAFT}"
        with open(os.open(draft, _WRITE | os.O_CREAT | os.O_TRUNC, 0o666), "wb") as file:
            _share(file.fileno(), self._folder)
            file.write(_head(rest) + rest)
        os.replace(draft, f"{self._folder}/{_NAME}")
        _remove(self._folder, keeping=(_NAME, _LOCK, _NOTES, manifest.data))


def write(path: str, content: bytes, offset: int) -> None:
    """Write a chunk into a file of chunks.  Only the process that holds the lock does, or lets another."""
    handle = os.open(path, _WRITE)
    try:
        rest, at = memoryview(content), offset
        while rest:
            written = os.pwrite(handle, rest, at)
            rest, at = rest[written:], at + written
    finally:
        os.close(handle)


def _share(handle: int, folder: str) -> None:
    from gittrack.disk import folders  # noqa: PLC0415 - most listings write nothing

    folders.share(handle, folder, 0o664)


def writer(common_dir: str) -> Writer | None:
    """Return a writer; None if another process writes, or if the repository cannot be written."""
    from gittrack.core.errors import TrackError  # noqa: PLC0415 - most listings write nothing
    from gittrack.disk import folders, lock  # noqa: PLC0415 - most listings write nothing

    folder = layout.cache_dir(common_dir)
    try:
        folders.make(folder)
        if os.path.islink(folder) or os.path.islink(f"{folder}/{_LOCK}"):  # to somewhere else
            return None
        handle = lock.acquire(f"{folder}/{_LOCK}")
    except (OSError, TrackError):
        return None
    return None if handle is None else Writer(common_dir, handle)


def forget(common_dir: str) -> None:
    """Delete the index, and the cache of earlier versions; called when runs are deleted for good."""
    _remove(layout.cache_dir(common_dir), keeping=(_LOCK,))


def _remove(folder: str, keeping: Sequence[str]) -> None:
    try:
        names = [] if os.path.islink(folder) else os.listdir(folder)
    except OSError:  # there is none
        return
    for name in names:
        if name in _EARLIER or (name.startswith(_NAME) and name not in keeping):
            _remove_file(f"{folder}/{name}")


def _remove_file(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:  # it does not exist, or the repository is read-only
        return
