"""Check the archive of folded runs: that it keeps each of its runs alive, and says what their commits say."""

from __future__ import annotations

import shlex

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.standard.collections import Iterator
from gittrack.folding import archive, checking, merging
from gittrack.git import refs

_LOST = "its parents are still all of its runs: see docs/by-hand.md, or fetch it from a remote"
_REWRITE = "make it again: git track gc --unfold; git track gc --fold"


def faults(repo: git.Repo) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) for the archive of a repository."""
    tip = archive.tip(repo)
    if tip is None:
        return
    try:
        folded = archive.read(repo, tip)
        problem = checking.check(repo, folded)
    except archive.NewerArchive as error:
        yield error.message, f"its runs are left unchanged: {error.hint}"
        return
    except Damaged as error:
        yield error.message, _LOST
        return
    except TrackError as error:  # git stops at a damaged object
        yield f"the archive {tip[:12]} of folded runs: {error.message}", _LOST
        return
    if problem:
        yield f"the archive {tip[:12]} of folded runs: {problem}", _LOST
        return
    try:
        different = checking.first_difference(repo, folded.chunks)
    except TrackError as error:
        yield f"the archive {tip[:12]} of folded runs: {error.message}", _REWRITE
        return
    if different:
        yield f"the archive {tip[:12]} has another message of {different} than its commit", _REWRITE
    here = {ref.name: ref.oid for ref in refs.now(repo, layout.RUNS)}
    later = merging.later_attempts(repo, here, archive.commits(repo, folded, here))
    for ref, oid in later.items():
        problem = f"{ref} has an earlier attempt of its run than the archive of folded runs"
        yield problem, f"git update-ref {shlex.quote(ref)} {oid} {here[ref]}"
