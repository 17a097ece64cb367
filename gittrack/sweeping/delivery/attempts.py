"""The attempts of a trial that were ended from outside, from which the next one may continue."""

from __future__ import annotations

from gittrack import git
from gittrack.core.run.run_info import RunInfo
from gittrack.sweeping import state


def interrupted(repo: git.Repo, sweep_id: str, key: str) -> list[RunInfo]:
    """Return the attempts of a trial that were ended from outside, as far as they are in this repository."""
    return [
        info
        for info in state.runs(repo, sweep_id)
        if info.sweep is not None and info.sweep.trial == key and is_interrupted(info)
    ]


def is_interrupted(info: RunInfo) -> bool:
    """Return whether a run is an attempt that does not count and was ended from outside."""
    return info.sweep is not None and info.sweep.order is None and state.can_continue(info)
