"""Find the run that a process of this machine records."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from gittrack.core import layout
from gittrack.core.standard.typing import Any
from gittrack.disk import lock, this_machine


def lock_of(live: Path, pid: int) -> Path | None:
    """Return the lock file of the run that the process ``pid`` records; None if it records none.

    ``live`` is the folder of the journals of live runs.
    """
    process = {**this_machine.process(), "pid": pid}
    try:
        folders = [live / name for name in os.listdir(live) if layout.is_id(name)]
    except FileNotFoundError:
        return None
    for folder in folders:
        for name, first_process in ((layout.JOINED, _joined), (layout.LOCK, _owner)):
            if _is_of(first_process(folder), process) and lock.is_held(folder / name):
                return folder / name
    return None


def _is_of(recorded: Any, process: dict[str, Any]) -> bool:
    """Return whether a journal names a process; it may have further facts about it."""
    return isinstance(recorded, dict) and process.items() <= recorded.items()


def _joined(folder: Path) -> Any:
    """Return the process that joined the launcher's run."""
    return _first_value(folder / layout.JOINED)


def _owner(folder: Path) -> Any:
    """Return the process that began the run."""
    start = _first_value(folder / layout.EVENTS)
    return start.get("process") if isinstance(start, dict) else None


def _first_value(path: Path) -> Any:
    """Return the JSON value on the first line of a file; None if the line has none."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with open(path, "rb") as file:
            return json.loads(file.readline())
    except (OSError, ValueError, RecursionError):
        return None
