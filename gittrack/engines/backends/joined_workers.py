"""Workers that join a sweep by ``git track worker``: each has a folder for its messages."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack.core import layout
from gittrack.core.standard.collections import Callable
from gittrack.engines import shared_repository
from gittrack.engines.agents import Agents
from gittrack.engines.channel import Files
from gittrack.engines.links import FolderLink, Link


def folder_of(common_dir: str, sweep_id: str) -> Path:
    """Return the folder that has a folder for each worker."""
    return Path(layout.sweep_dir(common_dir, sweep_id)) / shared_repository.WORKERS


def join(common_dir: str, sweep_id: str) -> Files:
    """Return a new channel to the process that runs the sweep."""
    name = f"{os.uname().nodename}-{os.getpid()}-{os.urandom(3).hex()}"
    folder = folder_of(common_dir, sweep_id) / name
    folder.mkdir(parents=True, mode=0o700)
    return Files(folder, at_worker=True)


def executor(common_dir: str, sweep_id: str, warn: Callable[[str], None]) -> Agents:
    """Return the executor over the workers that have joined, and those that join later."""
    seen: set[str] = set()

    def discover() -> list[Link]:
        try:
            names = set(os.listdir(folder_of(common_dir, sweep_id)))
        except FileNotFoundError:
            return []
        new = sorted(names - seen)
        seen.update(new)
        return [FolderLink(folder_of(common_dir, sweep_id) / name, 0) for name in new]

    agents = Agents(discover(), discover=discover, warn=warn)
    agents.wait(0)  # learn what they run since an earlier process, before any trial is given away
    return agents
