"""Optuna's samplers: a proposal is a function of the seed, its number and the outcomes so far.

Each proposal is made in a new study.  The study gets all ended trials in the order in which they ended, and
a sampler seeded by (seed, number).  So a sweep that was killed continues as if nothing had happened.
"""

# ruff: noqa: D102 - the methods are documented once, in plan.Strategy
from __future__ import annotations

from itertools import islice

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.nested import same
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.core.standard.importlib import find_spec
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search import keys, sampling
from gittrack.search.distributions import Choice, Distribution, Integers, Uniform
from gittrack.search.plan import Outcome, Rung, SamplerOptions, Trial
from gittrack.search.strategies import ranking

SAMPLERS = {"tpe": "TPESampler", "cmaes": "CmaEsSampler", "gp": "GPSampler"}
_PACKAGES = {"cmaes": ("cmaes",), "gp": ("scipy", "torch")}


class OptunaSearch(NamedTuple):
    """``size`` configurations; a sampler of Optuna proposes each from the outcomes so far."""

    space: Mapping[str, Distribution]
    options: SamplerOptions
    seed: int
    size: int
    goal: str

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        numbers = (number for number in range(self.size) if str(number) not in started)
        return tuple(self._propose(number, outcomes) for number in islice(numbers, max(0, free)))

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        return len({outcome.key for outcome in outcomes}) >= self.size

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        return ranking.best(outcomes, self.goal)

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        """Return a trial again: as its outcome recorded it, or as it would be proposed now."""
        number = keys.parse(key).config
        if keys.parse(key) != keys.Key(number) or number >= self.size:
            raise keys.unknown_trial(key)
        for outcome in outcomes:
            if outcome.key == key and outcome.params is not None:
                return Trial(key, number, outcome.params)
        return self._propose(number, outcomes)

    def table(self) -> tuple[Rung, ...]:
        return (Rung(0, 0, self.size, None, None, None),)

    def _propose(self, number: int, outcomes: Sequence[Outcome]) -> Trial:
        learnable = (outcome for outcome in outcomes if outcome.params is not None)
        ended = sorted(learnable, key=lambda outcome: outcome.order)
        return Trial(str(number), number, propose(self, number, ended))


def check(space: Mapping[str, Distribution], options: SamplerOptions) -> None:
    """Raise TrackError if Optuna cannot search this space with this sampler, or is not installed."""
    if options.sampler not in SAMPLERS:
        raise unknown_sampler(options.sampler)
    _ranges(space)
    _make_sampler(options, 0)
    for package in _PACKAGES.get(options.sampler, ()):  # Optuna would fail only after some trials
        if find_spec(package) is None:
            raise TrackError(
                f"the sampler {options.sampler} needs the package {package}",
                f"install it: pip install {package}",
            )


def unknown_sampler(name: object) -> TrackError:
    """Return the error for a sampler that does not exist; the hint names the nearest one."""
    hint = did_you_mean(str(name), SAMPLERS, "known are " + ", ".join(SAMPLERS))
    return TrackError(f"there is no sampler {name!r}", hint)


def propose(search: OptunaSearch, number: int, ended: Sequence[Outcome]) -> dict[str, Any]:
    """Return the params of configuration ``number``.

    Parameters
    ----------
    search : OptunaSearch
        The space, the sampler and the seed.
    number : int
        The number of the configuration, from 0.
    ended : sequence of Outcome
        The trials that ended, in that order; each has params.

    Returns
    -------
    dict
        A plain value for each name of the space.
    """
    optuna = _optuna()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    ranges = _ranges(search.space)
    study = optuna.create_study(direction=search.goal)
    for outcome in ended:
        _add_trial(search, study, ranges, outcome)
    study.sampler = _sampler(search, number)
    values = study.ask(ranges).params
    return {
        name: _from_optuna(distribution, values.get(name))
        for name, distribution in search.space.items()
    }


def _add_trial(
    search: OptunaSearch, study: Any, ranges: Mapping[str, Any], outcome: Outcome
) -> None:
    """Add a trial that ended to a study."""
    optuna, score = _optuna(), ranking.usable(outcome)
    states, params = optuna.trial.TrialState, outcome.params or {}
    values = {name: _to_optuna(search.space[name], params.get(name)) for name in ranges}
    values = {name: value for name, value in values.items() if value is not None}
    attributes: Mapping[str, Any] = {}
    if search.options.sampler == "cmaes":
        attributes = _cmaes_state(search, study, ranges, keys.parse(outcome.key).config)
    study.add_trial(
        optuna.trial.create_trial(
            state=states.FAIL if score is None else states.COMPLETE,
            value=score,
            params=values,
            distributions={name: ranges[name] for name in values},
            system_attrs=attributes,
        )
    )


def _cmaes_state(search: OptunaSearch, study: Any, ranges: Mapping[str, Any], number: int) -> Any:
    """Return the state that CMA-ES stores in the trials that it proposes, and nowhere else."""
    study.sampler = _sampler(search, number)
    study.tell(study.ask(ranges), state=_optuna().trial.TrialState.FAIL)
    return study.get_trials(deepcopy=False)[-1].system_attrs


def _optuna() -> Any:
    try:
        import optuna  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        raise TrackError("method optuna needs Optuna", "install it: pip install 'gittrack[optuna]'")
    return optuna


def _sampler(search: OptunaSearch, number: int) -> Any:
    """Return the sampler that proposes configuration ``number``."""
    return _make_sampler(search.options, sampling.bits(search.seed, number, "sampler", 32))


def _make_sampler(options: SamplerOptions, seed: int) -> Any:
    samplers, class_name = _optuna().samplers, SAMPLERS[options.sampler]
    import warnings  # noqa: PLC0415 - a listing of sweeps does not need it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about options that may change
            return getattr(samplers, class_name)(seed=seed, **options.options)
    except TypeError as error:
        raise TrackError(
            f"the sampler {options.sampler} cannot be made: {error}",
            f"its options are those of optuna.samplers.{class_name}",
        ) from None


def _ranges(space: Mapping[str, Distribution]) -> dict[str, Any]:
    """Return Optuna's distribution for every param that varies."""
    ranges = {name: _range(name, distribution) for name, distribution in space.items()}
    return {name: optuna_range for name, optuna_range in ranges.items() if optuna_range is not None}


def _range(name: str, distribution: Distribution) -> Any:
    """Return a param's distribution in Optuna, None for a single value; a choice is an index."""
    optuna_types = _optuna().distributions
    if isinstance(distribution, Choice):
        if distribution.cumulated:
            raise TrackError(
                f"Optuna does not support the probabilities of {name}", "leave them out"
            )
        count = len(distribution.values)
        return optuna_types.CategoricalDistribution(range(count)) if count > 1 else None
    if isinstance(distribution, Integers):
        low, high, step = distribution
        return optuna_types.IntDistribution(low, low + (high - low) // step * step, step=step)
    if isinstance(distribution, Uniform):
        return _float_range(distribution, optuna_types)
    raise TrackError(
        f"Optuna does not support the distribution {distribution.text()} of {name}",
        "give it min and max instead",
    )


def _float_range(distribution: Uniform, optuna_types: Any) -> Any:
    low, high, step, log, q = distribution
    values = distribution.grid()
    if values is not None and not log:
        step = step if step is not None else q
        return optuna_types.FloatDistribution(values[0], values[-1], step=step)
    return optuna_types.FloatDistribution(low, high, log=log)


def _from_optuna(distribution: Distribution, value: Any) -> Any:
    """Return the value of a param for a value of Optuna."""
    if isinstance(distribution, Choice):
        return distribution.values[value or 0]
    return distribution.nearest(value) if isinstance(distribution, Uniform) else value


def _to_optuna(distribution: Distribution, value: Any) -> Any:
    """Return the value in Optuna for a value of a param, or None if the param cannot have it."""
    if isinstance(distribution, Choice):
        equal = (index for index, other in enumerate(distribution.values) if same(other, value))
        return next(equal, None)
    return value
