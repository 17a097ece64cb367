"""Spare the user's own git, in a process in the background; see `record.publish.upkeep`."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.standard.collections import Sequence
from gittrack.folding import archive
from gittrack.folding.building import Member
from gittrack.git import refs
from gittrack.read.runs import listing
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.record.publish import upkeep
from gittrack.tidy import commit_graph, fold, fold_plan

_DAY = 86400.0
_MONTH = 30 * _DAY
_SHARE = 1000  # of all runs: a fold, and the index after it, cost time for each of them
_PATIENCE_SECONDS = 60.0
_UNIT = 10  # runs that are folded together; so many of the newest keep refs, which cost git little


def run(repo: git.Repo, now: float) -> int:
    """Fold runs if there are more than ``track.fold``, and write a commit graph for all of them.

    While a run goes on, nothing is folded unless very many runs have refs.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    now : float
        The current time, in seconds since 1970.

    Returns
    -------
    int
        How many runs were folded.

    Raises
    ------
    TrackError
        If a setting cannot be used, if another process folds now, or if the archive cannot be read.
    """
    upkeep.note_try(repo)
    config = git.parse_config(repo.config().output())
    runs = refs.now(repo, layout.RUNS)
    folded = _fold(repo, settings.from_config(config).fold, len(runs), now)
    rest = refs.now(repo, layout.RUNS)
    chain = archive.chain(repo, archive.tip(repo))
    commit_graph.write(repo, config, [ref.oid for ref in rest if ref.oid], chain)
    upkeep.note_try(repo)
    if folded:
        source_of(repo).select(Request(limit=1))  # the next listing finds a large index up to date
    return folded


def _fold(repo: git.Repo, most: int, with_refs: int, now: float) -> int:
    """Fold full units, oldest first, so that clones fold the same runs together; return how many runs."""
    total = with_refs + _in_archive(repo)
    if most <= 0 or total <= most:
        return 0
    chosen: Sequence[Member] = ()
    if not listing.live_ids(repo):
        members = fold_plan.plan(repo, _DAY, now).members
        chosen = _whole([member for member in members if member.date <= now - _MONTH])
        if with_refs - len(chosen) > _UNIT:
            chosen = _whole(members)
    if with_refs - len(chosen) >= _UNIT + max(upkeep.MANY, total // _SHARE):
        chosen = _whole(_without_newest(fold_plan.plan(repo, 0, now).members))
    return fold.fold(repo, chosen, _PATIENCE_SECONDS).runs


def _in_archive(repo: git.Repo) -> int:
    tip = archive.tip(repo)
    return sum(chunk.size for chunk in archive.read(repo, tip).chunks) if tip else 0


def _without_newest(members: Sequence[Member]) -> Sequence[Member]:
    """Return all but the runs that ended last.

    Who has just recorded a run may read its ref, and a pull of the newest runs needs no archive.
    """
    by_end = sorted(members, key=lambda member: (member.date, member.id))
    return sorted(by_end[:-_UNIT])


def _whole(members: Sequence[Member]) -> Sequence[Member]:
    return members[: len(members) // _UNIT * _UNIT]
