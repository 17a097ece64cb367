"""How halving deals out a resource: whole numbers only, so no rung is lost to a logarithm.

With floats ``floor(log(243, 3))`` is 4, since the logarithm is 4.999999999999999; here powers are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gittrack.core.errors import TrackError
from gittrack.search.plan import Rung


class Bracket(NamedTuple):
    """One run of successive halving: so many ``trials`` of each budget, the first configuration's number.

    ``number`` is the bracket of Hyperband (s in its paper), None where there is only one.
    """

    number: int | None
    first: int
    trials: tuple[int, ...]
    budgets: tuple[int, ...]


def power(low: int, high: int, eta: int) -> int:
    """Return the largest k with ``low * eta**k <= high``.  Raises TrackError for bounds that have none."""
    check(low, high, eta)
    k = 0
    while low * eta ** (k + 1) <= high:
        k += 1
    return k


def check(low: int, high: int, eta: int) -> None:
    """Raise TrackError unless 1 <= low <= high and eta >= 2, all whole numbers."""
    for name, value, least in (("min", low, 1), ("max", high, 1), ("eta", eta, 2)):
        if type(value) is not int or value < least:
            raise TrackError(
                f"the {name} of the resource is {value!r}", f"write a whole number, {least} or more"
            )
    if low > high:
        raise TrackError(f"the min {low} of the resource is above its max {high}", "swap them")


def ladder(low: int, high: int, eta: int) -> tuple[int, ...]:
    """Return the budgets low, low * eta, ... and last ``high`` itself, a power or not."""
    steps = power(low, high, eta)
    climbed = tuple(low * eta**k for k in range(steps + 1))
    return climbed if climbed[-1] == high else (*climbed, high)


def halving(count: int, low: int, high: int, eta: int) -> Bracket:
    """Return the schedule of successive halving for ``count`` configurations.

    Of n trials the best ceil(n / eta) go on, so at least one, until the budget is ``high``.  Rounded up as by
    Karnin et al. 2013 ("Almost optimal exploration in multi-armed bandits", Algorithm 1) and scikit-learn; it
    is the same as rounding down where eta divides n.
    """
    budgets = ladder(low, high, eta)
    return Bracket(None, 0, tuple(-(-count // eta**k) for k in range(len(budgets))), budgets)


def hyperband(low: int, high: int, eta: int) -> tuple[Bracket, ...]:
    """Return the brackets of Algorithm 1 in Li et al. 2018, the most exploring one first.

    s_max = floor(log_eta(R / low)); bracket s begins with n = ceil((s_max + 1) * eta**s / (s + 1))
    configurations at R * eta**-s, and its rung i has floor(n * eta**-i) of them at R * eta**(i - s), rounded
    down.  For R = 81 and eta = 3 these are 81, 34, 15, 8 and 5 configurations; Table 1 of the paper prints
    81, 27, 9, 6 and 5, which is not what its formula says.
    """
    most = power(low, high, eta)
    found, first = [], 0
    for s in range(most, -1, -1):
        count = -(-(most + 1) * eta**s // (s + 1))
        trials = tuple(count // eta**i for i in range(s + 1))
        found.append(Bracket(s, first, trials, tuple(high // eta ** (s - i) for i in range(s + 1))))
        first += count
    return tuple(found)


def asha(count: int, low: int, high: int, eta: int) -> Bracket:
    """Return what ASHA spends on ``count`` configurations where no promotion is regretted."""
    budgets = ladder(low, high, eta)
    return Bracket(None, 0, tuple(max(1, count // eta**k) for k in range(len(budgets))), budgets)


def table(brackets: Iterable[Bracket]) -> tuple[Rung, ...]:
    """Return the budget table of brackets."""
    rows = []
    for one in brackets:
        before = 0
        for rung, (trials, budget) in enumerate(zip(one.trials, one.budgets, strict=True)):
            costs = trials * budget, trials * (budget - before)
            rows.append(Rung(one.number or 0, rung, trials, budget, *costs))
            before = budget
    return tuple(rows)


def most_configs(limit: int, low: int, high: int, eta: int) -> int:
    """Return for how many configurations halving needs at most ``limit`` trials, 0 where for none."""
    fits, too_many = 0, limit + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if sum(halving(middle, low, high, eta).trials) <= limit:
            fits = middle
        else:
            too_many = middle
    return fits
