"""Write archives.  Equal runs give an equal archive in every clone."""

from __future__ import annotations

import os
from collections import Counter
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Collection, Sequence
from gittrack.folding.archive import (
    ARCHIVES,
    MESSAGES,
    REFS,
    Archive,
    Chunk,
    lines,
    messages,
)
from gittrack.git import objects

MOST_PARENTS = 1000  # runs; git walks one commit of 100,000 parents slowly
_AUTHOR = "gittrack <gittrack@localhost>"
_LONGEST = 1 << 16  # bytes of a message; a longer one is read from its commit


class Member(NamedTuple):
    """A run that is to be folded: what a chunk has of it, and the time of its commit in seconds."""

    id: str
    experiment: str
    commit: str
    date: int
    message: bytes


def add(store: objects.Store, archive: Archive | None, members: Sequence[Member]) -> Archive:
    """Write an archive that has the runs of an earlier one, and up to 1,000 others.

    Parameters
    ----------
    store : Store
        Where the objects go.
    archive : Archive or None
        The earlier archive.
    members : sequence of Member
        The runs.

    Returns
    -------
    Archive
        The new archive; no ref has it yet.
    """
    ordered = sorted(members)
    chunks = (*(archive.chunks if archive else ()), _chunk(store, ordered))
    return write(store, [archive] if archive else [], sorted(chunks), ordered)


def without(
    repo: git.Repo, store: objects.Store, archive: Archive, outdated: Collection[str]
) -> Archive:
    """Return an archive without the lines of some refs; its commit stays, which has them all as parents.

    Raises Damaged if a chunk cannot be read.
    """
    chunks: list[Chunk] = []
    every = zip(archive.chunks, lines(repo, archive.chunks), strict=True)
    for chunk, text in every:
        rest = [
            number for number, line in enumerate(text) if line.partition(" ")[2] not in outdated
        ]
        if len(rest) == len(text):
            chunks.append(chunk)
        elif rest:
            (texts,) = messages(repo, [chunk])
            chunks.append(stored(store, [text[n] for n in rest], [texts[n] for n in rest]))
    return archive._replace(chunks=tuple(chunks))


def write(
    store: objects.Store,
    archives: Sequence[Archive],
    chunks: Sequence[Chunk],
    members: Sequence[Member],
) -> Archive:
    """Write the commit of an archive, one second after the time of its newest parent.

    With a later time, git would walk all runs at each fetch and push.
    """
    date = max([*(archive.date for archive in archives), *(member.date for member in members)])
    entries = [
        objects.Entry("100644", chunk.name + ending, oid)
        for chunk in chunks
        for ending, oid in ((REFS, chunk.refs), (MESSAGES, chunk.messages))
    ]
    parents = dict.fromkeys([archive.commit for archive in archives])
    parents |= dict.fromkeys(member.commit for member in members)
    message = _message(len(archives), members)
    commit = store.commit(store.tree(entries), parents, _AUTHOR, date + 1, message)
    return Archive(commit, date + 1, tuple(chunks))


def _chunk(store: objects.Store, members: Sequence[Member]) -> Chunk:
    """Write the two files of a chunk."""
    text = [f"{m.commit} {layout.run_ref(m.experiment, m.id)}" for m in members]
    return stored(store, text, [_storable(member.message) for member in members])


def stored(store: objects.Store, text: Sequence[str], texts: Sequence[bytes]) -> Chunk:
    """Write the two files of a chunk: the lines of its runs, oldest first, and their messages."""
    refs = store.blob(os.fsencode("".join(f"{line}\n" for line in text)))
    of_messages = store.blob(b"".join(message + b"\0" for message in texts))
    name = f"{text[0][-24:]}.{text[-1][-24:]}.{len(text)}.{refs[:8]}"
    return Chunk(name, refs, of_messages)


def _storable(message: bytes) -> bytes:
    return b"" if b"\0" in message or len(message) > _LONGEST else message


def _message(archives: int, members: Sequence[Member]) -> str:
    """Return the message of the commit of an archive: how many runs of which experiments it has."""
    if not members:
        return f"merge {archives} archives\n\n{ARCHIVES}{archives}\nruns: 0\n"
    days = [f"{member.id[:4]}-{member.id[4:6]}-{member.id[6:8]}" for member in members]
    period = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    runs = "1 run" if len(members) == 1 else f"{len(members)} runs"
    numbers = Counter(member.experiment for member in members)
    listed = "".join(f"  {name}: {number}\n" for name, number in sorted(numbers.items()))
    return f"archive {runs} of {period}\n\n{ARCHIVES}{archives}\nruns: {len(members)}\n{listed}"
