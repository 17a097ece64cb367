"""The shell of a notebook, if this process is one."""

from __future__ import annotations

import sys
from typing import Any

from gittrack.api.notebooks import cells, display
from gittrack.record.run import Run


def current() -> Any:
    """Return the shell of IPython in this process; None if there is none."""
    module = sys.modules.get("IPython")
    return None if module is None else module.get_ipython()


def attach(run: Run) -> None:
    """Show a run in the notebook in which it has begun, and keep the cells that run."""
    shell = current()
    if shell is None or run.disabled:
        return
    display.register(shell)
    if getattr(shell, "kernel", None) is not None:  # not IPython on a terminal
        cells.Cells(shell, run)
