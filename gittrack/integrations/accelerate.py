"""accelerate: ``Accelerator(log_with=[GittrackTracker()])``."""

from __future__ import annotations

from typing import Any

import accelerate
from accelerate.tracking import GeneralTracker

from gittrack.core.standard.collections import Mapping
from gittrack.integrations.base import versions
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "accelerate"


class GittrackTracker(GeneralTracker):
    """Records what ``accelerator.init_trackers`` and ``accelerator.log`` get, in the main process.

    Parameters
    ----------
    run : gittrack.Run, optional
        The run.  Default: the active run, else a run of its own, which ``accelerator.end_training()`` ends.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.
    """

    name = "gittrack"
    requires_logging_directory = False
    main_process_only = True

    def __init__(self, run: Run | None = None, *, strict: bool = False, **init: Any) -> None:
        super().__init__()
        versions.check(_NAME, accelerate.__version__)
        self.training = Training(_NAME, run, strict=strict, ends="block", **init)

    @property
    def tracker(self) -> Run | None:
        """The run."""
        self.training.begin()
        return self.training.run

    def store_init_configuration(self, values: Mapping[str, Any]) -> None:
        """Record the configuration as params."""
        self.training.begin(values)

    def log(self, values: Mapping[str, Any], step: int | None = None, **kwargs: Any) -> None:
        """Record metrics at a step."""
        self.training.begin()
        self.training.log(values, step)

    def finish(self) -> None:
        """End the run."""
        self.training.close()
