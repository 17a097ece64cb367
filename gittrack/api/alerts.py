"""`gittrack.alert` and `gittrack.save`, and the config and summary of the active run."""

from __future__ import annotations

import glob
import os
from typing import Any

from gittrack.api import messages
from gittrack.api import run as api
from gittrack.core import values
from gittrack.core.errors import TrackError
from gittrack.record.active.config import Config, Summary
from gittrack.record.active.disabled import DisabledRun
from gittrack.record.ending import process_end
from gittrack.record.run import Run


def active(purpose: str) -> Run:
    """Return the active run.

    Parameters
    ----------
    purpose : str
        What needs it, for the error.

    Raises
    ------
    TrackError
        If no run is active, unless this process records nothing.
    """
    run = process_end.latest()
    if run is not None:
        return run
    if api.records_nothing():
        return DisabledRun({})
    raise TrackError(f"no run is active, so there is no {purpose}", "start one: gittrack.init()")


def alert(title: str, text: str = "", level: Any = None, run: Run | None = None) -> None:
    """Print an alert on stderr, and add it to the note of the active run.

    Parameters
    ----------
    title : str
        What happened, in a few words.
    text : str, default ""
        More about it.
    level : str, optional
        ``INFO``, ``WARN`` or ``ERROR``; a word that is printed.
    run : Run, optional
        The run.  Default: the active run.

    Raises
    ------
    TrackError
        If no run is active.
    """
    word = str(getattr(level, "value", level) or "alert").lower()
    line = f"{word}: {title}" + (f": {text}" if text else "")
    chosen = run or active("note for an alert")
    messages.show(line)
    chosen.note(values.check_text(line, "alert"))


def save(pattern: str | os.PathLike[str]) -> list[str]:
    """Store the files that a pattern matches as artifacts of the active run.

    Parameters
    ----------
    pattern : str or path
        A path, or a pattern such as ``checkpoints/*.pt``; ``**`` matches folders.

    Returns
    -------
    list of str
        The paths.

    Raises
    ------
    TrackError
        If no run is active, or no file matches.
    """
    run = active("place for files")
    paths = sorted(glob.glob(os.fspath(pattern), recursive=True))
    if not paths:
        raise TrackError(f"no file matches {os.fspath(pattern)}", "check the path")
    for path in paths:
        run.log_artifact(path)
    return paths


def config() -> Config:
    """Return the config of the active run.  Raises TrackError if no run is active."""
    return active("config").config


def summary() -> Summary:
    """Return the summary of the active run.  Raises TrackError if no run is active."""
    return active("summary").summary
