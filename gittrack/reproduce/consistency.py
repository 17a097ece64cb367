"""Run a recorded run again with other seeds, and compare the means of metrics with those of the original."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from gittrack import git
from gittrack.analysis.statistics import equivalence
from gittrack.analysis.statistics.equivalence import Equivalence
from gittrack.analysis.verdict import FAILED
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.read.runs import query, reader, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import rerun

_SAME = ("python", "packages", "platform", "cpu", "gpu", "blas", "threads")
_VARYING = ("hash_seed",)  # each seed brings its own


class Consistency(NamedTuple):
    """The result for all metrics.

    Attributes
    ----------
    level : str
        CONSISTENT, DIFFERENT, UNKNOWN or FAILED.
    originals, reruns : tuple of RunRecord
        The runs whose values were compared; all reruns that ended, those that failed too.
    metrics : mapping
        The result for each metric; empty for FAILED.
    failed : int
        How many reruns did not finish.
    """

    level: str
    originals: tuple[RunRecord, ...]
    reruns: tuple[RunRecord, ...]
    metrics: Mapping[str, Equivalence]
    failed: int = 0


def check_metrics(run: RunRecord, names: Sequence[str]) -> None:
    """Raise TrackError if the run did not finish or does not have one of the metrics."""
    if not run.info.finished:
        raise TrackError(
            f"the run {run.id} is {run.info.status}, so its metrics are no final values",
            "compare with a finished run",
        )
    for name in names:
        if name not in run.info.metrics:
            remedy = f"its metrics: {', '.join(run.info.metrics) or 'none'}"
            raise TrackError(
                f"the run {run.id} has no metric {name!r}",
                did_you_mean(name, list(run.info.metrics), remedy),
            )


def originals_of(repo: git.Repo, run: RunRecord) -> tuple[RunRecord, ...]:
    """Return the run and its repetitions: finished runs that differ from it only in their seeds.

    They have the same code, command, params, inputs and the same recorded environment.  Reproductions do
    not count, because they are the same measurement again.
    """
    seeds = {run.info.seed}
    originals = [run]
    for raw, info in _same_configuration(repo, run):
        if not (raw.commit and info.finished) or info.reproduces or info.seed in seeds:
            continue
        other = RunRecord(repo, raw)
        if _digests(other) == _digests(run) and _machine(other) == _machine(run):
            seeds.add(info.seed)
            originals.append(other)
    return tuple(originals)


def unused_seeds(repo: git.Repo, run: RunRecord, count: int) -> list[int]:
    """Return the next seeds that no run of this configuration has."""
    used = {info.seed for _, info in _same_configuration(repo, run)}
    start = (run.info.seed if run.info.seed is not None else -1) + 1
    seeds = (seed for seed in range(start, start + count + len(used)) if seed not in used)
    return list(seeds)[:count]


def rerun_with_seeds(
    repo: git.Repo,
    run: RunRecord,
    request: rerun.RerunRequest,
    seeds: Sequence[int],
    say: Callable[[str], None],
) -> list[RunRecord]:
    """Run the run again with each seed, until one is stopped; return the new runs.  Raises Impossible."""
    reruns = []
    for seed in seeds:
        result = rerun.rerun(repo, run, request._replace(seed=seed), say)
        if result.worktree:
            say(f"the worktree of {result.id} is kept in {result.worktree}")
        if result.stopped:
            break
        reruns.append(RunRecord(repo, resolve.resolve(repo, result.id)))
    return reruns


def judge(
    originals: Sequence[RunRecord], reruns: Sequence[RunRecord], margins: Mapping[str, float]
) -> Consistency:
    """Compare the last values of metrics.

    Parameters
    ----------
    originals, reruns : sequence of RunRecord
        The runs.
    margins : mapping
        The margin of each metric.

    Returns
    -------
    Consistency
        FAILED if a rerun did not finish or lacks a metric: the mean of the others would be a selection.
    """
    failed = sum(not _has_metrics(run, margins) for run in reruns)
    if failed:
        return Consistency(FAILED, tuple(originals), tuple(reruns), {}, failed)
    before = [run for run in originals if _has_metrics(run, margins)]
    results = {
        name: equivalence.compare_means(
            [float(run.info.metrics[name].last) for run in before],
            [float(run.info.metrics[name].last) for run in reruns],
            margin,
            metrics=len(margins),
        )
        for name, margin in margins.items()
    }
    return Consistency(equivalence.overall(results), tuple(before), tuple(reruns), results)


def _has_metrics(run: RunRecord, names: Mapping[str, float]) -> bool:
    return run.info.finished and all(name in run.info.metrics for name in names)


def _same_configuration(repo: git.Repo, run: RunRecord) -> list[tuple[reader.Raw, RunInfo]]:
    """Return the other runs with a seed and the same code, command and params except for the seed."""
    listing = query.listing(repo, experiment=run.info.experiment, query="has(seed)")
    runs = [(raw, reader.decode(repo, raw)) for raw in listing.runs if raw.id != run.id]
    identity = rerun.without_seed(run.info)
    return [(raw, info) for raw, info in runs if rerun.without_seed(info) == identity]


def _digests(run: RunRecord) -> set[tuple[str, str]]:
    return {(str(item["path"]), str(item.get("sha256"))) for item in run.inputs}


def _machine(run: RunRecord) -> str:
    facts: dict[str, Any] = {name: run.env.get(name) for name in _SAME}
    python = {k: v for k, v in (run.env.get("python") or {}).items() if k not in _VARYING}
    return json.dumps({**facts, "python": python}, sort_keys=True, default=str)
