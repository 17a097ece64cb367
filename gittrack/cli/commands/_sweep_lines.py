"""The lines of a plain listing: a run is one line, and so is a sweep with all its trials."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git
from gittrack.core.run.run_info import FAILED, FINISHED, RUNNING, RunInfo
from gittrack.read.runs.lookup import Lookup, fact
from gittrack.read.runs.reader import Raw, decode


def has_trials(repo: git.Repo, raws: Sequence[Raw]) -> bool:
    """Return whether any of the runs is a trial of a sweep."""
    sweep_of = Lookup(repo, fact("sweep.id"))
    return any(isinstance(sweep_of(raw), str) for raw in raws)


def lines(repo: git.Repo, raws: Sequence[Raw], most: int) -> tuple[list[RunInfo], list[Raw]]:
    """Return the first ``most`` lines, and the runs that they stand for.

    The line of a sweep is where its first trial in the list is.  It has the id of the sweep, the number of
    trials and how they ended as its status, and the start of its first trial.
    """
    sweep_of = Lookup(repo, fact("sweep.id"))
    members: dict[str, list[Raw]] = {}
    for raw in raws:
        sweep = sweep_of(raw)
        key = sweep if isinstance(sweep, str) else f"{raw.experiment}/{raw.id}"
        members.setdefault(key, []).append(raw)
    shown = list(members.items())[:most]
    infos = [
        decode(repo, trials[0]) if "/" in key else _line(repo, key, trials) for key, trials in shown
    ]
    return infos, [raw for _, trials in shown for raw in trials]


def _line(repo: git.Repo, sweep_id: str, trials: Sequence[Raw]) -> RunInfo:
    status_of, start_of = Lookup(repo, fact("status")), Lookup(repo, fact("started"))
    statuses = [str(status_of(raw)) for raw in trials]
    counts = {status: statuses.count(status) for status in dict.fromkeys(statuses)}
    order = {RUNNING: 0, FAILED: 1}
    others = sorted(counts.keys() - {FINISHED}, key=lambda status: (order.get(status, 2), status))
    words = ["sweep: 1 trial" if len(trials) == 1 else f"sweep: {len(trials)} trials"]
    words += [f"{counts[status]} {status}" for status in others]
    starts = [start for raw in trials if isinstance(start := start_of(raw), str)]
    started = min(starts, default=None)
    return RunInfo(sweep_id, trials[0].experiment, ", ".join(words), started=started)
