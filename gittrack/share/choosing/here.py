"""Choose runs of this repository to push."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.read.runs import resolve
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.share import remotes
from gittrack.share.choosing import sweeps


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
