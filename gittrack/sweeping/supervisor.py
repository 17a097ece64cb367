"""The process that runs a sweep, as seen by the trials that it starts on the same machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from gittrack.sweeping import workdir


class Supervisor(NamedTuple):
    """What a trial needs besides its job; it is valid on this machine only.

    Attributes
    ----------
    folder : Path
        The working directory of the sweep.
    pid : int
        The process that runs the sweep.
    first_order : int
        The order of the first trial that ends under this process.
    imports : tuple of str
        The folders that the command's Python imports from.
    printed : tuple of str
        Paths in the work tree that the sweep prints to; they are not code.
    assigns_order : bool
        Whether trials take their order on this machine; if not, the process of the sweep gives it to them
        when it learns of their results (`results`).
    results : str
        What the names of the refs of results begin with, if they are made in this repository; else empty.
    """

    folder: Path
    pid: int
    first_order: int = 0
    imports: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    assigns_order: bool = True
    results: str = ""

    def ends_trials(self) -> bool:
        """Return whether running trials must end: the process asks for it, or is gone."""
        return os.getppid() != self.pid or workdir.is_ending(self.folder)

    def take_order(self, mark: str) -> int | None:
        """Return the order of a trial that ends now and counts; None if it is given elsewhere."""
        if not self.assigns_order:
            return None
        return self.first_order + workdir.take_order(self.folder, mark)
