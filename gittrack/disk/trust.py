"""The list of run commits whose recorded commands the user allowed to run on this machine.

The list is outside of any repository and has one commit id a line.  The id of a run commit covers its
code, its command and its params, so any change leads to another id.
"""

from __future__ import annotations

import os

from gittrack.core.standard.pathlib import Path


def list_path() -> Path:
    """Return the path of the list: ``$XDG_STATE_HOME/gittrack/trusted``."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(
        os.path.expanduser("~"), ".local/state"
    )
    return Path(state, "gittrack", "trusted")


def is_trusted(commit: str) -> bool:
    """Return whether a run commit is in the list."""
    try:
        return commit in list_path().read_text().split()
    except OSError:
        return False


def remember(commit: str) -> None:
    """Add a run commit to the list.  Raises OSError if the list cannot be written."""
    path = list_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, f"{commit}\n".encode())
    finally:
        os.close(handle)
