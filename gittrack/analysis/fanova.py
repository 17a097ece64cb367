"""Importance by Optuna's fANOVA, an extra: the variance of a random forest that is fitted to the trials."""

from __future__ import annotations

import math
from typing import Any

from gittrack.analysis import importance
from gittrack.analysis.importance import FANOVA, Scored, by_share
from gittrack.analysis.sweep_ranking import average_seeds, is_number
from gittrack.analysis.sweep_view import Importance, SweepView
from gittrack.core.errors import TrackError
from gittrack.core.scalars import flow_text
from gittrack.core.standard.collections import Collection, Mapping, Sequence

_FEWEST = 5


def fanova(
    trials: Sequence[Scored], log: Collection[str] = (), seed: int = 0
) -> tuple[Importance, ...]:
    """Return the importance of each parameter by fANOVA, the most important first; the shares add up to 1.

    Parameters
    ----------
    trials : sequence of Scored
        Trials whose score is missing or not finite are left out, because a forest cannot use them.
    log : collection of str
        The names of the numbers with a logarithmic scale.
    seed : int
        The seed of the forest, 0 by default.

    Raises
    ------
    TrackError
        If Optuna or scikit-learn is not installed, or if the forest cannot split the values.

    Notes
    -----
    Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014,
    as implemented in Optuna.
    """
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    scored = [t for t in trials if t.score is not None and math.isfinite(t.score)]
    scored = [t for t in scored if all(name in t.params for name in names)]
    flat = len({trial.score for trial in scored}) == 1
    reasons = {name: _why_unknown([t.params[name] for t in scored], flat) for name in names}
    axes = [name for name in names if not reasons[name]]
    shares = _shares(scored, axes, log, seed) if axes else {}
    return by_share(
        [Importance(n, shares.get(n), FANOVA, len(scored), None, reasons[n]) for n in names]
    )


def of_sweep(view: SweepView) -> tuple[Importance, ...]:
    """Return the importance of each parameter that a sweep varied; see `fanova`.

    If trials had different budgets, their ranks are used, because their scores do not compare.
    """
    log = [axis.name for axis in view.axes if axis.log]
    if len({trial.budget for trial in view.trials}) > 1:
        return fanova(importance.scored_configurations(view), log)
    names = [axis.name for axis in view.axes]
    ended = average_seeds(view).ended
    params = [{n: trial.params[n] for n in names if n in trial.params} for trial in ended]
    scores = [trial.score for trial in ended]
    return fanova([Scored(*pair) for pair in zip(params, scores, strict=True)], log)


def _why_unknown(values: Sequence[Any], flat: bool) -> str:
    if len(values) < _FEWEST:
        return f"only {len(values)} of the trials have all parameters and a finite score"
    if len({flow_text(value) for value in values}) == 1:
        return "it was always the same"
    return "all scores are equal" if flat else ""


def _shares(
    trials: Sequence[Scored], axes: Sequence[str], log: Collection[str], seed: int
) -> Mapping[str, float]:
    optuna = _optuna()
    columns = {name: [trial.params[name] for trial in trials] for name in axes}
    kinds = {name: _distribution(optuna, values, name in log) for name, values in columns.items()}
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.create_study()
        for trial in trials:
            params = {name: _optuna_value(trial.params[name], kinds[name]) for name in axes}
            study.add_trial(
                optuna.trial.create_trial(params=params, distributions=kinds, value=trial.score)
            )
        judge = optuna.importance.FanovaImportanceEvaluator(seed=seed)
        shares: Mapping[str, float] = judge.evaluate(study, params=list(axes))
    except (ValueError, ArithmeticError) as error:  # the values are too close for the trees
        raise TrackError(
            f"fANOVA fails for these trials: {error}",
            "use the importance by ranks: leave --fanova out",
        ) from error
    finally:
        optuna.logging.set_verbosity(before)
    total = math.fsum(shares.values())
    return {name: float(share / total) if total else 0.0 for name, share in shares.items()}


def _optuna() -> Any:
    try:
        import optuna  # noqa: PLC0415 - optional, and slow to import
        import sklearn  # noqa: F401, PLC0415 - Optuna needs it for this, and does not install it
    except ImportError:
        raise TrackError(
            "fANOVA needs optuna and scikit-learn, which are not installed",
            "pip install 'gittrack[optuna]' scikit-learn",
        ) from None
    return optuna


def _distribution(optuna: Any, values: Sequence[Any], log: bool) -> Any:
    """Return Optuna's distribution for the values of a parameter."""
    kinds = optuna.distributions
    if not all(map(is_number, values)):
        return kinds.CategoricalDistribution(sorted({flow_text(value) for value in values}))
    low, high = min(values), max(values)
    wide = log and low > 0
    if all(isinstance(value, int) for value in values):
        return kinds.IntDistribution(low, high, log=wide)
    return kinds.FloatDistribution(float(low), float(high), log=wide)


def _optuna_value(value: Any, kind: Any) -> Any:
    return value if hasattr(kind, "low") else flow_text(value)
