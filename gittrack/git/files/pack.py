"""Write very many objects as packs: a loose object of its own costs more than ten times as much.

The objects come into a file without a name, in the format of a pack (gitformat-pack): a header, each object
as its type and size and a zlib stream, and the hash of all of it.  `git index-pack` reads that file, checks
each object, and gives the pack its name when it is on the disk.  So a kill leaves nothing, or a temporary
file of git that `git gc` removes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from itertools import chain

from gittrack import git
from gittrack.core import digests
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.core.standard.typing import BinaryIO
from gittrack.git.objects import NewObject, Store, compressor

_LARGE = 1 << 20  # bytes; such an object becomes a loose one
_MOST_BYTES = 1 << 28  # of the objects of a pack, so that the file without a name needs little room
_KINDS = {b"commit": 1, b"tree": 2, b"blob": 3}


class PackStore(Store):
    """The objects of a repository; the small objects of a batch become packs when it ends.

    An object that the repository has already is not written again.  If git cannot write the pack, the objects
    become loose ones.
    """

    def __init__(self, repo: git.Repo) -> None:
        super().__init__(git.object_store_path(repo), repo.hash_name)
        self.repo = repo
        self._drafts: dict[str, NewObject] | None = None
        self._bytes = 0  # of the drafts
        self._packs: dict[str, list[str]] = {}  # the ids of the objects of each pack, by its path

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """See `Store.batch`; the packs are on the disk before the loose objects of the batch."""
        if self._drafts is not None:
            yield
            return
        self._drafts, self._bytes = {}, 0
        try:
            with super().batch():
                yield
                self._write_pack()
        finally:
            self._drafts = None

    def add(self, oid: str, draft: NewObject) -> None:
        """Write the object with this id, at the end of the batch if it is small."""
        if self._drafts is None or draft.size >= _LARGE or draft.kind not in _KINDS:
            super().add(oid, draft)
            return
        self._bytes += draft.size
        self._drafts[oid] = draft
        if self._bytes >= _MOST_BYTES:
            self._write_pack()

    def missing(self) -> list[str]:
        """Return the written ids that may not exist any more, because their file does not."""
        packed = (oids for path, oids in self._packs.items() if not os.path.exists(path))
        return [*super().missing(), *(oid for oids in packed for oid in oids)]

    def _write_pack(self) -> None:
        """Write the drafts that the repository does not have as one pack."""
        drafts, self._drafts, self._bytes = self._drafts or {}, {}, 0
        absent = self._absent(list(drafts))
        self.written += drafts.keys() - set(absent)
        if not absent:
            return
        try:
            name = write(self.repo, {oid: drafts[oid] for oid in absent})
            self._packs[os.path.join(self.folder, "pack", f"{name}.pack")] = absent
        except git.GitError:  # such as `git prune`, which removes temporary files of others
            for oid in absent:
                super().add(oid, drafts[oid])

    def _absent(self, oids: list[str]) -> list[str]:
        """Return the ids that the repository does not have itself; loose ones that it has stay young."""
        if self._borrows():
            return [oid for oid in oids if not self.freshen(oid)]
        absent = git.missing_objects(self.repo, oids)
        for oid in set(oids).difference(absent):
            self.freshen(oid)
        return absent

    def _borrows(self) -> bool:
        """Return whether git may find objects in another repository, which may remove them."""
        packs = os.path.join(self.folder, "pack")
        names = os.listdir(packs) if os.path.isdir(packs) else []
        is_partial = any(name.endswith(".promisor") for name in names)
        return is_partial or os.path.exists(os.path.join(self.folder, "info", "alternates"))


def write(repo: git.Repo, drafts: Mapping[str, NewObject]) -> str:
    """Write objects as one pack, flush it, and return its name, such as ``pack-1f0c...``.

    Parameters
    ----------
    repo : Repo
        The repository.
    drafts : mapping of str to NewObject
        The objects, by their ids.

    Raises
    ------
    OSError
        If an object cannot be read or has changed, or the disk is full.
    GitError
        If git cannot write the pack.
    """
    with tempfile.TemporaryFile(dir=git.object_store_path(repo)) as file:
        _write_stream(file, drafts, repo.hash_name)
        file.flush()
        file.seek(0)
        index = ("-c", "core.fsync=committed", "index-pack", "--stdin")
        answer = repo.call(*index, feed=os.dup(file.fileno()), shared=True).output()
    return f"pack-{answer.split()[-1].decode()}"


def _write_stream(file: BinaryIO, drafts: Mapping[str, NewObject], hash_name: str) -> None:
    digest = hashlib.new(hash_name, usedforsecurity=False)
    header = b"PACK" + (2).to_bytes(4, "big") + len(drafts).to_bytes(4, "big")
    parts = (_packed(oid, draft, hash_name) for oid, draft in drafts.items())
    for part in chain((header,), parts):
        digest.update(part)
        file.write(part)
    file.write(digest.digest())


def _packed(oid: str, draft: NewObject, hash_name: str) -> bytes:
    """Return an object as it is in a pack."""
    data = b"".join(draft.chunks())
    if digests.of_git(hash_name, draft.header + data).hexdigest() != oid:
        raise OSError("a file changed while it was read")
    first, size = _KINDS[draft.kind] << 4 | draft.size & 15, draft.size >> 4
    head = bytearray()
    while size:
        head.append(first | 128)
        first, size = size & 127, size >> 7
    head.append(first)
    packer = compressor(len(data))
    return bytes(head) + packer.compress(data) + packer.flush()
