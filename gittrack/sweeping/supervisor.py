"""The process that runs a sweep, as the trials that it starts on the same machine see it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from gittrack.sweeping import workdir


class Supervisor(NamedTuple):
    """What a trial needs besides its job, and what holds on this machine only.

    ``folder`` is the working directory of the sweep, ``pid`` the process that runs the sweep, ``first_order``
    the order of the first trial that ends under it.  ``imports`` are the folders that the command's Python
    imports from.  ``printed`` are paths in the work tree that the sweep prints to: they are no code.
    """

    folder: Path
    pid: int
    first_order: int = 0
    imports: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()

    def ends_trials(self) -> bool:
        """Say whether running trials are to end: the process wants it, or is gone."""
        return os.getppid() != self.pid or workdir.is_ending(self.folder)

    def take_order(self, mark: str) -> int:
        """Return the order of a trial that ends now and counts."""
        return self.first_order + workdir.take_order(self.folder, mark)
