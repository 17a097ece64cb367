"""Choose runs of this repository to push."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import annotation_log
from gittrack.core.standard.collections import Sequence
from gittrack.folding import presence, visible
from gittrack.git import refs
from gittrack.read.runs import resolve
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.share import remotes
from gittrack.share.choosing import sweeps
from gittrack.share.removals import Removals


def choose(
    repo: git.Repo,
    *,
    experiment: str | None = None,
    where: str | None = None,
    sweep: str | None = None,
) -> list[Raw]:
    """Return the committed runs that fulfil all conditions, the newest first.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    experiment : str, optional
        Only the runs of this experiment and of those below it.
    where : str, optional
        Only the runs that match this query.
    sweep : str, optional
        Only the trials of this sweep, by an address.

    Raises
    ------
    TrackError
        If there is no such experiment or sweep, or if the query cannot be used.
    """
    slug = layout.experiment_slug(experiment) if experiment is not None else None
    sweep_refs = remotes.refs_here(repo, layout.SWEEPS)
    facts = (("sweep.id", sweeps.find(repo, sweep_refs, sweep)),) if sweep is not None else ()
    answer = source_of(repo).select(Request(experiment=slug, query=where, facts=facts))
    if not answer.listed:
        resolve.check_experiment(repo, slug)
    return [raw for raw in answer.runs if raw.commit]


def current(
    every: Sequence[Raw], runs: Sequence[Raw], removed: Removals, *, unattended: bool
) -> list[Raw]:
    """Return runs that a user named as they are now; unattended, one that cannot go stops no other.

    Raises
    ------
    TrackError
        If one of them is not committed, cannot be read, or was removed by somebody.
    """
    newest = {(raw.experiment, raw.id): raw for raw in every}
    chosen = [newest.get((raw.experiment, raw.id), raw) for raw in runs]
    for raw in () if unattended else chosen:
        if not raw.commit or not raw.ref:
            raise TrackError(f"the run {raw.id} is not committed yet", "push it when it has ended")
        if raw.problem:
            raise TrackError(f"the run {raw.id} is damaged: {raw.problem}", "see: git track doctor")
        if raw.ref in removed.runs:
            person = removed.runs[raw.ref].get("by", "somebody")
            hint = "it is never pushed again; record it again without what leaked"
            raise TrackError(f"{person} removed the run {raw.id} everywhere", hint)
        if annotation_log.is_removed(raw.annotations):
            person = (annotation_log.last_move(raw.annotations) or {}).get("by", "somebody")
            hint = (
                f"pull the removal, then take it back: git track pull; git track restore {raw.id}"
            )
            raise TrackError(f"{person} removed the run {raw.id}", hint)
    return chosen


def runs_here(repo: git.Repo) -> dict[str, str]:
    """Return {ref: id} of the runs of this repository, also of folded ones, as they are now."""
    listing = refs.listing(repo, layout.RUNS, layout.ARCHIVE, fresh=True)
    commits = {ref.name: ref.oid for ref in refs.parse(listing)}
    commits.pop(layout.ARCHIVE, None)
    if presence.may_exist(repo, listing):
        lines = (line.partition(" ") for line in visible.lines(repo, listing))
        commits.update((ref, oid) for oid, _, ref in lines)
    return commits
