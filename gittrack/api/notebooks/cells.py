"""The cells of a notebook that ran, in their order, as an artifact of the run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.secrets import redact_text
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Sequence
from gittrack.record.run import Run

ARTIFACT = "notebook/cells.py"


class Cells:
    """Keeps the cells that ran up to now, each time that one begins while the run is live.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The shell.
    run : Run
        The run.
    """

    def __init__(self, shell: Any, run: Run) -> None:
        self._shell, self._run = shell, run
        self._cells = list(shell.history_manager.input_hist_raw[1:])
        self._keep()
        shell.events.register("pre_run_cell", self.begin)
        run.at_end(self.end)

    def begin(self, info: Any) -> None:
        """Add the cell that begins now."""
        self._cells.append(info.raw_cell)
        self._keep()

    def end(self) -> None:
        """Keep nothing more: the run has ended."""
        with contextlib.suppress(ValueError):  # it was removed already
            self._shell.events.unregister("pre_run_cell", self.begin)

    def _keep(self) -> None:
        with (
            contextlib.suppress(TrackError, OSError),
            tempfile.TemporaryDirectory(prefix="gittrack-cells-") as folder,
        ):
            path = Path(folder) / "cells.py"
            path.write_text(as_script(self._cells), "utf-8", "backslashreplace")
            self._run.log_artifact(path, ARTIFACT)


def as_script(cells: Sequence[str]) -> str:
    """Return cells as a script with a mark before each, which editors know; secrets are hidden."""
    return "\n".join(
        f"# %% [{number}]\n{redact_text(cell).rstrip()}\n" for number, cell in enumerate(cells, 1)
    )
