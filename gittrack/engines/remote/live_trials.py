"""Trials that go on at workers, shown as live runs: here, and on the remote by one push for all of them.

A worker reads the journals of its trials and sends what they have now.  The process of the sweep writes each
as a commit like that of any live run of another machine (`read/runs/live_elsewhere.py`), so that all listings
show it.  Such a commit holds the time, so no other object is equal to it: the one before is deleted.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Iterable, Mapping
from gittrack.engines.executor import LiveState
from gittrack.git import objects, refs
from gittrack.read.runs import live, live_elsewhere
from gittrack.record.machine.author import author
from gittrack.record.publish import tree
from gittrack.share import transport
from gittrack.share.transport import Route

_HERE_SECONDS, _PUSH_SECONDS = 5.0, 30.0
_READ_SECONDS = 15.0
_MOST_SHARE = 0.02  # of the time of a worker, for reading journals
_MOST_PARAMS = 64 << 10  # bytes; larger ones are left out


class JournalReader:
    """Reads the trials of one sweep from their journals on the machine of a worker, from time to time."""

    def __init__(self, common_dir: str, sweep_id: str) -> None:
        self.folder, self.sweep_id = Path(layout.live_dir(common_dir)), sweep_id
        self.next_read = 0.0

    def read(self, marks: Iterable[str]) -> dict[str, Any] | None:
        """Return {mark: facts, params and metrics} of running attempts; None if it is not yet time."""
        start = time.monotonic()
        if start < self.next_read:
            return None
        running, states = set(marks), {}
        for folder in self.folder.iterdir() if running and self.folder.is_dir() else ():
            with contextlib.suppress(
                OSError, ValueError, TrackError
            ):  # it has just ended, or is not a run
                mark, values = self._state(folder)
                if mark in running:
                    states[mark] = values
        now = time.monotonic()
        pause = _READ_SECONDS if running <= states.keys() else 0.0  # else one has just begun
        self.next_read = now + max(pause, (now - start) / _MOST_SHARE)
        return states

    def _state(self, folder: Path) -> tuple[str, dict[str, Any]]:
        if not layout.is_id(folder.name):
            return "", {}
        facts, params, metrics = live.current(folder, alive=True)
        trial = facts.get("sweep") or {}
        if trial.get("id") != self.sweep_id:
            return "", {}
        values = {"facts": facts, "params": params if len(str(params)) < _MOST_PARAMS else {}}
        summaries = {name: metric.to_dict() for name, metric in metrics.items()}
        return f"{trial.get('trial')} {trial.get('attempt')}", {**values, "metrics": summaries}


class LiveTrials:
    """Shows the running trials of a sweep here and on its remote.

    Parameters
    ----------
    repo : git.Repo
        The repository of the process of the sweep.
    route : Route
        The remote.
    sweep : (str, str)
        The id of the sweep, and the experiment of its runs.
    warn : callable
        Prints a warning.
    """

    def __init__(
        self, repo: git.Repo, route: Route, sweep: tuple[str, str], warn: Callable[[str], None]
    ) -> None:
        self.repo, self.route, self.warn = repo, route, warn
        self.sweep_id, self.experiment = sweep
        self.author = author(git.parse_config(repo.config().output()))
        self.store = objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)
        self.commits = self._of_earlier_process()  # {ref on the remote: commit}
        self.pushed = dict(self.commits)
        self.replaced: set[str] = set()  # commits that a listing may be reading just now
        self.next_here = self.next_push = 0.0

    def _of_earlier_process(self) -> dict[str, str]:
        """Return the states that an earlier process of the sweep left here."""
        existing = refs.now(
            self.repo, f"{layout.TRACKING}{self.route.name}/live/{self.experiment}/"
        )
        return {
            f"{layout.LIVE_RUNS}{raw.experiment}/{raw.id}": str(raw.snapshot)
            for raw in live_elsewhere.read(self.repo, existing)
            if raw.info is not None and raw.info.sweep and raw.info.sweep.id == self.sweep_id
        }

    def show(self, states: Mapping[str, LiveState]) -> None:
        """Show what trials have now, unless that was done a moment ago; {mark of the attempt: state}."""
        now = time.monotonic()
        if now < self.next_here:
            return
        self.next_here = now + _HERE_SECONDS
        commits = {}
        for state in states.values():
            with contextlib.suppress(TypeError, ValueError, KeyError, AttributeError, TrackError):
                ref, commit = self._write(state)
                commits[ref] = commit
        self._set(commits)
        if now >= self.next_push and commits != self.pushed:
            self.next_push = now + _PUSH_SECONDS
            self._push(commits)

    def _write(self, state: LiveState) -> tuple[str, str]:
        """Write a state as a commit; return its ref on the remote, and the commit.

        Raises ValueError and others if it is not a trial of the sweep: it comes from a worker.
        """
        values = state.values
        seen = time.time() - (time.monotonic() - state.seen_at)
        facts = {**values["facts"], "seen": run_info.iso(seen), "live_interval": _PUSH_SECONDS}
        facts = {key: value for key, value in facts.items() if value not in (None, [], "")}
        facts["status"] = run_info.RUNNING
        info = run_info.from_facts(facts, values["params"], values["metrics"])
        is_ours = info.sweep is not None and info.sweep.id == self.sweep_id
        if not is_ours or info.experiment != self.experiment or not layout.is_id(info.id):
            raise ValueError("it is another run")
        message = tree.message(facts, info.params, info.metrics)
        commit = self.store.commit(self.store.tree([]), [], self.author, time.time(), message)
        return f"{layout.LIVE_RUNS}{info.experiment}/{info.id}", commit

    def _set(self, commits: Mapping[str, str]) -> None:
        """Set the refs here, and delete the commits that they had."""
        here = {
            layout.tracking_ref(self.route.name, ref): ref for ref in {**self.commits, **commits}
        }
        existing = {ref.name for ref in refs.now(self.repo, *here)} if here else set()
        commands = [
            f"update {name}\0{commits[ref]}\0" if ref in commits else f"delete {name}\0"
            for name, ref in here.items()
            if ref in commits or name in existing
        ]
        try:
            refs.transact(self.repo, commands, "gittrack: trials that go on")
        except git.GitError as error:
            self.warn(f"running trials cannot be shown: {error.message}")
            return
        for commit in self.replaced:
            with contextlib.suppress(OSError):  # a packed one stays until a garbage collection
                os.unlink(self.store.path(commit))
        self.replaced = {*self.commits.values()} - {*commits.values()}
        self.commits = dict(commits)

    def _push(self, commits: Mapping[str, str]) -> None:
        refspecs = [
            f"+{commit}:{ref}" for ref, commit in commits.items() if self.pushed.get(ref) != commit
        ]
        refspecs += [f":{ref}" for ref in self.pushed.keys() - commits.keys()]
        try:
            updates = (
                transport.push(self.repo, self.route, refspecs, unattended=True) if refspecs else []
            )
        except git.GitError:
            return  # the next one tries again
        self.pushed = dict(commits)
        refused = [update for update in updates if not update.accepted]
        if refused:
            self.warn(f"{self.route.name} does not show running trials: {refused[0].reason}")

    def close(self) -> None:
        """Show no trials any more."""
        self._set({})
        self._push({})
        self._set({})  # deletes the last commits
