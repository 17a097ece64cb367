"""What very many runs have, as columns of some thousand runs: from an index, else from decoded runs."""

from __future__ import annotations

from gittrack import git
from gittrack.core.run import commit_message
from gittrack.core.run.commit_message import MISSING
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.index.bulk import run_columns
from gittrack.read.runs.blocks import LazyRuns
from gittrack.read.runs.decoding.many_runs import DamageCount
from gittrack.read.runs.reader import Raw


def of_runs(
    repo: git.Repo, runs: Sequence[Raw], damage: DamageCount
) -> Iterator[Mapping[str, Sequence[Any]]]:
    """Yield the columns of some thousand runs after the other, in the order of the runs.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    runs : sequence of Raw
        The runs; best those that an index answered lazily.
    damage : DamageCount
        Counts the runs that cannot be read.

    Yields
    ------
    mapping
        {column: value of each run}: ``experiment``, ``status``, ``started``, ``params.x``, ``metrics.x``
        (the last value), and others; `MISSING` for a run without one.
    """
    for block, columns in run_columns.in_blocks(runs):
        values, others = columns
        for number, info in zip(others, damage.decoded(repo, _some(block, others)), strict=True):
            for name, value in _cells(info).items():
                if name not in values:
                    values[name] = [MISSING] * len(block)
                values[name][number] = value
        yield values


def _some(runs: Sequence[Raw], numbers: Sequence[int]) -> Sequence[Raw]:
    if isinstance(runs, LazyRuns):
        return runs.only([runs.items[number] for number in numbers])
    return [runs[number] for number in numbers]


def _cells(info: RunInfo) -> dict[str, Any]:
    facts = {"experiment": info.experiment, "status": info.status, "started": info.started}
    params = commit_message.dotted(info.params)
    return {
        **facts,
        **{f"params.{name}": value for name, value in params.items()},
        **{f"metrics.{name}": metric.last for name, metric in info.metrics.items()},
    }
