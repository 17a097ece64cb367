"""A sweep as its readers see it: what was searched, and every trial with how it came out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

# What a trial can be besides the statuses of a run (running finished failed killed crashed).
STOPPED = "stopped"  # it ended itself early, because `run.should_stop()` said so


class Axis(NamedTuple):
    """One parameter that is searched over, in the order of the sweep file.

    ``kind`` is ``number`` or ``choice``; of a number ``log`` says whether its scale is logarithmic and
    ``low`` and ``high`` are its bounds where it has some; of a choice ``values`` are all that there are.
    """

    name: str
    kind: str = "number"
    log: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] = ()


class TrialView(NamedTuple):
    """One trial.  ``params`` are flat, by dotted name: those of the axes, the resource if there is one.

    ``score`` is None where the trial failed, is going on, or never logged the metric; it may be NaN or
    infinite.  ``order`` counts the trials as they ended, from 0; None for one that has not ended.
    ``budget`` is the resource that it was given, None where the method has none.  ``run`` is the id of its
    run, the last one where it was tried more than once; ``duration`` is in seconds.
    """

    key: str
    config: int
    params: Mapping[str, Any]
    status: str
    score: float | None = None
    order: int | None = None
    rung: int = 0
    bracket: int = 0
    budget: int | None = None
    seed: int | None = None
    run: str = ""
    duration: float | None = None


class SweepView(NamedTuple):
    """One sweep.  ``goal`` is ``minimize`` or ``maximize``; ``metric`` is None where nothing is ranked.

    ``state`` is ``running``, ``done`` or ``stopped`` (it can be resumed).  ``trials`` are in the order in
    which they were started.  ``best`` is the key of the winner, in the halving family one of the highest
    rung.  ``size`` is how many trials there will be, where that is known.
    """

    id: str
    name: str | None
    method: str
    metric: str | None
    goal: str
    axes: tuple[Axis, ...]
    trials: tuple[TrialView, ...]
    best: str | None = None
    size: int | None = None
    state: str = "done"
    resource: str | None = None
    started: str | None = None

    @property
    def ended(self) -> tuple[TrialView, ...]:
        """The trials that have ended, in the order in which they did."""
        found = [trial for trial in self.trials if trial.order is not None]
        return tuple(sorted(found, key=lambda trial: trial.order or 0))


class Importance(NamedTuple):
    """What one parameter explains.

    ``share`` is the part of the variance that the parameter alone accounts for, from 0 to 1, or None
    where the trials cannot tell, and then ``why`` says the reason; ``method`` is how it was told.  ``low``
    and ``high`` are the 95 % interval of the share, None if it has none.
    ``correlation`` is Spearman's, from -1 to 1, with the quality of the score: above 0, more of the
    parameter is better; None for choices.  ``trials`` is how many trials the share rests on.
    """

    name: str
    share: float | None
    method: str
    trials: int
    correlation: float | None = None
    why: str = ""
    low: float | None = None
    high: float | None = None
