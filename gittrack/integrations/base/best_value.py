"""The best value of a training so far, and its step."""

from __future__ import annotations

import math
from typing import Any

from gittrack.analysis import direction


class BestValue:
    """Follows one metric: the first that is seen, or the one that is named.

    Parameters
    ----------
    metric : str, optional
        The metric.  Default: the first one that is seen.
    larger : bool, optional
        Whether larger values are better.  Default: what the name of the metric says, else smaller values.
    """

    def __init__(self, metric: str | None = None, *, larger: bool | None = None) -> None:
        self.metric, self.larger = metric, larger
        self.step: int | None = None
        self.value: float | None = None

    def see(self, metric: str, value: float, step: int, *, larger: bool | None = None) -> bool:
        """Note a value; return whether it is the best one so far."""
        if self.metric is None:
            self.metric = metric
        if metric != self.metric or math.isnan(value):
            return False
        if self.larger is None:
            self.larger = (
                direction.goal_of_name(metric)[0] == direction.MAX if larger is None else larger
            )
        if self.value is None or (value > self.value if self.larger else value < self.value):
            self.step, self.value = step, value
            return True
        return False

    def summary(self) -> dict[str, Any]:
        """Return the final values ``best_iteration`` and ``best_score``, if there are any."""
        if self.value is None:
            return {}
        return {"best_iteration": self.step, "best_score": self.value}
