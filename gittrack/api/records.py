"""Read runs: `gittrack.runs`, `gittrack.get` and `gittrack.diff`."""

from __future__ import annotations

import os

from gittrack.analysis.differences import RunDiff
from gittrack.api import arguments, repository
from gittrack.api.runs import RunRecord, Runs
from gittrack.core import layout
from gittrack.read.runs import compare, query, resolve
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
    """Return the recorded runs, newest first or by ``sort``: metric, param or fact, ``-`` for downwards.

    ``where`` is a query such as ``metrics.val_accuracy > 0.9 and params.lr <= 0.01``; archived runs are
    left out unless ``archived``.  The sequence has ``.top(metric)``, ``.to_dicts()`` and ``.to_pandas()``.
    Raises QueryError.
    """
    arguments.optional_text(experiment, "the experiment", "experiment='digits'")
    arguments.optional_text(where, "where", "where='loss < 0.1'")
    arguments.optional_text(sort, "sort", "sort='-val_accuracy'")
    experiment = layout.experiment_slug(experiment) if experiment else None
    most = arguments.limit(limit)
    place = repository.find(repo)
    counted = Request(experiment, limit=0, summaries=False)
    if experiment is not None and not source_of(place).select(counted).listed:
        return Runs(())
    found = query.listing(
        place, experiment=experiment, sort=sort, limit=most, query=where, archived=archived
    )
    return Runs(RunRecord(place, raw, fetch=False) for raw in found.runs)


def get(run: str, *, repo: str | os.PathLike[str] | None = None) -> RunRecord:
    """Return one run by id, unique prefix, name, commit, ``@`` or ``<experiment>@``.

    Raises NoSuchRun or AmbiguousRun.
    """
    arguments.text(run, "the run", "get('a1b2c3')")
    place = repository.find(repo)
    return RunRecord(place, resolve.resolve(place, run))


def diff(
    a: str | RunRecord, b: str | RunRecord, *, repo: str | os.PathLike[str] | None = None
) -> RunDiff:
    """Return what differs between two runs: ``.params .metrics .env .inputs .code``."""
    for run in (a, b):
        if not isinstance(run, RunRecord):
            arguments.text(run, "the run", "diff('a1b2c3', 'b2c3d4')")
    place = repository.find(repo)
    first, second = (
        run if isinstance(run, RunRecord) else RunRecord(place, resolve.resolve(place, run))
        for run in (a, b)
    )
    return compare.diff(place, first, second)
