"""Put archives together, and make one without some runs: the same in every clone that does the same."""

from __future__ import annotations

from itertools import takewhile

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.folding import building
from gittrack.folding.archive import Archive, Chunk, date_of, is_ancestor, lines, messages
from gittrack.folding.building import Member
from gittrack.git import objects


def rebuilt(repo: git.Repo, store: objects.Store, chunks: Sequence[Chunk]) -> Archive | None:
    """Write new archives that have exactly the runs of some chunks; None for no chunks.

    Raises Damaged if a chunk or the commit of a run cannot be read.
    """
    ordered, now = sorted(chunks), None
    for number, text in enumerate(lines(repo, ordered), 1):
        members = [_member(*pair) for pair in _with_commits(repo, text)]
        now = building.write(store, [now] if now else [], ordered[:number], members)
    return now


def _with_commits(repo: git.Repo, text: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    contents = git.read_objects(repo, [line.partition(" ")[0] for line in text])
    return zip(text, contents, strict=True)


def _member(line: str, content: bytes | None) -> Member:
    oid, _, ref = line.partition(" ")
    parsed, date = layout.parse_run_ref(ref), date_of(content or b"")
    if parsed is None or date is None:
        raise Damaged(
            f"the commit {oid[:12]} of a folded run cannot be read", "see: git track doctor"
        )
    return Member(parsed[1], parsed[0], oid, date, b"")


def merged(repo: git.Repo, store: objects.Store, *archives: Archive) -> Archive:
    """Write an archive of the runs of two; both clones that merge the same two get the same one.

    Chunks that both have stay.  A run with two commits keeps the one that continues the other.

    Raises Damaged if a chunk cannot be read.
    """
    first, second = sorted(archives)
    common = [chunk for chunk in first.chunks if chunk in second.chunks]
    runs: dict[str, tuple[str, bytes]] = {}
    for side in (first, second):
        rest = [chunk for chunk in side.chunks if chunk not in common]
        for text, texts in zip(lines(repo, rest), messages(repo, rest), strict=True):
            for line, message in zip(text, texts, strict=True):
                oid, _, ref = line.partition(" ")
                if ref not in runs or continues(repo, oid, runs[ref][0]):
                    runs[ref] = (oid, message)
    present = {line.partition(" ")[2] for text in lines(repo, common) for line in text}
    rest_refs = sorted(runs.keys() - present, key=lambda ref: (ref[-24:], ref))
    chunks = list(common)
    for start in range(0, len(rest_refs), building.MOST_PARENTS):
        part = rest_refs[start : start + building.MOST_PARENTS]
        text = [f"{runs[ref][0]} {ref}" for ref in part]
        chunks.append(building.stored(store, text, [runs[ref][1] for ref in part]))
    return building.write(store, [first, second], sorted(chunks), [])


def joined(repo: git.Repo, store: objects.Store, chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return chunks of which the last ones, if they are small, are put together.

    Each commit of an archive lists all files of its chunks, so an archive that grows by a hundred runs at a
    time needs larger ones.

    Raises Damaged if a chunk cannot be read.
    """
    half = building.MOST_PARENTS // 2
    small = list(takewhile(lambda chunk: chunk.size <= half, reversed(chunks)))[::-1]
    every, group = list(chunks[: len(chunks) - len(small)]), list[Chunk]()
    for chunk in small:
        group.append(chunk)
        if sum(chunk.size for chunk in group) > half:
            every.append(_one_chunk(repo, store, group))
            group.clear()
    return [*every, *group]


def _one_chunk(repo: git.Repo, store: objects.Store, chunks: Sequence[Chunk]) -> Chunk:
    parts = zip(lines(repo, chunks), messages(repo, chunks), strict=True)
    runs = [pair for part in parts for pair in zip(*part, strict=True)]
    runs.sort(key=lambda run: run[0][-24:])  # oldest first, by id
    return building.stored(store, [line for line, _ in runs], [message for _, message in runs])


def continues(repo: git.Repo, later: str, earlier: str) -> bool:
    """Return whether a commit of a run is a later attempt; if neither is, the larger id counts."""
    if later == earlier:
        return False
    if is_ancestor(repo, earlier, later):
        return True
    return later > earlier and not is_ancestor(repo, later, earlier)


def later_attempts(
    repo: git.Repo, runs: Mapping[str, str], others: Mapping[str, str]
) -> dict[str, str]:
    """Return {ref: commit} of those of some runs of which others are a later attempt.

    Such a ref must not hide the folded attempt: it came before the run was resumed and folded elsewhere.
    """
    return {
        ref: other
        for ref, oid in runs.items()
        if (other := others.get(ref, oid)) != oid and is_ancestor(repo, oid, other)
    }
