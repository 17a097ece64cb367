"""List the runs of a repository: from its refs, from journals, and from the states of live runs elsewhere.

All readers use this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import takewhile

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import annotation_log, run_info
from gittrack.git import notes, refs
from gittrack.read.runs.reader import Raw, bodies, is_damaged

_FEW = 32  # so many new bodies are read from git each time, before the cache is renewed


def list_runs(
    repo: git.Repo, experiment: str | None = None, cached: Mapping[str, bytes] | None = None
) -> list[Raw]:
    """Return all runs, newest first.  Live runs are decoded already.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    experiment : str or None
        Only the runs of this experiment and of those below it: ``cifar`` has ``cifar/resnet``.
    cached : mapping or None
        {commit id: body}; other runs are returned without their body.
    """
    namespaces = (_prefix(experiment), layout.NOTES, layout.TRACKING)
    before = _live_ids(repo)
    listing = refs.below(repo, *namespaces)
    committed = _committed(repo, listing, cached or {})
    live = [*_live_elsewhere(repo, listing), *_live(repo)]
    vanished = set(before).difference(raw.id for raw in live)
    if vanished.difference(raw.id for raw in committed):  # they may have been committed in between
        committed = _committed(repo, refs.now(repo, *namespaces), cached or {})
    return _with_live(committed, live, experiment)


def _committed(
    repo: git.Repo, listing: Iterable[refs.Ref], cached: Mapping[str, bytes]
) -> list[Raw]:
    """Return the runs of a listing of refs, with their annotations."""
    runs, commit_of_notes = [], None
    for ref, oid in listing:
        commit_of_notes = oid if ref == layout.NOTES else commit_of_notes
        parsed = layout.parse_run_ref(ref)
        if parsed is not None:
            problem = None if oid else "its ref has no value"
            runs.append(Raw(parsed[1], parsed[0], ref, oid or None, cached.get(oid), None, problem))
    return annotated(repo, runs, commit_of_notes)


def list_runs_with_summaries(repo: git.Repo, experiment: str | None = None) -> list[Raw]:
    """Return the runs of `list_runs` with their bodies, from a cache that makes this fast.

    Bodies that are not in the cache are read from git.  If these are many, the cache is renewed.
    """
    from gittrack.read.runs import cache  # noqa: PLC0415 - only a reader of all bodies needs it

    cached = cache.load(repo.common_dir)
    runs = list_runs(repo, experiment, cached)
    unread = [raw for raw in runs if raw.body is None and raw.info is None]
    read = {raw.ref: raw for raw in bodies(repo, unread)} if unread else {}
    if read:
        runs = [read.get(raw.ref, raw) if raw.body is None else raw for raw in runs]
    new = sum(raw.body is not None for raw in read.values())
    _renew(repo, runs, cached, new, complete=experiment is None)
    return runs


def _renew(
    repo: git.Repo, runs: list[Raw], cached: Mapping[str, bytes], new: int, *, complete: bool
) -> None:
    """Renew the cache if many bodies are new, or if all runs were listed and cached ones do not exist."""
    count = sum(raw.body is not None for raw in runs)
    is_outdated = complete and count - new < len(cached)
    if is_outdated or new > max(_FEW, len(cached) // 16):
        from gittrack.read.runs import cache  # noqa: PLC0415 - most listings renew nothing

        bodies_now = {str(raw.commit): raw.body for raw in runs if raw.body is not None}
        cache.store(repo.common_dir, bodies_now if complete else {**cached, **bodies_now})


def annotated(repo: git.Repo, raws: list[Raw], commit: str | None) -> list[Raw]:
    """Return the runs with their annotations; ``commit`` has the notes."""
    if not commit:
        return raws
    lines, problem = notes.readable(repo, commit)
    if problem is not None:  # the runs are listed without these annotations
        import logging  # noqa: PLC0415 - only damage and partial clones need it

        remedy = problem.hint or "see: git track doctor"
        message = "warning: names, tags and notes of runs are not complete: %s; %s"
        logging.getLogger("gittrack").warning(message, problem.message, remedy)
    return [
        raw._replace(annotations=annotation_log.parse(lines[raw.commit]))
        if raw.commit in lines
        else raw
        for raw in raws
    ]


def _prefix(experiment: str | None) -> str:
    return layout.RUNS + (f"{layout.check_experiment(experiment)}/" if experiment else "")


def _with_live(committed: list[Raw], live: list[Raw], experiment: str | None) -> list[Raw]:
    """Return the committed and the live runs, newest first.

    A run is identified by its experiment and its id: an interrupted push may leave an id in two experiments.
    """
    if not live:
        return sorted(committed, reverse=True)
    runs = {(raw.id, raw.experiment): raw for raw in committed}
    for raw in live:
        key = (raw.id, raw.experiment)
        inside = experiment is None or f"{raw.experiment}/".startswith(f"{experiment}/")
        is_live_here = raw.info is not None and raw.info.status == run_info.RUNNING
        resumed = key in runs and is_live_here and raw.snapshot is None
        if inside and (key not in runs or resumed):
            runs[key] = raw
    return [runs[key] for key in sorted(runs, reverse=True)]


def _live_elsewhere(repo: git.Repo, listing: Iterable[refs.Ref]) -> list[Raw]:
    """Return the live runs of other machines; their refs are the first ones of a listing."""
    snapshots = list(takewhile(lambda ref: ref.name.startswith(layout.TRACKING), listing))
    if not snapshots:
        return []
    from gittrack.read.runs import live_elsewhere  # noqa: PLC0415 - most repositories have none

    here = set(_live_ids(repo))
    return [raw for raw in live_elsewhere.read(repo, snapshots) if raw.id not in here]


def _live_ids(repo: git.Repo) -> list[str]:
    try:
        return list(filter(layout.is_id, os.listdir(layout.live_dir(repo.common_dir))))
    except FileNotFoundError:
        return []


def _live(repo: git.Repo) -> list[Raw]:
    ids = _live_ids(repo)
    if not ids:
        return []
    folder = layout.live_dir(repo.common_dir)
    from gittrack.read.runs import live  # noqa: PLC0415 - most of the time no run is going on

    infos = live.read_each(repo, (f"{folder}/{run_id}" for run_id in ids))
    return [
        Raw(
            info.id,
            info.experiment,
            info=info,
            problem=info.problem if is_damaged(info) else None,
        )
        for info in infos
        if info
    ]
