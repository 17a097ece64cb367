r"""Write loose git objects: each file of a run costs one small write, and no process.

The layout is git's own (gitformat-loose-object): ``objects/ab/cdef...`` holds the zlib stream of
``<kind> <size>\\0<content>`` under the hash of these bytes.  An object that exists already gets a new
time stamp, unless its own is younger than a minute: git protects objects from a running prune in the same way
("freshening").
"""

from __future__ import annotations

import os
import time
import zlib

from gittrack.core import digests
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Iterable, Iterator
from gittrack.core.standard.typing import BinaryIO, NamedTuple
from gittrack.disk import flush, folders

_CHUNK = 1 << 20
_FRESH_SECONDS = 60.0
_SMALL = 1 << 12  # bytes
MANY = 1_000  # objects; so many are better in a pack (`gittrack.git.files.pack`), fewer are better loose


def compressor(size: int) -> zlib._Compress:
    """Return a new compressor for the zlib stream of an object of so many bytes.

    By default zlib gets 268 KB of memory, which takes 0.1 ms: longer than to compress a small object, for
    which a window of 4 KB is enough.
    """
    window, memory = (12, 5) if size <= _SMALL else (zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL)
    return zlib.compressobj(1, zlib.DEFLATED, window, memory)


def empty_tree(hash_name: str) -> str:
    """Return the id of the tree without entries, which git has built in."""
    return digests.of_git(hash_name, b"tree 0\0").hexdigest()


class Entry(NamedTuple):
    """One line of a tree; ``mode`` is ``100644``, ``100755``, ``120000`` or ``40000``."""

    mode: str
    name: str
    oid: str


def parse_tree(content: bytes, id_size: int) -> list[Entry]:
    """Return the lines of a tree object; ``id_size`` is the number of bytes of an id."""
    entries, at = [], 0
    while at < len(content):
        space, zero = content.index(b" ", at), content.index(b"\0", at)
        oid = content[zero + 1 : zero + 1 + id_size].hex()
        entries.append(
            Entry(content[at:space].decode(), os.fsdecode(content[space + 1 : zero]), oid)
        )
        at = zero + 1 + id_size
    return entries


class NewObject(NamedTuple):
    """An object that is not written yet; each call of ``chunks`` yields its content."""

    kind: bytes
    size: int
    chunks: Callable[[], Iterator[bytes]]

    @property
    def header(self) -> bytes:
        """The bytes before the content, which are part of what the id is the hash of."""
        return self.kind + b" %d\0" % self.size

    def oid(self, hash_name: str) -> str:
        """Return the id of the object."""
        digest = digests.of_git(hash_name, self.header, self.size)
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()

    def loose(self) -> Iterator[bytes]:
        """Yield the bytes of the file of a loose object."""
        packer = compressor(self.size)
        ready = packer.compress(self.header)
        for chunk in self.chunks():
            ready += packer.compress(chunk)
            if len(ready) > _CHUNK:
                yield ready
                ready = b""
        yield ready + packer.flush()


class Store:
    """The loose objects of a repository.

    Parameters
    ----------
    folder
        The objects folder.
    hash_name
        ``sha1`` or ``sha256``.
    flush
        Whether to flush each object to the disk.

    ``written`` has the ids of all objects that were written, so that `missing` can see a loss.
    """

    def __init__(self, folder: str, hash_name: str, *, flush: bool = True) -> None:
        self.folder = folder
        self.hash_name = hash_name
        self.flush = flush
        self.written: list[str] = []
        self._batch: dict[str, str] | None = None  # temporary files by their targets
        self._flushed_too: list[str] = []

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Flush all objects that are written inside the block together, and then give them their names.

        An object gets its name after it is on the disk, so that a power failure leaves no empty object.
        Inside the block, git cannot read the new objects.  A block inside another one belongs to it.

        Raises
        ------
        OSError
            If the disk is full or cannot be written; no object of the block gets its name then.
        """
        if self._batch is not None:
            yield
            return
        batch: dict[str, str] = {}
        self._batch = batch
        try:
            yield
            if self.flush:
                flush.files([*batch.values(), *self._flushed_too])
            for target, temporary in batch.items():
                with contextlib.suppress(
                    FileNotFoundError
                ):  # removed by `git prune`: see `missing`
                    os.rename(temporary, target)
            batch.clear()
        finally:
            self._batch = None
            self._flushed_too.clear()
            for temporary in batch.values():
                with contextlib.suppress(OSError):  # it has its name
                    os.unlink(temporary)

    def flush_too(self, path: str) -> None:
        """Flush another file together with the objects of this batch: one flush costs less than two."""
        self._flushed_too.append(path)

    def path(self, oid: str) -> str:
        """Return the path of the loose object with this id, which need not exist."""
        return f"{self.folder}/{oid[:2]}/{oid[2:]}"

    def blob(self, data: bytes) -> str:
        """Write a blob and return its id."""
        return self._put(b"blob", len(data), lambda: iter((data,)))

    def blob_of(self, path: str | os.PathLike[str], size: int) -> str:
        """Write the first ``size`` bytes of a file as a blob, in bounded memory; return its id."""

        def chunks() -> Iterator[bytes]:
            remaining = size
            with open(path, "rb", buffering=0) as file:
                while remaining > 0:
                    data = file.read(min(_CHUNK, remaining))
                    if not data:
                        raise OSError("the file became shorter while it was read")
                    remaining -= len(data)
                    yield data

        return self._put(b"blob", size, chunks)

    def tree(self, entries: Iterable[Entry]) -> str:
        """Write a tree and return its id; the entries are sorted into git's order."""

        def order(entry: Entry) -> bytes:
            return os.fsencode(entry.name) + (b"/" if entry.mode == "40000" else b"")

        data = b"".join(
            f"{entry.mode} ".encode() + os.fsencode(entry.name) + b"\0" + bytes.fromhex(entry.oid)
            for entry in sorted(entries, key=order)
        )
        return self._put(b"tree", len(data), lambda: iter((data,)))

    def commit(
        self, tree: str, parents: Iterable[str], author: str, seconds: float, message: str
    ) -> str:
        """Write a commit (same person and UTC moment as author and committer); return its id."""
        when = f"{author} {min(max(int(seconds), 0), 4102444800)} +0000"
        head = [f"tree {tree}", *(f"parent {p}" for p in parents)]
        head += [f"author {when}", f"committer {when}"]
        data = ("\n".join(head) + "\n\n" + message).encode(errors="surrogateescape")
        return self._put(b"commit", len(data), lambda: iter((data,)))

    def keep(self, kind: bytes, data: bytes) -> str:
        """Write an object of any kind and return its id."""
        return self._put(kind, len(data), lambda: iter((data,)))

    def add(self, oid: str, draft: NewObject) -> None:
        """Write the object with this id."""
        self._keep(oid, draft.loose)

    def adopt(self, folder: str) -> None:
        """Copy every loose object below another objects folder into this one."""
        for fan in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if len(fan) != 2:
                continue
            for rest in sorted(os.listdir(os.path.join(folder, fan))):
                if not rest.startswith("tmp_"):
                    with open(os.path.join(folder, fan, rest), "rb") as source:
                        self._keep(fan + rest, lambda source=source: _chunks(source))  # type: ignore[misc]

    def freshen(self, oid: str) -> bool:
        """Give the loose object with this id a new time stamp, as git does: a prune by age has to keep it.

        Returns False if it must be written: it is missing, owned by another user of a shared repository, or
        empty, as a crash of the machine leaves it.
        """
        path = self.path(oid)
        try:
            status = os.stat(path)
            if status.st_mtime < time.time() - _FRESH_SECONDS:
                os.utime(path)
            return status.st_size > 0
        except OSError:
            return False

    def missing(self) -> list[str]:
        """Return the written ids whose loose object does not exist any more."""
        return [oid for oid in self.written if not os.path.exists(self.path(oid))]

    def _put(self, kind: bytes, size: int, chunks: Callable[[], Iterator[bytes]]) -> str:
        draft = NewObject(kind, size, chunks)
        oid = draft.oid(self.hash_name)
        self.add(oid, draft)
        return oid

    def _keep(self, oid: str, chunks: Callable[[], Iterator[bytes]]) -> None:
        self.written.append(oid)
        target = self.path(oid)
        if (self._batch is not None and target in self._batch) or self.freshen(oid):
            return
        for _ in range(20):
            try:
                self._write(target, chunks())
                return
            except FileNotFoundError:  # a gc removed the empty folder meanwhile
                continue
        raise OSError(
            f"another process removes the folder {os.path.dirname(target)} again and again"
        )

    def _write(self, target: str, chunks: Iterator[bytes]) -> None:
        folder = os.path.dirname(target)
        folders.make(folder)
        # Git's own prefix: `git prune` removes the files of killed writers.
        temporary = f"{folder}/tmp_obj_{os.getpid():x}{os.urandom(4).hex()}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        try:
            try:
                folders.share(handle, folder, 0o444)
                for chunk in chunks:
                    _write_all(handle, chunk)
                if self.flush and self._batch is None:
                    os.fsync(handle)
            finally:
                os.close(handle)
            if self._batch is None:
                os.rename(temporary, target)
            else:
                self._batch[target] = temporary
        except BaseException:
            if os.path.exists(temporary):
                os.unlink(temporary)
            raise


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    while data := source.read(_CHUNK):
        yield data
