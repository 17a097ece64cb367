"""Runs meet in one repository, on a file system that all machines share.

What a worker needs there is in the working directory of the sweep (`sweeping/workdir.py`):

    token       a random text: a worker that reads it there shares the file system
    control     ``run``, or ``end`` if every trial must end.  It exists before a worker looks: a network file
                system may hide a new file for a minute, but not the new content of a file that is opened
    remote      the git remote on which runs meet, if they do not meet in the repository
    workers/    a folder for each worker that joined, with its messages (see `channel.Files`)
"""

from __future__ import annotations

import os
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Collection, Mapping
from gittrack.disk import folders
from gittrack.engines.task import Location
from gittrack.sweeping.delivery import attempts, new_runs, results
from gittrack.sweeping.delivery.results import Delivery

WORKERS = "workers"
_TOKEN, _CONTROL, _REMOTE = "token", "control", "remote"
_RUN, _END = "run", "end"


def open_to_workers(repo: git.Repo, sweep_id: str) -> Location:
    """Write what workers look for, and return where they find it."""
    folder = Path(layout.sweep_dir(repo.common_dir, sweep_id))
    folders.make(str(folder / WORKERS))
    token = _text(folder / _TOKEN)
    if not token:  # an earlier process may have workers that still run trials
        token = os.urandom(16).hex()
        _write(folder / _TOKEN, token)
    set_ending(repo.common_dir, sweep_id, ending=False)
    return Location(repo.work_tree or repo.common_dir, repo.common_dir, token)


def is_here(location: Location, sweep_id: str) -> bool:
    """Return whether this machine shares the file system of a location."""
    folder = Path(layout.sweep_dir(location.common_dir, sweep_id))
    return bool(location.token) and _text(folder / _TOKEN) == location.token


def is_open(common_dir: str, sweep_id: str) -> bool:
    """Return whether a process opened a sweep to workers, and did not close it: it runs, or was killed."""
    return bool(_text(Path(layout.sweep_dir(common_dir, sweep_id)) / _TOKEN))


def close_to_workers(common_dir: str, sweep_id: str) -> None:
    """Let nobody join until the next process with an engine: one without an engine would give no trials."""
    with contextlib.suppress(OSError):
        (Path(layout.sweep_dir(common_dir, sweep_id)) / _TOKEN).unlink()


def note_remote(common_dir: str, sweep_id: str, name: str) -> None:
    """Note the git remote on which the runs of a sweep meet; empty: in this repository."""
    _write(Path(layout.sweep_dir(common_dir, sweep_id)) / _REMOTE, name)


def remote_of(common_dir: str, sweep_id: str) -> str:
    """Return the git remote on which the runs of a sweep meet, as its last process here noted it."""
    return _text(Path(layout.sweep_dir(common_dir, sweep_id)) / _REMOTE)


def set_ending(common_dir: str, sweep_id: str, *, ending: bool) -> None:
    """Ask all workers to end their trials, or not any more."""
    path = Path(layout.sweep_dir(common_dir, sweep_id)) / _CONTROL
    path.write_text(_END if ending else _RUN)  # the same file: see above


def is_ending(common_dir: str, sweep_id: str) -> bool:
    """Return whether workers must end their trials."""
    return _text(Path(layout.sweep_dir(common_dir, sweep_id)) / _CONTROL) == _END


class SharedRepository:
    """The repository in which the runs of a sweep meet, for its workers and for its own process.

    Parameters
    ----------
    repo : git.Repo
        The shared repository.
    sweep_id : str
        The sweep.
    """

    def __init__(self, repo: git.Repo, sweep_id: str) -> None:
        self.repo, self.sweep_id = repo, sweep_id
        self.results = layout.result_ref(sweep_id, "")

    def is_ending(self) -> bool:
        """Return whether running trials must end."""
        return is_ending(self.repo.common_dir, self.sweep_id)

    def deliver(self, info: RunInfo, *, counts: bool) -> bool:
        """Deliver a run; return False if its trial has another result."""
        assert info.sweep is not None
        assert info.commit is not None
        if not counts:  # it is in the repository, and that is all
            return True
        return results.deliver(self.repo, self.sweep_id, info.sweep.trial, info.commit)

    def bring(self, ref: str, commit: str) -> None:
        """Bring an earlier run: it is in the repository already."""

    def fetch(self, keys: Collection[str]) -> Mapping[str, Delivery]:
        """Return the results of trials, as far as they were delivered: {key: result}."""
        names = {layout.result_ref(self.sweep_id, key): key for key in keys}
        existing = new_runs.refs_now(self.repo, list(names))
        return {names[ref]: Delivery(names[ref], oid) for ref, oid in existing.items()}

    def interrupted(self, key: str) -> list[RunInfo]:
        """Return the attempts of a trial that were ended from outside, as far as they were delivered."""
        return attempts.interrupted(self.repo, self.sweep_id, key)

    def publish(self, runs: Collection[RunInfo]) -> None:
        """Show others the runs that have an order now: here they are in the repository already."""

    def close(self, *, done: bool) -> None:
        """End the meeting; ``done`` is whether the sweep is done."""
        if done:
            results.forget(self.repo, self.sweep_id)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return ""


def _write(path: Path, text: str) -> None:
    incoming = path.with_name(f".{path.name}-{os.getpid()}")
    incoming.write_text(text)
    incoming.replace(path)
