"""Importance by Optuna's fANOVA, an extra: a random forest is fitted to the trials and taken apart."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gittrack.analysis import importance
from gittrack.analysis.importance import FANOVA, Scored, by_share
from gittrack.analysis.sweep_ranking import average_seeds, is_number
from gittrack.analysis.sweep_view import Importance, SweepView
from gittrack.core.errors import TrackError
from gittrack.core.scalars import flow_text

_FEWEST = 5


def fanova(
    trials: Sequence[Scored], log: Collection[str] = (), seed: int = 0
) -> tuple[Importance, ...]:
    """Return the importance of each parameter by fANOVA, the most important first; the shares add up to 1.

    Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML
    2014, as Optuna has it.  ``log`` names the numbers whose scale is logarithmic.  Trials without a score, or
    with one that is not finite, are left out: a forest has no place for them.  Raises TrackError where
    Optuna or scikit-learn is missing.
    """
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    scored = [t for t in trials if t.score is not None and math.isfinite(t.score)]
    scored = [t for t in scored if all(name in t.params for name in names)]
    flat = len({trial.score for trial in scored}) == 1
    told = {name: _untellable([t.params[name] for t in scored], flat) for name in names}
    axes = [name for name in names if not told[name]]
    shares = _shares(scored, axes, log, seed) if axes else {}
    return by_share(
        [Importance(n, shares.get(n), FANOVA, len(scored), None, told[n]) for n in names]
    )


def of_sweep(view: SweepView) -> tuple[Importance, ...]:
    """Return the importance of each parameter that a sweep varied; see `fanova`.

    Where trials had different resource, it is told from how they stand among each other: their scores do not
    compare.
    """
    log = [axis.name for axis in view.axes if axis.log]
    if len({trial.budget for trial in view.trials}) > 1:
        return fanova(importance.scored_configurations(view), log)
    names = [axis.name for axis in view.axes]
    ended = average_seeds(view).ended
    params = [{n: one.params[n] for n in names if n in one.params} for one in ended]
    scores = [one.score for one in ended]
    return fanova([Scored(*pair) for pair in zip(params, scores, strict=True)], log)


def _untellable(values: Sequence[Any], flat: bool) -> str:
    if len(values) < _FEWEST:
        return f"only {len(values)} of the trials have all parameters and a finite score"
    if len({flow_text(value) for value in values}) == 1:
        return "it was always the same"
    return "all scores are equal" if flat else ""


def _shares(
    trials: Sequence[Scored], axes: Sequence[str], log: Collection[str], seed: int
) -> Mapping[str, float]:
    optuna = _library()
    columns = {name: [trial.params[name] for trial in trials] for name in axes}
    kinds = {name: _kind(optuna, values, name in log) for name, values in columns.items()}
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.create_study()
        for trial in trials:
            params = {name: _plain(trial.params[name], kinds[name]) for name in axes}
            study.add_trial(
                optuna.trial.create_trial(params=params, distributions=kinds, value=trial.score)
            )
        judge = optuna.importance.FanovaImportanceEvaluator(seed=seed)
        found: Mapping[str, float] = judge.evaluate(study, params=list(axes))
    except (ValueError, ArithmeticError) as error:  # values too near each other for its trees
        raise TrackError(
            f"fANOVA cannot be made of these trials: {error}",
            "look at the importance by ranks instead",
        ) from error
    finally:
        optuna.logging.set_verbosity(before)
    total = math.fsum(found.values())
    return {name: float(share / total) if total else 0.0 for name, share in found.items()}


def _library() -> Any:
    try:
        import optuna  # noqa: PLC0415 - an extra, and a heavy one
        import sklearn  # noqa: F401, PLC0415 - Optuna needs it for this, and does not install it
    except ImportError:
        raise TrackError(
            "fANOVA needs optuna and scikit-learn, which are not installed",
            "pip install 'gittrack[optuna]' scikit-learn",
        ) from None
    return optuna


def _kind(optuna: Any, values: Sequence[Any], log: bool) -> Any:
    """Return the distribution of a parameter as far as its values tell it."""
    kinds = optuna.distributions
    if not all(map(is_number, values)):
        return kinds.CategoricalDistribution(sorted({flow_text(value) for value in values}))
    low, high = min(values), max(values)
    wide = log and low > 0
    if all(isinstance(value, int) for value in values):
        return kinds.IntDistribution(low, high, log=wide)
    return kinds.FloatDistribution(float(low), float(high), log=wide)


def _plain(value: Any, kind: Any) -> Any:
    return value if hasattr(kind, "low") else flow_text(value)
