"""How much each parameter of a search has to do with the score, told from the trials alone."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack.analysis.sweep_ranking import averaged, furthest, is_number, standing
from gittrack.analysis.sweep_view import Importance, SweepView
from gittrack.core.scalars import flow_text

RANKS, GROUPS, RANGES = "rank correlation", "variance between groups", "variance between ranges"
FANOVA = "fANOVA"
_FEWEST = 5
_MOST_RANGES = 5
_ABSENT = object()


class Scored(NamedTuple):
    """A trial: its flat params and its score; None where it failed or never logged the metric."""

    params: Mapping[str, Any]
    score: float | None


def importance(trials: Sequence[Scored], goal: str) -> tuple[Importance, ...]:
    """Return the importance of each parameter, the most important first; ``goal`` is minimize or maximize.

    Everything is done on the ranks of the scores, so that one diverged loss does not decide.  Of numbers it
    is the square of Spearman's rank correlation ("The proof and measurement of association between two
    things", 1904), ties taking their mean rank; of choices it is the share of the variance that lies between
    the groups (the squared correlation ratio, eta squared), which on ranks is the statistic of Kruskal and
    Wallis (1952) over n - 1.  A number whose best values lie in the middle has no rank correlation: where
    more variance lies between ranges of it (at most five, of equally many trials), it is told like a choice.
    Both are adjusted for what chance explains, as in Ezekiel's R squared, with k groups:
    1 - (1 - share) (n - 1) / (n - k), not below 0.

    Trials without a score are left out; nan and infinities tie as the worst.  It is about each parameter
    alone: one that matters only together with another is not seen.
    """
    scored = [trial for trial in trials if trial.score is not None]
    ranks = quality([trial.score for trial in scored if trial.score is not None], goal)
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    found = [
        _one(name, [trial.params.get(name, _ABSENT) for trial in scored], ranks) for name in names
    ]
    return ordered(found)


def of_sweep(view: SweepView) -> tuple[Importance, ...]:
    """Return the importance of each parameter that a sweep varied, the most important first.

    A configuration counts once, with the mean over its seeds, by the trial that had the most resource; one
    that had more is the better one, since it was promoted.  Seeds are no configurations of their own: they
    would make chance look like a reason.
    """
    return importance(scored(view), "minimize")


def scored(view: SweepView) -> list[Scored]:
    """Return the configurations of a sweep with how they stand: 0 the best, 1 the worst, nan without place.

    Where all had the same resource that is the rank of their scores.
    """
    view = averaged(view)
    place = standing(view.ended, view.goal)
    found = []
    for trial in furthest(view.ended):
        failed = trial.score is None
        params = {
            axis.name: trial.params[axis.name] for axis in view.axes if axis.name in trial.params
        }
        found.append(Scored(params, None if failed else place.get(trial.key, math.nan)))
    return found


def ordered(found: Sequence[Importance]) -> tuple[Importance, ...]:
    """Return the most important first; those that cannot be told last, else in the given order."""
    return tuple(
        sorted(found, key=lambda one: -1.0 if one.share is None else one.share, reverse=True)
    )


def quality(scores: Sequence[float], goal: str) -> list[float]:
    """Return the rank of each score from 1, the worst, which all that are not finite share."""
    sign = 1.0 if goal == "maximize" else -1.0
    return ranked([sign * score if math.isfinite(score) else -math.inf for score in scores])


def ranked(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 1, the smallest; equal values get the mean of their ranks."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for i in order[start:end]:
            ranks[i] = (start + 1 + end) / 2
        start = end
    return ranks


def between(groups: Sequence[Hashable], ranks: Sequence[float]) -> float:
    """Return the share of the variance of the ranks that lies between the groups, unadjusted."""
    sums: dict[Hashable, tuple[float, int]] = {}
    for group, rank in zip(groups, ranks, strict=True):
        total, count = sums.get(group, (0.0, 0))
        sums[group] = total + rank, count + 1
    mean = math.fsum(ranks) / len(ranks)
    whole = math.fsum((rank - mean) ** 2 for rank in ranks)
    inside = math.fsum(count * (total / count - mean) ** 2 for total, count in sums.values())
    return inside / whole


def _one(name: str, values: list[Any], ranks: list[float]) -> Importance:
    numeric = all(is_number(value) for value in values)
    method = RANKS if numeric else GROUPS
    groups: list[Hashable] = [*values] if numeric else [_key(value) for value in values]
    if why := _untellable(groups, ranks, numeric):
        return Importance(name, None, method, len(ranks), None, why)
    if not numeric:
        share = _adjusted(between(groups, ranks), len(set(groups)), len(ranks))
        return Importance(name, share, method, len(ranks))
    rho = _correlation(ranked(values), ranks)
    share, ranges = _adjusted(rho * rho, 2, len(ranks)), _ranges(values)
    by_range = _adjusted(between(ranges, ranks), len(set(ranges)), len(ranks))
    if by_range > share:
        return Importance(name, by_range, RANGES, len(ranks), rho)
    return Importance(name, share, RANKS, len(ranks), rho)


def _untellable(groups: Sequence[Hashable], ranks: Sequence[float], numeric: bool) -> str:
    if len(ranks) < _FEWEST:
        return f"fewer than {_FEWEST} configurations have a score"
    if len(set(groups)) == 1:
        return "it was always the same"
    if len(set(ranks)) == 1:
        return "all scores are equal"
    if not numeric and len(set(groups)) == len(groups):
        return "every trial has a value of its own"
    return ""


def _correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return Pearson's correlation, between -1 and 1."""
    mean_x, mean_y = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    both = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    alone = [math.fsum((v - m) ** 2 for v in vs) for vs, m in ((xs, mean_x), (ys, mean_y))]
    return min(max(both / math.sqrt(alone[0] * alone[1]), -1.0), 1.0)


def _adjusted(share: float, groups: int, trials: int) -> float:
    """Return a share less what so many groups explain by chance; a line counts as two."""
    if groups >= trials:
        return 0.0
    return min(max(1 - (1 - share) * (trials - 1) / (trials - groups), 0.0), 1.0)


def _ranges(values: Sequence[float]) -> list[int]:
    """Return for each value the number of the range it is in, with about equally many trials in each."""
    count = min(_MOST_RANGES, math.isqrt(len(values)))
    return [int((rank - 0.5) * count / len(values)) for rank in ranked(values)]


def _key(value: Any) -> str:
    """Return a value as a word that only equal values share."""
    return "" if value is _ABSENT else flow_text(value)
