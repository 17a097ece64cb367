"""Which run a folder of checkpoints belongs to, so that a resumed training continues its run."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack.core import layout

FILE = "gittrack-run"


def read(folder: str | os.PathLike[str]) -> str | None:
    """Return the id of the run that a folder of checkpoints belongs to; None if it names none."""
    try:
        text = (Path(folder) / FILE).read_text("utf-8", "replace").strip()
    except OSError:
        return None
    return text if layout.is_id(text) else None


def forget(folder: str | os.PathLike[str]) -> None:
    """Remove the id of a run from a folder, because another training begins there."""
    (Path(folder) / FILE).unlink(missing_ok=True)


def write(folder: str | os.PathLike[str], run_id: str) -> None:
    """Write down that a folder of checkpoints belongs to a run."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / FILE).write_text(f"{run_id}\n", "utf-8")
