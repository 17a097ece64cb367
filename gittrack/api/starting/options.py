"""How `gittrack.init` begins a run, besides what is recorded of it."""

from __future__ import annotations

import os

from gittrack.core.standard.typing import NamedTuple


class BeginOptions(NamedTuple):
    """How a run begins: the options of `gittrack.init` that are not facts of the run."""

    repo: str | os.PathLike[str] | None = None
    mode: str | None = None
    resume: str | None = None
    reinit: str | None = None
    strict: bool = False
    resolved: bool = False  # the params contain the params of the launcher already
    joins: bool = True  # whether the first run of a command may be the launcher's run
