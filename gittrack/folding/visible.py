"""Which folded runs a listing shows: those that neither have a ref nor are in the trash.

A fold makes the archive first and deletes refs afterwards, and a run leaves the trash after it has a ref.  So
the refs of runs are listed first, then the trash, and the archive is read last: no run is missed.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Collection, Iterator, Mapping, Sequence
from gittrack.folding import archive, presence
from gittrack.folding.archive import Chunk
from gittrack.git import refs

_ID_LENGTH = 24


def deciding(repo: git.Repo) -> dict[str, str]:
    """Return {ref: id} of the archive, if there is one, and of the runs in the trash, as they are now."""
    later = {ref.name: ref.oid for ref in refs.now(repo, layout.ARCHIVE, layout.TRASH)}
    tip = presence.loose_tip(repo)
    return {**later, layout.ARCHIVE: tip} if tip else later


def lines(
    repo: git.Repo,
    listing: refs.Listing,
    experiment: str | None = None,
    *,
    decided: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the lines of the folded runs, ``<commit> <ref>``, oldest first.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    listing : refs.Listing
        The refs of the runs, of the experiment if one is given.
    experiment : str or None
        Only the runs of this experiment and of those below it.
    decided : mapping or None
        The answer of `deciding`, if it was called after the refs were listed.

    Raises
    ------
    Damaged, GitError
        If the archive cannot be read.
    """
    later = dict(deciding(repo) if decided is None else decided)
    tip = later.pop(layout.ARCHIVE, "")
    if not tip:
        return []
    chunks = archive.read(repo, tip).chunks
    every = [line for part in archive.lines(repo, chunks) for line in part]
    if experiment is not None:
        inside = f" {layout.RUNS}{experiment}/"
        every = [line for line in every if inside in line]
    newest = max((chunk.newest for chunk in chunks), default="")
    names = (line.partition(" ")[2] for line in listing[0].split("\n")[:-1])
    hidden = {name for name in names if name[-_ID_LENGTH:] <= newest}
    hidden |= {layout.RUNS + name[len(layout.TRASH) :] for name in later}
    hidden |= set(listing[1])
    if hidden:
        every = [line for line in every if line.partition(" ")[2] not in hidden]
    every.sort(key=lambda line: line[-_ID_LENGTH:])
    return every


def commits_of(repo: git.Repo, names: Collection[str]) -> dict[str, str]:
    """Return {ref: commit} of those of some refs that are of folded runs, as they are now.

    Raises Damaged or GitError if the archive cannot be read.
    """
    later = {ref.name: ref.oid for ref in refs.now(repo, layout.ARCHIVE, layout.TRASH, layout.RUNS)}
    tip = later.get(layout.ARCHIVE)
    requested = {
        name
        for name in names
        if name not in later and layout.TRASH + name[len(layout.RUNS) :] not in later
    }
    if not tip or not requested:
        return {}
    ids = sorted(name[-_ID_LENGTH:] for name in requested)
    chunks = [
        chunk
        for chunk in archive.read(repo, tip).chunks
        if chunk.oldest <= ids[-1] and chunk.newest >= ids[0]
    ]
    every = (line.partition(" ") for part in archive.lines(repo, chunks) for line in part)
    return {ref: oid for oid, _, ref in every if ref in requested}


class Messages:
    """The messages of folded runs, from the files of the archive: these are read faster than the commits.

    Parameters
    ----------
    repo : git.Repo
        The repository; the archive that it has now is read.
    """

    def __init__(self, repo: git.Repo) -> None:
        self._repo = repo
        tip = archive.tip(repo)
        self._chunks = archive.read(repo, tip).chunks if tip else ()

    def begin(self, oldest: str, newest: str) -> Callable[[], dict[str, bytes]]:
        """Let git begin to read the chunks that have ids from ``oldest`` to ``newest``.

        The function that is returned waits for the end, and returns {commit: message}.  Messages that the
        archive does not have, and those of a chunk that cannot be read, are left out: the commits have them.
        """
        chunks = [c for c in self._chunks if c.oldest <= newest and c.newest >= oldest]
        names = [oid for chunk in chunks for oid in (chunk.refs, chunk.messages)]
        contents = git.read_objects(self._repo, names)
        return lambda: _messages(chunks, contents)


def _messages(chunks: Sequence[Chunk], contents: Iterator[bytes | None]) -> dict[str, bytes]:
    messages: dict[str, bytes] = {}
    for chunk in chunks:
        try:
            lines_of_chunk = archive.lines_of(chunk, next(contents))
            texts = archive.messages_of(chunk, next(contents))
        except TrackError:
            return messages
        oids = (line.partition(" ")[0] for line in lines_of_chunk)
        messages.update((oid, text) for oid, text in zip(oids, texts, strict=True) if text)
    return messages
