"""Spare the user's own git, in a process in the background; see `record.publish.upkeep`."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.standard.collections import Sequence
from gittrack.folding import archive
from gittrack.folding.building import Member
from gittrack.git import refs
from gittrack.read.runs import listing
from gittrack.record.publish import upkeep
from gittrack.tidy import commit_graph, fold, fold_plan

_DAY = 86400.0
_MONTH = 30 * _DAY
_PATIENCE_SECONDS = 60.0


def run(repo: git.Repo, now: float) -> int:
    """Fold old runs if there are more than ``track.fold``, and write a commit graph of many that remain.

    Nothing is folded while a run goes on.

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
    folded = 0
    if not listing.live_ids(repo):
        folded = _fold(repo, settings.from_config(config).fold, len(runs), now)
    if len(runs) > folded:
        rest = refs.now(repo, layout.RUNS) if folded else runs
        commit_graph.write(repo, config, [ref.oid for ref in rest if ref.oid])
    upkeep.note_try(repo)
    return folded


def _fold(repo: git.Repo, most: int, with_refs: int, now: float) -> int:
    """Fold full hundreds, oldest first, so that clones fold the same runs together; return how many runs."""
    if most <= 0 or with_refs + _in_archive(repo) <= most:
        return 0
    members = fold_plan.plan(repo, _DAY, now).members
    chosen = _whole([member for member in members if member.date <= now - _MONTH])
    if with_refs - len(chosen) > upkeep.FEW:
        chosen = _whole(members)
    return fold.fold(repo, chosen, _PATIENCE_SECONDS).runs


def _in_archive(repo: git.Repo) -> int:
    tip = archive.tip(repo)
    return sum(chunk.size for chunk in archive.read(repo, tip).chunks) if tip else 0


def _whole(members: Sequence[Member]) -> Sequence[Member]:
    return members[: len(members) // upkeep.FEW * upkeep.FEW]
