"""Read runs: `gittrack.runs`, `gittrack.get`, `gittrack.diff` and `gittrack.page`."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack.analysis.differences import RunDiff
from gittrack.api import arguments, repository
from gittrack.api.runs import LazyRecords, RunRecord, Runs
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.read.runs import compare, query, resolve
from gittrack.read.runs.blocks import LazyRuns
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of


def runs(
    experiment: str | None = None,
    *,
    where: str | None = None,
    sort: str | None = None,
    limit: int | None = None,
    archived: bool = False,
    repo: str | os.PathLike[str] | None = None,
) -> Runs:
    """Return the recorded runs.

    Parameters
    ----------
    experiment : str, optional
        Only runs of this experiment and of those below it (``digits/big`` is below ``digits``).
    where : str, optional
        A query, such as ``metrics.val_accuracy > 0.9 and params.lr <= 0.01``.
    sort : str, optional
        A metric, param or fact to sort by; with ``-`` in front the largest value is first.  Default: the
        newest run is first.
    limit : int, optional
        At most this many runs.  Default: all runs.
    archived : bool, default False
        Whether archived runs are listed too.
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.

    Returns
    -------
    Runs
        A sequence with ``.top(metric)``, ``.to_dicts()`` and ``.to_pandas()``.  More than 1,024 runs are
        read when they are needed and not kept, so slice them, or iterate over them once.

    Raises
    ------
    TrackError
        If the query cannot be parsed, or no run has the name to sort by.
    """
    arguments.optional_text(experiment, "the experiment", "experiment='digits'")
    arguments.optional_text(where, "where", "where='loss < 0.1'")
    arguments.optional_text(sort, "sort", "sort='-val_accuracy'")
    experiment = layout.experiment_slug(experiment) if experiment else None
    most = arguments.limit(limit)
    git_repo = repository.find(repo)
    counted = Request(experiment, limit=0, summaries=False)
    if experiment is not None and not source_of(git_repo).select(counted).listed:
        return Runs(())
    listing = query.listing(
        git_repo,
        experiment=experiment,
        sort=sort,
        limit=most,
        query=where,
        archived=archived,
        lazy=True,
    )
    if isinstance(listing.runs, LazyRuns):
        return Runs(LazyRecords(git_repo, listing.runs))
    return Runs(RunRecord(git_repo, raw, fetch=False) for raw in listing.runs)


def get(run: str, *, repo: str | os.PathLike[str] | None = None) -> RunRecord:
    """Return one run.

    Parameters
    ----------
    run : str
        An id or a unique prefix of one, a name, a run commit, ``@`` (the latest run), ``@~2`` (two before
        it), ``<experiment>@`` or ``<model>@<version or stage>``.
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.

    Returns
    -------
    RunRecord

    Raises
    ------
    NoSuchRun
        If no run has the address; the hint has near names.
    AmbiguousRun
        If several runs have it.
    """
    arguments.text(run, "the run", "get('a1b2c3')")
    git_repo = repository.find(repo)
    return RunRecord(git_repo, resolve.resolve(git_repo, run))


def diff(
    a: str | RunRecord, b: str | RunRecord, *, repo: str | os.PathLike[str] | None = None
) -> RunDiff:
    """Return what differs between two runs.

    Parameters
    ----------
    a, b : str or RunRecord
        The runs, or their addresses as for `get`.
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.

    Returns
    -------
    RunDiff
        ``.params``, ``.metrics``, ``.env``, ``.inputs`` and ``.run`` have the changes,
        ``.code`` has the patch.

    Raises
    ------
    TrackError
        As `get`.
    """
    for run in (a, b):
        if not isinstance(run, RunRecord):
            arguments.text(run, "the run", "diff('a1b2c3', 'b2c3d4')")
    git_repo = repository.find(repo)
    first, second = (
        run if isinstance(run, RunRecord) else RunRecord(git_repo, resolve.resolve(git_repo, run))
        for run in (a, b)
    )
    return compare.diff(git_repo, first, second)


def page(
    runs: Iterable[RunRecord] | None = None,
    *,
    file: str | os.PathLike[str],
    include: Sequence[str] = (),
    repo: str | os.PathLike[str] | None = None,
) -> Path:
    """Write runs as a page: one file that shows their table, curves and comparisons in any browser.

    Parameters
    ----------
    runs : iterable of RunRecord, optional
        The runs, such as `gittrack.runs` returns.  Default: all runs that are not archived.
    file : str or path
        The file to write, such as ``runs.html``.
    include : sequence of str, optional
        What it holds besides params, metrics and curves: ``code``, ``log`` (the console), ``env`` (the
        environment, host and user).
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the runs.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    TrackError
        If there are no runs or too many for one file, or if it cannot be written.
    """
    from gittrack.web import one_file  # noqa: PLC0415 - only who asks for a page needs it

    records = None if runs is None else list(runs)
    if records is not None and not records:
        raise TrackError("there are no runs to show", "select others, or record one")
    folder = repo or (records[0].work_tree if records else None)
    fields = {"run": [f"{run.experiment}/{run.id}" for run in records or ()]}
    content = one_file.runs_page(repository.find(folder), fields, include).content
    path = Path(file)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise TrackError(f"cannot write {path}: {error.strerror}", "name another file") from error
    return path
