"""Whether the process that records a run is alive.  A run without an end whose process is not alive crashed.

Listings and recovery both decide by these functions.
"""

from __future__ import annotations

import os
from pathlib import Path

from gittrack.core import layout
from gittrack.core.run import events, run_info
from gittrack.core.standard import json
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import Any
from gittrack.disk import lock, this_machine

_LONGEST_LINE = 8 << 20
# The files that grow while a run goes on.
_GROWING = (layout.EVENTS, layout.SERIES, layout.POINTS, layout.LOG_HEAD, *layout.LOG_TAIL)
_FILES = {*_GROWING, layout.LOCK, layout.JOINED, layout.POINT_TIMES, layout.LOG_FRAME, layout.DIFF}


def is_alive(folder: Path, patience: Callable[[], float]) -> bool:
    """Return whether the process that records a run is alive, or may be alive on another host.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    patience : callable
        Returns `core.settings.adopt_after` in seconds; it is called only for a journal of another host.
    """
    return lock.is_held(folder / layout.LOCK) or other_host(folder, patience) is not None


def stored_end(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the end of a run that ended but was not committed, such as on a full disk.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    facts : mapping
        The facts of its operations, which may be those of the end.

    Returns
    -------
    dict
        The facts of its lock file, which has room for them; empty if the run did not end, or if it ended
        and ``facts`` already say so.
    """
    if facts.get("ended"):
        return {}
    try:
        end = json.loads((folder / layout.LOCK).read_bytes().partition(b"\n")[0])
        events.check(events.FACTS, {"values": end})
        return end if end.get("ended") and end.get("status") in run_info.ENDS else {}
    except (OSError, ValueError, RecursionError):
        return {}


def check_files(folder: Path) -> None:
    """Raise ValueError if a file of a journal is something else, whose reading may never end.

    Such as a named pipe, a folder, or a link to a device.
    """
    for entry in os.scandir(folder):
        if entry.name in _FILES and not entry.is_file(follow_symlinks=False):
            raise ValueError(f"its {entry.name} is not a file")


def other_host(folder: Path, patience: Callable[[], float]) -> str | None:
    """Return the host on which the process of a run may be alive without a lock that is visible here.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    patience : callable
        As for `is_alive`.

    Returns
    -------
    str or None
        None if the process is not alive on another host.
    """
    with open(folder / layout.EVENTS, "rb") as file:
        process = events.process_of(file.readline(_LONGEST_LINE))
    if this_machine.may_live_elsewhere(process, _last_write(folder), patience):
        return str(process["host"])
    return None


def _last_write(folder: Path) -> float:
    """Return the time of the last write to a journal, in seconds since 1970."""
    paths = [folder / name for name in _GROWING]
    return max(path.stat().st_mtime for path in paths if path.exists())
