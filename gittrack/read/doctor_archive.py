"""Check the archive of folded runs: that it keeps each of its runs alive, and says what their commits say."""

from __future__ import annotations

from collections.abc import Iterator

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.folding import archive

_LOST = "its parents are still all of its runs: see docs/by-hand.md, or fetch it from a remote"
_REWRITE = "make it again: git track gc --unfold; git track gc --fold"


def faults(repo: git.Repo) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) for the archive of a repository."""
    tip = archive.tip(repo)
    if tip is None:
        return
    try:
        folded = archive.read(repo, tip)
    except TrackError as error:
        yield error.message, _LOST
        return
    problem = archive.check(repo, folded)
    if problem:
        yield f"the archive {tip[:12]} of folded runs: {problem}", _LOST
        return
    try:
        different = _first_difference(repo, folded)
    except TrackError as error:
        yield f"the archive {tip[:12]} of folded runs: {error.message}", _REWRITE
        return
    if different:
        yield f"the archive {tip[:12]} has another message of {different} than its commit", _REWRITE


def _first_difference(repo: git.Repo, folded: archive.Archive) -> str | None:
    """Return the ref of a run whose stored message differs from that of its commit."""
    pairs = zip(
        archive.lines(repo, folded.chunks), archive.messages(repo, folded.chunks), strict=True
    )
    for text, messages in pairs:
        commits = git.read_objects(repo, [line.partition(" ")[0] for line in text])
        for line, message, content in zip(text, messages, commits, strict=True):
            if message and content is not None and content.partition(b"\n\n")[2] != message:
                return line.partition(" ")[2]
    return None
