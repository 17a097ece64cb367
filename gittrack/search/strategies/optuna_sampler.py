"""Optuna's samplers by ask and tell: a proposal is a function of the seed, its number and what is known.

For every configuration a new study is made, all known trials are told to it in the order in which they
ended, and a sampler seeded by (seed, number) is asked.  So a sweep that was killed goes on as it would have.
"""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from importlib.util import find_spec
from itertools import islice
from typing import Any, NamedTuple

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.nested import same
from gittrack.search import keys, sampling
from gittrack.search.plan import Optuna, Outcome, Rung, Trial
from gittrack.search.space import Choice, Distribution, Integers, Uniform
from gittrack.search.strategies import ranking

_NEEDS = {"cmaes": ("cmaes",), "gp": ("scipy", "torch")}
SAMPLERS = {"tpe": "TPESampler", "cmaes": "CmaEsSampler", "gp": "GPSampler"}


class Bayes(NamedTuple):
    """``size`` configurations, each proposed by a sampler of Optuna from the outcomes so far."""

    space: Mapping[str, Distribution]
    optuna: Optuna
    seed: int
    size: int
    goal: str

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        left = (number for number in range(self.size) if str(number) not in started)
        return tuple(self._proposed(number, outcomes) for number in islice(left, max(0, free)))

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return len({one.key for one in outcomes}) >= self.size

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return ranking.best(outcomes, self.goal)

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        """Return a trial again, as recorded where its outcome is known, else as proposed now."""
        found = keys.parse(key)
        if found != keys.Key(found.config) or found.config >= self.size:
            raise keys.no_trial(key)
        for one in outcomes:
            if one.key == key and one.params is not None:
                return Trial(key, found.config, one.params)
        return self._proposed(found.config, outcomes)

    def table(self) -> tuple[Rung, ...]:
        return (Rung(0, 0, self.size, None, None, None),)

    def _proposed(self, number: int, outcomes: Sequence[Outcome]) -> Trial:
        ended = sorted(
            (one for one in outcomes if one.params is not None), key=lambda one: one.order
        )
        return Trial(str(number), number, propose(self, number, ended))


def check(space: Mapping[str, Distribution], optuna: Optuna) -> None:
    """Raise TrackError for what Optuna cannot do, or where it is not installed."""
    if optuna.sampler not in SAMPLERS:
        hint = did_you_mean(optuna.sampler, SAMPLERS, "known are " + ", ".join(SAMPLERS))
        raise TrackError(f"there is no sampler {optuna.sampler!r}", hint)
    _distributions(space)
    _made(optuna, 0)
    for package in _NEEDS.get(optuna.sampler, ()):  # Optuna itself would say so after some trials
        if find_spec(package) is None:
            raise TrackError(
                f"the sampler {optuna.sampler} needs the package {package}",
                f"install it: pip install {package}",
            )


def propose(search: Bayes, number: int, ended: Sequence[Outcome]) -> dict[str, Any]:
    """Return configuration ``number``, given the trials that ended, in that order."""
    optuna = _library()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    ranges = _distributions(search.space)
    study = optuna.create_study(direction=search.goal)
    for one in ended:
        _tell(search, study, ranges, one)
    study.sampler = _sampler(search, number)
    asked = study.ask(ranges).params
    return {name: _ours(one, asked.get(name)) for name, one in search.space.items()}


def _tell(search: Bayes, study: Any, ranges: Mapping[str, Any], one: Outcome) -> None:
    """Add a trial that ended to a study."""
    optuna, score = _library(), ranking.usable(one)
    states, params = optuna.trial.TrialState, one.params or {}
    known = {
        name: value
        for name in ranges
        if (value := _theirs(search.space[name], params.get(name))) is not None
    }
    attributes: Mapping[str, Any] = {}
    if search.optuna.sampler == "cmaes":
        attributes = _asked_again(search, study, ranges, keys.parse(one.key).config)
    study.add_trial(
        optuna.trial.create_trial(
            state=states.FAIL if score is None else states.COMPLETE,
            value=score,
            params=known,
            distributions={name: ranges[name] for name in known},
            system_attrs=attributes,
        )
    )


def _asked_again(search: Bayes, study: Any, ranges: Mapping[str, Any], number: int) -> Any:
    """Return what CMA-ES notes in a trial that it makes: it keeps its state there and nowhere else."""
    study.sampler = _sampler(search, number)
    study.tell(study.ask(ranges), state=_library().trial.TrialState.FAIL)
    return study.get_trials(deepcopy=False)[-1].system_attrs


def _library() -> Any:
    try:
        import optuna  # noqa: PLC0415 - an extra, and a heavy one
    except ImportError:
        raise TrackError("method optuna needs Optuna", "install it: pip install 'gittrack[optuna]'")
    return optuna


def _sampler(search: Bayes, number: int) -> Any:
    """Return the sampler that proposes configuration ``number``."""
    return _made(search.optuna, sampling.bits(search.seed, number, "sampler", 32))


def _made(optuna: Optuna, seed: int) -> Any:
    samplers = _library().samplers
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of options that may change
            return getattr(samplers, SAMPLERS[optuna.sampler])(seed=seed, **optuna.options)
    except TypeError as error:
        raise TrackError(
            f"the sampler {optuna.sampler} cannot be made: {error}",
            f"its options are those of optuna.samplers.{SAMPLERS[optuna.sampler]}",
        ) from None


def _distributions(space: Mapping[str, Distribution]) -> dict[str, Any]:
    """Return Optuna's distribution of every param that varies; a choice is the place of its value."""
    kinds = _library().distributions
    found: dict[str, Any] = {}
    for name, one in space.items():
        if isinstance(one, Choice):
            if one.cumulated:
                raise TrackError(
                    f"{name} has probabilities, which Optuna cannot take", "leave them out"
                )
            if len(one.values) > 1:
                found[name] = kinds.CategoricalDistribution(range(len(one.values)))
        elif isinstance(one, Integers):
            last = one.low + (one.high - one.low) // one.step * one.step
            found[name] = kinds.IntDistribution(one.low, last, step=one.step)
        elif isinstance(one, Uniform):
            found[name] = _float(one, kinds)
        else:
            raise TrackError(
                f"{name} is {one.text()}, which Optuna has not", "give it min and max instead"
            )
    return found


def _float(one: Uniform, kinds: Any) -> Any:
    values = one.grid()
    if values is not None and not one.log:
        step = one.step if one.step is not None else one.q
        return kinds.FloatDistribution(values[0], values[-1], step=step)
    return kinds.FloatDistribution(one.low, one.high, log=one.log)


def _ours(one: Distribution, value: Any) -> Any:
    """Return the value of a param for what Optuna says."""
    if isinstance(one, Choice):
        return one.values[value or 0]
    return one.nearest(value) if isinstance(one, Uniform) else value


def _theirs(one: Distribution, value: Any) -> Any:
    """Return what Optuna is told for a value, None where it is none of the param's."""
    if isinstance(one, Choice):
        places = (place for place, other in enumerate(one.values) if same(other, value))
        return next(places, None)
    return value
