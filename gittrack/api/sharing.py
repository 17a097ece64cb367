"""Share runs from Python: `gittrack.push` and `gittrack.pull`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gittrack.api import arguments, repository
from gittrack.api.runs import RunRecord, Runs
from gittrack.core.errors import TrackError
from gittrack.read.runs import query, resolve
from gittrack.record.run import Run
from gittrack.share import pull as pulling
from gittrack.share import push as pushing
from gittrack.share.pull import Pulled, PullOptions
from gittrack.share.push import Pushed

Address = str | Run | RunRecord


def push(
    runs: Address | Sequence[Address] | None = None,
    *,
    experiment: str | None = None,
    where: str | None = None,
    remote: str | None = None,
    repo: str | os.PathLike[str] | None = None,
) -> Pushed:
    """Send runs to a git remote, with their code, annotations, sweeps and models.

    Parameters
    ----------
    runs : str, Run, RunRecord or a sequence of these, optional
        Only these runs; a text is an address as for `gittrack.get`.  Default: all runs that were recorded
        here, with sweeps and models.
    experiment : str, optional
        Only runs of this experiment and of those below it.
    where : str, optional
        Only runs that match this query.
    remote : str, optional
        The name of the remote.  Default: ``git config track.remote``, else ``origin``, else the only one.
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.

    Returns
    -------
    Pushed
        What the remote took (``runs``, ``models``), and what it ``refused`` with the reason.

    Raises
    ------
    TrackError
        If the remote cannot be reached, or if no run has an address.
    """
    git_repo = repository.find(repo)
    chosen = None
    if runs is not None:
        addresses = list(runs) if isinstance(runs, (list, tuple, Runs)) else [runs]
        chosen = [resolve.resolve(git_repo, _address(item)) for item in addresses]
    elif experiment or where:
        listing = query.listing(git_repo, experiment=experiment, query=where, archived=True)
        chosen = listing.runs
    return pushing.push(git_repo, pushing.plan(git_repo, chosen, remote=remote))


def pull(
    runs: str | Sequence[str] | None = None,
    *,
    experiment: str | None = None,
    limit: int | None = None,
    remote: str | None = None,
    repo: str | os.PathLike[str] | None = None,
) -> Pulled:
    """Bring runs, annotations, sweeps and models of a git remote here.

    Nothing is overwritten.  Runs that others removed move to the trash, if they are at most 20.

    Parameters
    ----------
    runs : str or sequence of str, optional
        Only the runs with these ids.  Default: all runs.
    experiment : str, optional
        Only runs of this experiment and of those below it.
    limit : int, optional
        Only this many of the newest runs.  Default: all.
    remote : str, optional
        The name of the remote.  Default: ``git config track.remote``, else ``origin``, else the only one.
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.

    Returns
    -------
    Pulled
        What came (``new``, ``resumed``, ``models``), what was ``removed`` by others, and ``conflicts``.

    Raises
    ------
    TrackError
        If the remote cannot be reached, or if it has no run with an id.
    """
    arguments.optional_text(experiment, "the experiment", "experiment='digits'")
    ids = (runs,) if isinstance(runs, str) else tuple(runs or ())
    choice = PullOptions(ids, experiment, arguments.limit(limit))
    return pulling.pull(repository.find(repo), choice, remote=remote)


def _address(item: object) -> str:
    if isinstance(item, (Run, RunRecord)):
        return item.id
    if not isinstance(item, str):
        raise TrackError(
            f"{item!r:.40} is not a run", "pass an address, or what init or get returned"
        )
    return item
