"""What a table has to know about all of its runs, from one look at each."""

from __future__ import annotations

from gittrack.core.query.equality import equal
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import SYSTEM, RunInfo
from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.core.standard.typing import Any

_COUNTED = 1 << 16  # different values of a param; more are as good as so many


class Overview:
    """The names of the metrics and params of some runs, and in what these differ.

    Memory grows with the number of different names and values, not with the number of runs.

    Attributes
    ----------
    experiments, states, dirty : set
        The experiments, the code states, and the code states with uncommitted changes.
    has_names, has_tags, has_seen : bool
        Whether a run has a name, has tags, and was seen on another machine.
    has_unfinished : bool
        Whether a run has another status than ``finished``.
    constants : dict
        The params that are equal in all runs, by dotted name.
    """

    def __init__(self, runs: Iterable[RunInfo]) -> None:
        self.experiments: set[str] = set()
        self.states: set[str | None] = set()
        self.dirty: set[str | None] = set()
        self.has_names = self.has_tags = self.has_seen = self.has_unfinished = False
        self.constants: dict[str, Any] = {}
        self._runs = 0
        self._metrics: dict[str, int] = {}  # and how many runs have each
        self._params: dict[str, int] = {}
        self._values: dict[str, set[int]] = {}  # the hashes of the values of each param as text
        for run in runs:
            self._add(run)

    def _add(self, run: RunInfo) -> None:
        self.experiments.add(run.experiment)
        self.states.add(run.code.state)
        if run.code.dirty:
            self.dirty.add(run.code.state)
        self.has_names |= bool(run.name)
        self.has_tags |= bool(run.tags)
        self.has_seen |= "seen" in run.more
        self.has_unfinished |= not run.finished
        for name in run.metrics:
            if not name.startswith(SYSTEM):
                self._metrics[name] = self._metrics.get(name, 0) + 1
        self._add_params(commit_message.dotted(run.params))
        self._runs += 1

    def _add_params(self, params: dict[str, Any]) -> None:
        if not self._runs:
            self.constants = dict(params)
        for name in [
            name
            for name, value in self.constants.items()
            if name not in params or not equal(params[name], value)
        ]:
            del self.constants[name]
        for name, value in params.items():
            self._params[name] = self._params.get(name, 0) + 1
            values = self._values.setdefault(name, set())
            if len(values) < _COUNTED:
                values.add(hash(str(value)))

    def metrics(self) -> list[str]:
        """Return the names of the metrics, the most frequent first; ties in the order of logging."""
        return sorted(self._metrics, key=lambda name: -self._metrics[name])

    def params(self) -> list[str]:
        """Return the names of the params, sorted."""
        return sorted(self._params)

    def differing(self) -> list[str]:
        """Return the names of the params that are not equal in all runs, sorted."""
        return [name for name in self.params() if name not in self.constants]

    def most_varied(self, names: Sequence[str], count: int) -> list[str]:
        """Return the params with the most different values, at most ``count``."""
        return sorted(names, key=lambda name: -self._variety(name))[:count]

    def _variety(self, name: str) -> int:
        """Return how many different values a param has as text; a run without it has None."""
        is_missing = self._params[name] < self._runs and hash("None") not in self._values[name]
        return len(self._values[name]) + is_missing
