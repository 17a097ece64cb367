"""The run of a process that does not record: tracking is off, or another rank records."""

from __future__ import annotations

from gittrack.core import nested, values
from gittrack.core.run import run_info
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import Any
from gittrack.record.active import current
from gittrack.record.active.config import Config, Summary
from gittrack.record.run import Run


class DisabledRun(Run):
    """A run that records nothing; each method costs one function call."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.id = ""
        self.experiment = ""
        self.name = None
        self.seed = None
        self.config = Config(config)
        self.status = run_info.RUNNING
        self.disabled = True
        self.owner = current.owner()
        self.entered = False
        self.summary = Summary(dict)

    def log_params(self, params: Any, *, allow_change: bool = False) -> None:
        """Add the params to ``run.config``; nothing is recorded."""
        self.config = Config(nested.merge(self.config.to_dict(), values.config_dict(params)))

    def finish(
        self,
        status: str | int | Mapping[str, Any] | None = None,
        *,
        exit_code: int | None = None,
        signal: str | None = None,
    ) -> None:
        """End the run; nothing is recorded."""
        self.status = run_info.FINISHED

    def forget(self, reclaimed: Callable[[Run], None] | None = None) -> None:
        """Do nothing."""

    def _is_silent(self) -> bool:
        """Return True; nothing is printed."""
        return True

    def reclaim(self) -> bool:
        """Return False."""
        return False
