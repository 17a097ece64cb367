"""The lines of a plain listing, in which all trials of a sweep are one line."""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import FAILED, FINISHED, RUNNING, RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.runs.lookup import Lookup, fact
from gittrack.read.runs.reader import Raw, decode

_PARAM = b"\nparams."


def lines(repo: git.Repo, raws: Sequence[Raw], most: int) -> tuple[list[RunInfo], list[Raw]]:
    """Return the first lines of a listing, and the runs that they contain.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    raws : sequence of Raw
        The runs, in the order of the listing.
    most : int
        The largest number of lines.

    Returns
    -------
    (list of RunInfo, list of Raw)
        A line for each run or sweep, and all runs of these lines. The line of a sweep is at the position of
        its first trial in the list. It has the id of the sweep, the earliest start of its trials, and as
        its status the number of trials and how they ended.
    """
    sweep_of = Lookup(repo, fact("sweep.id"))
    members: dict[str, list[Raw]] = {}
    for raw in raws:
        sweep = sweep_of(raw)
        key = sweep if isinstance(sweep, str) else f"{raw.experiment}/{raw.id}"
        members.setdefault(key, []).append(raw)
    groups = list(members.items())[:most]
    infos = [
        decode(repo, trials[0]) if "/" in key else _line(repo, key, trials)
        for key, trials in groups
    ]
    return infos, [raw for _, trials in groups for raw in trials]


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
    return RunInfo(
        *(sweep_id, trials[0].experiment, ", ".join(words)),
        started=started,
        params=_constant_params(trials),
    )


def _constant_params(trials: Sequence[Raw]) -> dict[str, Any]:
    """Return the params that all committed trials have with one value, so that equal columns are left out.

    The lines of the messages are compared; only the lines that are equal in all of them are decoded.
    """
    constant: set[bytes] | None = None
    for body in (raw.body for raw in trials if raw.body is not None):
        start, last = body.find(_PARAM), body.rfind(_PARAM)
        lines = (
            set(body[start + 1 : body.find(b"\n", last + 1)].split(b"\n")) if start >= 0 else set()
        )
        constant = lines if constant is None else constant & lines
        if not constant:
            return {}
    try:
        return commit_message.decode(b"\n".join(sorted(constant or ())).decode())["params"]
    except (ValueError, TrackError):  # a damaged trial, which is counted as such
        return {}
