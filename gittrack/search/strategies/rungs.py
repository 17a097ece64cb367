"""How halving distributes a resource: in whole numbers, because logarithms would lose a rung.

In floats ``floor(log(243, 3))`` is 4, because the logarithm is 4.999999999999999.  Here powers are counted.
"""

from __future__ import annotations

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable
from gittrack.core.standard.typing import NamedTuple
from gittrack.search.plan import Rung


class Bracket(NamedTuple):
    """One run of successive halving.

    Attributes
    ----------
    number : int or None
        The bracket of Hyperband (s in its paper); None if there is only one bracket.
    first : int
        The number of its first configuration.
    trials : tuple of int
        The number of trials in each rung.
    budgets : tuple of int
        The total resource of each trial in each rung.
    """

    number: int | None
    first: int
    trials: tuple[int, ...]
    budgets: tuple[int, ...]


def power(low: int, high: int, eta: int) -> int:
    """Return the largest k with ``low * eta**k <= high``.  Raises TrackError as `check`."""
    check(low, high, eta)
    k = 0
    while low * eta ** (k + 1) <= high:
        k += 1
    return k


def check(low: int, high: int, eta: int) -> None:
    """Raise TrackError unless 1 <= low <= high and eta >= 2, and all are ints."""
    for name, value, least in (("min", low, 1), ("max", high, 1), ("eta", eta, 2)):
        if type(value) is not int or value < least:
            raise TrackError(
                f"the {name} of the resource is {value!r}", f"write a whole number, {least} or more"
            )
    if low > high:
        raise TrackError(f"the min {low} of the resource is above its max {high}", "swap them")


def ladder(low: int, high: int, eta: int) -> tuple[int, ...]:
    """Return the budgets low, low * eta, ..., and ``high`` as the last one."""
    steps = power(low, high, eta)
    budgets = tuple(low * eta**k for k in range(steps + 1))
    return budgets if budgets[-1] == high else (*budgets, high)


def halving(count: int, low: int, high: int, eta: int) -> Bracket:
    """Return the bracket of successive halving for ``count`` configurations.

    Parameters
    ----------
    count : int
        The number of configurations in the first rung.
    low, high : int
        The resource of a trial in the first and in the last rung.
    eta : int
        Of n trials the best ceil(n / eta) get eta times the resource.

    Returns
    -------
    Bracket

    Raises
    ------
    TrackError
        As `check`.

    Notes
    -----
    Rounded up, as in Karnin et al. 2013 ("Almost optimal exploration in multi-armed bandits", Algorithm 1)
    and in scikit-learn, so that at least one trial is promoted.  If eta divides n, it makes no difference.
    """
    budgets = ladder(low, high, eta)
    return Bracket(None, 0, tuple(-(-count // eta**k) for k in range(len(budgets))), budgets)


def hyperband(low: int, high: int, eta: int) -> tuple[Bracket, ...]:
    """Return the brackets of Hyperband; the one with the most configurations comes first.

    Parameters
    ----------
    low, high : int
        The smallest and the largest resource of a trial.
    eta : int
        The factor between rungs.

    Returns
    -------
    tuple of Bracket

    Raises
    ------
    TrackError
        As `check`.

    Notes
    -----
    Algorithm 1 in Li et al. 2018, with R = ``high``: s_max = floor(log_eta(R / low)).  Bracket s begins with
    n = ceil((s_max + 1) * eta**s / (s + 1)) configurations at R * eta**-s.  Its rung i has
    floor(n * eta**-i) of them at R * eta**(i - s), rounded down.  For R = 81 and eta = 3 these are 81, 34,
    15, 8 and 5 configurations.  Table 1 of the paper prints 81, 27, 9, 6 and 5, which is not what the formula
    yields.
    """
    most = power(low, high, eta)
    brackets, first = [], 0
    for s in range(most, -1, -1):
        count = -(-(most + 1) * eta**s // (s + 1))
        trials = tuple(count // eta**i for i in range(s + 1))
        budgets = tuple(high // eta ** (s - i) for i in range(s + 1))
        brackets.append(Bracket(s, first, trials, budgets))
        first += count
    return tuple(brackets)


def asha(count: int, low: int, high: int, eta: int) -> Bracket:
    """Return what ASHA spends on ``count`` configurations if every promotion was right."""
    budgets = ladder(low, high, eta)
    return Bracket(None, 0, tuple(max(1, count // eta**k) for k in range(len(budgets))), budgets)


def table(brackets: Iterable[Bracket]) -> tuple[Rung, ...]:
    """Return the budget table of brackets."""
    rows = []
    for bracket in brackets:
        previous = 0
        for rung, (trials, budget) in enumerate(zip(bracket.trials, bracket.budgets, strict=True)):
            costs = trials * budget, trials * (budget - previous)
            rows.append(Rung(bracket.number or 0, rung, trials, budget, *costs))
            previous = budget
    return tuple(rows)


def most_configs(limit: int, low: int, high: int, eta: int) -> int:
    """Return the largest number of configurations for which halving needs at most ``limit`` trials.

    It is 0 if not even one configuration fits.
    """
    fits, too_many = 0, limit + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if sum(halving(middle, low, high, eta).trials) <= limit:
            fits = middle
        else:
            too_many = middle
    return fits
