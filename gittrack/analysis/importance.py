"""How much of the score each parameter of a search explains, estimated from the trials alone."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from gittrack.analysis.statistics import student
from gittrack.analysis.sweep_ranking import (
    average_seeds,
    furthest_trials,
    is_number,
    relative_ranks,
)
from gittrack.analysis.sweep_view import Importance, SweepView
from gittrack.core.scalars import flow_text
from gittrack.core.standard.collections import Callable, Hashable, Mapping, Sequence

RANKS, GROUPS, RANGES = "rank correlation", "variance between groups", "variance between ranges"
FANOVA = "fANOVA"
NO_MORE_THAN_CHANCE = "no more than chance explains"
_NOISE = 0.04  # the target, so that at most 5 % of sweeps of pure noise print a share
_FEWEST = 5
_MOST_RANGES = 5
_ABSENT = object()


class Scored(NamedTuple):
    """A trial: its flat params and its score, which is None if it failed or never logged the metric.

    Only scores of the same ``block``, such as a bracket, compare.
    """

    params: Mapping[str, Any]
    score: float | None
    block: int = 0


class _Block(NamedTuple):
    """Trials whose scores compare: the values of one param, and the ranks of the scores."""

    values: list[Any]
    ranks: list[float]


class _Fit(NamedTuple):
    """The share of the variance that a model explains, and the degrees of freedom of model and rest."""

    method: str
    share: float
    model: int
    rest: int

    @property
    def adjusted(self) -> float:
        """The share without what such a model explains by chance, as in Ezekiel's R squared."""
        if self.rest < 1:
            return 0.0
        return min(max(1 - (1 - self.share) * (self.model + self.rest) / self.rest, 0.0), 1.0)

    @property
    def chance(self) -> float:
        """The probability that such a model explains as much of pure noise."""
        if self.rest < 2 or self.model < 1:
            return 1.0
        rest = (self.rest - 1) / 2  # one less, because ranks of few trials are not normal
        return student.incomplete_beta(1 - self.share, self.share, rest, self.model / 2)

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the adjusted share, by Fisher's z of its square root."""
        if self.rest < 3 or self.adjusted >= 1:
            return (0.0, 1.0) if self.adjusted < 1 else (1.0, 1.0)
        middle = math.atanh(math.sqrt(self.adjusted))
        reach = student.quantile(0.05, self.rest) * math.sqrt(1.06 / (self.rest - 1))
        return math.tanh(max(0.0, middle - reach)) ** 2, math.tanh(middle + reach) ** 2


def importance(trials: Sequence[Scored], goal: str) -> tuple[Importance, ...]:
    """Return the importance of each parameter, the most important first.

    Each parameter is judged alone: one that matters only together with another is not seen.

    Parameters
    ----------
    trials : sequence of Scored
        Trials without a score are left out; NaN and infinities tie as the worst.
    goal : str
        ``minimize`` or ``maximize``.

    Returns
    -------
    tuple of Importance
        A share is None if the trials cannot show it, or if pure noise explains as much in 5 of 100 sweeps.

    Notes
    -----
    The ranks of the scores are used, so that one diverged loss does not decide.  Scores and values are ranked
    within their block, and the blocks add up.

    - Numbers: the square of Spearman's rank correlation ("The proof and measurement of association between
      two things", 1904); ties get their mean rank.  A number whose best values lie in the middle has no rank
      correlation.  If more variance lies between ranges of it (at most five, of equally many trials), it is
      judged like a choice.
    - Choices: the share of the variance that lies between the groups (the squared correlation ratio, eta
      squared).  On ranks this is the statistic of Kruskal and Wallis (1952), divided by n - 1.
    - Both are adjusted for what k groups explain by chance, as in Ezekiel's R squared:
      1 - (1 - share) (n - 1) / (n - k), not below 0.
    - Chance: an F test on the ranks, times the number of parameters and of statistics tried (Bonferroni).
    - Interval of 95 %: Fisher's z interval (1921) of the square root of the share, with the variance for
      ranks of Fieller, Hartley and Pearson (1957).
    """
    scored = [trial for trial in trials if trial.score is not None]
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    blocks: dict[int, list[Scored]] = {}
    for trial in scored:
        blocks.setdefault(trial.block, []).append(trial)
    ranks = {
        block: score_ranks([trial.score for trial in members if trial.score is not None], goal)
        for block, members in blocks.items()
    }
    importances = []
    for name in names:
        parts = [
            _Block([trial.params.get(name, _ABSENT) for trial in members], ranks[block])
            for block, members in blocks.items()
        ]
        importances.append(_of_parameter(name, parts, len(names)))
    return by_share(importances)


def of_sweep(view: SweepView) -> tuple[Importance, ...]:
    """Return the importance of each parameter that a sweep varied, the most important first.

    A configuration counts once: by its trial with the largest budget, and by the mean over its seeds.  Seeds
    that counted as configurations would make chance look like a reason.  Within a bracket, a larger budget is
    better, because the configuration was promoted.  Each bracket is ranked separately.
    """
    return importance(scored_configurations(view), "minimize")


def scored_configurations(view: SweepView) -> list[Scored]:
    """Return the configurations of a sweep, each with its relative rank as the score.

    The rank is 0 for the best of a bracket, 1 for the worst, and NaN for a score that is not finite; see
    `relative_ranks`.
    """
    view = average_seeds(view)
    ranks = relative_ranks(view.ended, view.goal)
    configurations = []
    for trial in furthest_trials(view.ended):
        failed = trial.score is None
        params = {
            axis.name: trial.params[axis.name] for axis in view.axes if axis.name in trial.params
        }
        score = None if failed else ranks.get(trial.key, math.nan)
        configurations.append(Scored(params, score, trial.bracket))
    return configurations


def by_share(importances: Sequence[Importance]) -> tuple[Importance, ...]:
    """Return the importances, the largest share first; those without a share are last, in the given order."""
    return tuple(
        sorted(
            importances, key=lambda item: -1.0 if item.share is None else item.share, reverse=True
        )
    )


def score_ranks(scores: Sequence[float], goal: str) -> list[float]:
    """Return the rank of each score from 1, the worst; all scores that are not finite share it."""
    sign = 1.0 if goal == "maximize" else -1.0
    return mean_ranks([sign * score if math.isfinite(score) else -math.inf for score in scores])


def mean_ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 1, the smallest; equal values get their mean rank."""
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


def share_between(groups: Sequence[Hashable], ranks: Sequence[float]) -> float:
    """Return the share of the variance of the ranks that lies between the groups, unadjusted."""
    sums: dict[Hashable, tuple[float, int]] = {}
    for group, rank in zip(groups, ranks, strict=True):
        total, count = sums.get(group, (0.0, 0))
        sums[group] = total + rank, count + 1
    mean = math.fsum(ranks) / len(ranks)
    whole = math.fsum((rank - mean) ** 2 for rank in ranks)
    inside = math.fsum(count * (total / count - mean) ** 2 for total, count in sums.values())
    return inside / whole


def _of_parameter(name: str, blocks: Sequence[_Block], params: int) -> Importance:
    every = [value for block in blocks for value in block.values]
    trials = len(every)
    numeric = all(map(is_number, every))
    method = RANKS if numeric else GROUPS
    why = _why_unknown(
        every if numeric else [_choice_key(value) for value in every], blocks, numeric
    )
    if why:
        return Importance(name, None, method, trials, None, why)
    fits = [_group_fit(blocks, method, _choice_keys)]
    rho = None
    if numeric:
        line, rho = _rank_fit(blocks)
        fits = [line, _group_fit(blocks, RANGES, _range_numbers)]
    best = max(fits, key=lambda fit: fit.adjusted)
    if min(fit.chance for fit in fits) * len(fits) * params > _NOISE:
        return Importance(name, None, best.method, trials, rho, NO_MORE_THAN_CHANCE)
    return Importance(name, best.adjusted, best.method, trials, rho, "", *best.interval())


def _rank_fit(blocks: Sequence[_Block]) -> tuple[_Fit, float]:
    """Return the fit of Spearman's correlation within blocks, and the correlation."""
    sums, used = [0.0, 0.0, 0.0], [block for block in blocks if len(block.ranks) > 1]
    for block in used:
        xs, n = mean_ranks(block.values), len(block.ranks)
        x, y = ([(rank - (n + 1) / 2) / n for rank in ranks] for ranks in (xs, block.ranks))
        sums[0] += math.fsum(a * b for a, b in zip(x, y, strict=True))
        sums[1] += math.fsum(a * a for a in x)
        sums[2] += math.fsum(b * b for b in y)
    varies = sums[1] > 0 and sums[2] > 0
    rho = min(max(sums[0] / math.sqrt(sums[1] * sums[2]), -1.0), 1.0) if varies else 0.0
    rest = sum(len(block.ranks) for block in used) - len(used) - 1
    return _Fit(RANKS, rho * rho, 1, rest), rho


def _group_fit(
    blocks: Sequence[_Block], method: str, groups_of: Callable[[list[Any]], list[Hashable]]
) -> _Fit:
    """Return the fit of groups within blocks, without blocks in which all trials or scores are alike."""
    explained = whole = 0.0
    model = rest = 0
    for block in blocks:
        groups, n = groups_of(block.values), len(block.ranks)
        count = len(set(groups))
        if 1 < count < n and len(set(block.ranks)) > 1:
            scale = _variation(block.ranks) / n**2
            explained += share_between(groups, block.ranks) * scale
            whole += scale
            model += count - 1
            rest += n - count
    return _Fit(method, explained / whole if whole else 0.0, model, rest)


def _variation(ranks: Sequence[float]) -> float:
    mean = math.fsum(ranks) / len(ranks)
    return math.fsum((rank - mean) ** 2 for rank in ranks)


def _why_unknown(groups: Sequence[Hashable], blocks: Sequence[_Block], numeric: bool) -> str:
    if len(groups) < _FEWEST:
        return f"fewer than {_FEWEST} configurations have a score"
    if len(set(groups)) == 1:
        return "it was always the same"
    if all(len(set(block.ranks)) == 1 for block in blocks):
        return "all scores are equal"
    if not numeric and len(set(groups)) == len(groups):
        return "every trial has a value of its own"
    return ""


def _range_numbers(values: list[Any]) -> list[Hashable]:
    """Return the number of each value's range; the ranges have about equally many trials."""
    count = min(_MOST_RANGES, math.isqrt(len(values)))
    return [int((rank - 0.5) * count / len(values)) for rank in mean_ranks(values)]


def _choice_keys(values: list[Any]) -> list[Hashable]:
    return [_choice_key(value) for value in values]


def _choice_key(value: Any) -> str:
    """Return a value as a text that only equal values share."""
    return "" if value is _ABSENT else flow_text(value)
