"""Which recorded commands may be run here: those that this machine recorded, and those that were trusted.

The list is kept outside of any repository, a commit id a line: a run commit names its code, its command and
its params, so anything that changed is another id.
"""

from __future__ import annotations

import os
from pathlib import Path


def list_path() -> Path:
    """Return the file that lists the run commits that may be run here."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(
        os.path.expanduser("~"), ".local/state"
    )
    return Path(state, "gittrack", "trusted")


def is_trusted(commit: str) -> bool:
    """Say whether a run commit may be run here."""
    try:
        return commit in list_path().read_text().split()
    except OSError:
        return False


def remember(commit: str) -> None:
    """Trust a run commit from now on.  Raises OSError where the list cannot be written."""
    path = list_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, f"{commit}\n".encode())
    finally:
        os.close(handle)
