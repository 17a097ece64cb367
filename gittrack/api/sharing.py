"""Share runs from Python: `gittrack.push` and `gittrack.pull`."""

from __future__ import annotations

import os

from gittrack.api import arguments, repository
from gittrack.api.runs import RunRecord, Runs
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs import resolve
from gittrack.read.runs.reader import Raw
from gittrack.record.run import Run
from gittrack.share import pull as pulling
from gittrack.share import push as pushing
from gittrack.share.choosing import here
from gittrack.share.choosing.options import PullOptions
from gittrack.share.pull import Pulled
from gittrack.share.push import Pushed

Address = str | Run | RunRecord


def push(
    runs: Address | Sequence[Address] | None = None,
    *,
    experiment: str | None = None,
    where: str | None = None,
    sweep: str | None = None,
    model: str | Sequence[str] | None = None,
    everything: bool = False,
    artifacts: bool = True,
    dry_run: bool = False,
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
    sweep : str, optional
        Only the trials of this sweep.
    model : str or sequence of str, optional
        The events of these models, with their runs.
    everything : bool, default False
        Whether runs that came from another remote are sent too.
    artifacts : bool, default True
        Whether large files go with the runs.
    dry_run : bool, default False
        Whether nothing is sent; the result then has what would be sent.
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
        If the remote cannot be reached, if no run has an address, or if ``runs`` comes with a condition.
    """
    git_repo = repository.find(repo)
    models = (model,) if isinstance(model, str) else None if model is None else tuple(model)
    chosen: list[Raw] | None = None if models is None else []
    filters = {"experiment": experiment, "where": where, "sweep": sweep}
    conditions = [name for name, value in filters.items() if value is not None]
    if runs is not None and conditions:
        hint = "pass addresses, or conditions that choose the runs"
        raise TrackError(f"runs and {conditions[0]} do not go together", hint)
    if runs is not None:
        addresses = list(runs) if isinstance(runs, (list, tuple, Runs)) else [runs]
        chosen = [resolve.resolve(git_repo, _address(item)) for item in addresses]
    elif conditions:
        chosen = here.choose(git_repo, experiment=experiment, where=where, sweep=sweep)
    planned = pushing.plan(
        git_repo, chosen, remote=remote, everything=everything, models=models, artifacts=artifacts
    )
    if dry_run:
        ids = tuple(raw.id for raw in planned.runs)
        return Pushed(planned.remote.name, ids, len(planned.sweeps), planned.annotated)
    return pushing.push(git_repo, planned)


def pull(
    runs: str | Sequence[str] | None = None,
    *,
    experiment: str | None = None,
    where: str | None = None,
    sweep: str | None = None,
    limit: int | None = None,
    artifacts: bool = True,
    dry_run: bool = False,
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
    where : str, optional
        Only runs that match this query.
    sweep : str, optional
        Only the trials of this sweep.
    limit : int, optional
        Only this many of the newest runs.  Default: all.
    artifacts : bool, default True
        Whether the large files of new runs come too.
    dry_run : bool, default False
        Whether no run comes; the result then has the runs that would come.
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
    count = arguments.limit(limit)
    choice = PullOptions(ids, experiment, count, artifacts, where, sweep)
    if dry_run:
        return pulling.plan(repository.find(repo), choice, remote=remote)
    return pulling.pull(repository.find(repo), choice, remote=remote)


def _address(item: object) -> str:
    if isinstance(item, (Run, RunRecord)):
        return item.id
    if not isinstance(item, str):
        raise TrackError(
            f"{item!r:.40} is not a run", "pass an address, or what init or get returned"
        )
    return item
