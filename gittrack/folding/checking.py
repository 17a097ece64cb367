"""Check an archive that somebody else made, or that a disk may have damaged."""

from __future__ import annotations

import heapq
from itertools import pairwise

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.standard.collections import Sequence, Set
from gittrack.core.standard.functools import lru_cache
from gittrack.folding.archive import Archive, Chunk, lines, messages, parents


def check(repo: git.Repo, archive: Archive) -> str:
    """Return what is wrong with an archive that somebody else may have made; empty if it is sound.

    Each line must name a run, once, and a commit that is a parent of an archive.  A chunk has its runs in
    the order of their ids.
    """
    chunks = sorted(archive.chunks)  # the oldest first
    # The chunks whose ids reach to those of the next one, and all of their refs: else, a remote with many
    # chunks of the same time could keep this process busy for hours.
    reaching: list[tuple[str, str, set[str]]] = []
    earlier: set[str] = set()
    try:
        members = parents(repo, archive)
        for chunk, part in zip(chunks, lines(repo, chunks), strict=True):
            while reaching and reaching[0][0] < chunk.oldest:
                earlier -= heapq.heappop(reaching)[2]
            here = {line.partition(" ")[2] for line in part}
            problem = _problem(part, members)
            if not problem and (len(here) < len(part) or not earlier.isdisjoint(here)):
                problem = "it has a run twice"
            if problem:
                return problem
            earlier |= here
            heapq.heappush(reaching, (chunk.newest, chunk.name, here))
    except Damaged as error:
        return error.message
    return ""


def _problem(part: Sequence[str], members: Set[str]) -> str:
    """Return what is wrong with the lines of a chunk of an archive that has some parents."""
    if any(line[-24:] > after[-24:] for line, after in pairwise(part)):
        return "its runs are not in order"
    for oid, _, ref in (line.partition(" ") for line in part):
        if not _is_run_ref(ref):
            return f"it has {ref!r:.80}, which is not the ref of a run"
        if oid not in members:
            return f"the commit {oid[:12]!r} of {ref} is not one of its parents"
    return ""


def names_run(line: str) -> bool:
    """Return whether a line of a chunk has the id of a commit and the ref of a run, and nothing else."""
    oid, _, ref = line.partition(" ")
    return len(oid) in (40, 64) and not oid.strip("0123456789abcdef") and _is_run_ref(ref)


def _is_run_ref(ref: str) -> bool:
    parsed = layout.parse_run_ref(ref)
    return parsed is not None and _is_experiment(parsed[0])


@lru_cache(1000)  # of many runs
def _is_experiment(name: str) -> bool:
    try:
        return layout.check_experiment(name) != ""
    except TrackError:
        return False


def first_difference(repo: git.Repo, chunks: Sequence[Chunk]) -> str | None:
    """Return the ref of a run whose stored message is not that of its commit; None if there is none.

    Raises Damaged if a chunk cannot be read.
    """
    for text, texts in zip(lines(repo, chunks), messages(repo, chunks), strict=True):
        commits = git.read_objects(repo, [line.partition(" ")[0] for line in text])
        for line, message, content in zip(text, texts, commits, strict=True):
            if message and content is not None and content.partition(b"\n\n")[2] != message:
                return line.partition(" ")[2]
    return None
