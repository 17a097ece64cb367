"""What a live run leaves out: a warning for the first value of each name, and the counts at the end."""

from __future__ import annotations

from gittrack.core.standard.collections import Callable

_MOST_NAMES = 5


class UnrecordedValues:
    """Counts the values that a run leaves out.

    Parameters
    ----------
    warn : callable
        Prints a message once for each kind.
    at_end : callable
        Registers a function that is called when the run has ended.
    """

    def __init__(
        self, warn: Callable[[str, str], None], at_end: Callable[[Callable[[], None]], None]
    ) -> None:
        self._warn = warn
        self._at_end = at_end
        self.counts: dict[str, int] = {}

    def add(self, kind: str, message: str) -> None:
        """Count a value of a ``kind`` such as ``metric 'loss'``; print the first of each kind."""
        if not self.counts:
            self._at_end(self._print_counts)
        self.counts[kind] = self.counts.get(kind, 0) + 1
        consequence = "it is left out, and init(strict=True) makes that an error"
        self._warn(kind, f"{message}: {consequence}")

    def _print_counts(self) -> None:
        """Print how many values were left out, unless each of them was printed."""
        if sum(self.counts.values()) == len(self.counts):
            return
        names = [f"{count:,} of {kind:.60}" for kind, count in self.counts.items()]
        more = f" and of {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        self._warn("left out", f"left out in sum: {', '.join(names[:_MOST_NAMES])}{more}")
