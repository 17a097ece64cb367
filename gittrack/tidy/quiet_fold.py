"""Fold old runs without being asked, in a process in the background; see `record.publish.upkeep`."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout, settings
from gittrack.disk import folders
from gittrack.folding.building import MOST_PARENTS
from gittrack.git import refs
from gittrack.record.publish import upkeep
from gittrack.tidy import fold, fold_plan

OLDER_THAN = 30 * 86400.0
_PATIENCE_SECONDS = 60.0


def run(repo: git.Repo, now: float) -> int:
    """Fold the runs that ended 30 days ago, if more runs than ``track.fold`` have refs.

    Only full thousands are folded, oldest first, so that clones fold the same runs together.  If very many
    refs remain, git writes a commit graph, with which it reads them four times as fast.

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
    folders.keep(upkeep.path(repo.common_dir), b"")
    config = git.parse_config(repo.config().output())
    most = settings.from_config(config).fold
    with_refs = len(refs.now(repo, layout.RUNS))
    if most <= 0 or with_refs <= most:
        return 0
    members = fold_plan.plan(repo, OLDER_THAN, now).members
    whole = members[: len(members) // MOST_PARENTS * MOST_PARENTS]
    done = fold.fold(repo, whole, _PATIENCE_SECONDS)
    if with_refs - done.runs > most:
        repo.read("commit-graph", "write", "--reachable", "--no-progress")
    return done.runs
