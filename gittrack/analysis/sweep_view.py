"""A sweep as its readers see it: the params that are searched, every trial with its result, the costs."""

from __future__ import annotations

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, NamedTuple

# A status of a trial besides those of a run (running finished failed killed crashed).
STOPPED = "stopped"  # it ended itself early, because `run.should_stop()` returned True


class Axis(NamedTuple):
    """One parameter that is searched over, in the order of the sweep file.

    Attributes
    ----------
    name : str
        The dotted name of the param.
    kind : str
        ``number`` or ``choice``.
    log : bool
        Whether the scale of a number is logarithmic.
    low, high : float or None
        The bounds of a number, if it has bounds.
    values : tuple
        All values of a choice.
    """

    name: str
    kind: str = "number"
    log: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] = ()


class TrialView(NamedTuple):
    """One trial of a sweep.

    Attributes
    ----------
    key : str
        The name of the trial, such as ``7``, ``7.s1`` (a seed) or ``7.r1`` (a rung).
    config : int
        The number of its configuration.
    params : mapping
        The params of the axes, and the resource if there is one, by dotted name.
    status : str
        The status of its run, or ``stopped``.
    score : float or None
        None if the trial failed, is running, or never logged the metric; it may be NaN or infinite.
    order : int or None
        The position among the ended trials, from 0; None if it has not ended.
    rung, bracket : int
        Its rung and bracket; 0 for a method without rungs.
    budget : int or None
        The amount of the resource for this trial; None if the method has no resource.
    seed : int or None
        Its seed, if the sweep file has ``seeds``.
    run : str
        The id of its run; of the last run if there were several attempts.
    duration : float or None
        In seconds.
    current : float or None
        The metric of a trial that is running, as it is now.
    host, seen : str or None
        Where a trial runs on another machine, and when it was last seen there, as an ISO time.
    gpus : float or None
        How many GPUs it had, as far as that is known.
    unread : tuple of str
        The params that were set for it and that its command did not read.
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
    current: float | None = None
    host: str | None = None
    seen: str | None = None
    gpus: float | None = None
    unread: tuple[str, ...] = ()


class SweepView(NamedTuple):
    """One sweep.

    Attributes
    ----------
    id, name, method : str
        As in the sweep's plan; ``name`` may be None.
    metric : str or None
        The metric that ranks the trials; None if the trials are not ranked.
    goal : str
        ``minimize`` or ``maximize``.
    axes, trials : tuple
        The parameters, and the trials in the order in which they were started.
    best : str or None
        The key of the winner; in the halving family, the winner is a trial of the highest rung.
    size : int or None
        The number of trials at the end, if it is known.
    state : str
        ``running``, ``done`` or ``stopped`` (can be resumed).
    resource : str or None
        The name of the param that a method with budgets sets.
    started : str or None
        When the sweep started (ISO 8601).
    pending : mapping
        The trials that were submitted to an engine and did not begin: {key: what is known of it}.
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
    pending: Mapping[str, str] = {}

    @property
    def ended(self) -> tuple[TrialView, ...]:
        """The trials that have ended, in the order in which they did."""
        trials = [trial for trial in self.trials if trial.order is not None]
        return tuple(sorted(trials, key=lambda trial: trial.order or 0))


class Importance(NamedTuple):
    """How much one parameter explains.

    Attributes
    ----------
    name : str
        The parameter.
    share : float or None
        The part of the variance that the parameter alone explains, from 0 to 1; None if the trials cannot
        show it, and then ``why`` is the reason.
    method : str
        The statistic: a constant of `analysis.importance`.
    trials : int
        The number of trials that were used.
    correlation : float or None
        Spearman's correlation with the quality of the score, from -1 to 1: above 0, a larger value is better.
        None for choices.
    why : str
        The reason for a missing share.
    low, high : float or None
        The 95 % interval of the share, if it has one.
    """

    name: str
    share: float | None
    method: str
    trials: int
    correlation: float | None = None
    why: str = ""
    low: float | None = None
    high: float | None = None


class SweepCosts(NamedTuple):
    """The costs of a sweep.

    Attributes
    ----------
    spent : float
        The seconds of all trials that ended or run.
    planned : float or None
        The seconds of all trials at the end, if each takes as long as the mean of those that ended; None if
        that is not known.
    mean : float or None
        The mean seconds of the trials that ended.
    gpu_spent, gpu_planned : float or None
        The same as ``spent`` and ``planned``, times the number of GPUs of each trial; None if no trial is
        known to have one.
    running, pending : int
        How many trials run, and how many were submitted and did not begin.
    """

    spent: float
    planned: float | None
    mean: float | None
    gpu_spent: float | None
    gpu_planned: float | None
    running: int
    pending: int


def costs_of(view: SweepView) -> SweepCosts:
    """Return the costs of a sweep.

    Notes
    -----
    Of a trial with several attempts, only the time of the one that counts is known here.
    """
    ended = [trial for trial in view.ended if trial.duration is not None]
    running = [trial for trial in view.trials if trial.order is None and trial.status == "running"]
    mean = _mean([trial.duration or 0.0 for trial in ended])
    spent = sum(trial.duration or 0.0 for trial in (*ended, *running))
    has_gpus = any(trial.gpus for trial in (*ended, *running))
    gpu_spent = sum(map(_gpu_seconds, (*ended, *running)))
    gpu_mean = _mean(list(map(_gpu_seconds, ended)))
    return SweepCosts(
        spent,
        _planned(view, sum(trial.duration or 0.0 for trial in ended), mean),
        mean,
        gpu_spent if has_gpus else None,
        _planned(view, sum(map(_gpu_seconds, ended)), gpu_mean) if has_gpus else None,
        len(running),
        len(view.pending),
    )


def _gpu_seconds(trial: TrialView) -> float:
    return (trial.duration or 0.0) * (trial.gpus or 0.0)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _planned(view: SweepView, ended: float, mean: float | None) -> float | None:
    """Return the costs at the end, from those of the trials that ended."""
    if mean is None or view.size is None:
        return None
    return ended + mean * max(0, view.size - len(view.ended))
