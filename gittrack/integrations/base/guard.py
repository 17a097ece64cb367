"""An error of an integration never ends a training: it is counted, and printed once."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Callable
from gittrack.record.active import warning


class ErrorGuard:
    """Calls functions whose errors must not end a training.

    Parameters
    ----------
    framework : str
        The name of the framework, for messages.
    strict : bool
        Whether an error is raised.
    """

    def __init__(self, framework: str, *, strict: bool = False) -> None:
        self.framework = framework
        self.strict = strict
        self.errors = 0

    def attempt(self, function: Callable[..., Any], *args: Any, default: Any = None) -> Any:
        """Return the result of ``function(*args)``, or ``default`` if it fails.

        The first error is printed, the others are counted; see `report`.  In strict mode it is raised.
        """
        try:
            return function(*args)
        except Exception as error:
            if self.strict:
                raise
            self.errors += 1
            if self.errors == 1:
                warning.warn(
                    [
                        f"the {self.framework} integration failed, the training goes on: {explain(error)}"
                    ]
                )
            return default

    def report(self) -> None:
        """Print how many calls failed, if there were several."""
        if self.errors > 1:
            warning.warn(
                [
                    f"{self.errors:,} calls of the {self.framework} integration failed and recorded nothing"
                ]
            )
        self.errors = 0


def explain(error: BaseException) -> str:
    """Return the kind of an error and the first line of its message."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
