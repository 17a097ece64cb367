"""CatBoost: ``with fitting(model): model.fit(X, y)``."""

from __future__ import annotations

from typing import Any

import catboost

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator
from gittrack.integrations.base import versions
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "CatBoost"


@contextlib.contextmanager
def fitting(
    model: Any,
    run: Run | None = None,
    *,
    log_model: str | None = None,
    strict: bool = False,
    **init: Any,
) -> Iterator[Run | None]:
    """Record the training in the ``with`` block: params, metrics by iteration, best iteration and score.

    In a trial of a sweep with ``early_terminate`` it stops the training.  On a GPU, where CatBoost has no
    callbacks, the metrics are recorded when the training has ended.

    Parameters
    ----------
    model : catboost.CatBoost
        The model that is trained in the block.
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, the block is a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Whether the model is kept as an artifact; CatBoost itself shrinks it to the best iteration.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.

    Yields
    ------
    gittrack.Run or None
        The run, to add more: ``run.summary["test_accuracy"] = model.score(X, y)``.
    """
    versions.check(_NAME, catboost.__version__)
    training = Training(_NAME, run, log_model=log_model, strict=strict, ends="block", **init)
    training.begin()
    training.guard.attempt(training.add_params, model.get_params())
    iterations = _Iterations(training)
    fit = model.fit
    model.fit = lambda *args, **keywords: fit(*args, **_listened(model, iterations, keywords))
    try:
        yield training.run
    except BaseException:
        training.close()
        raise
    finally:
        del model.fit  # the method of the class again
    training.guard.attempt(_add_results, training, model, iterations)
    training.close()


class _Iterations:
    """A callback of CatBoost, which records each iteration."""

    def __init__(self, training: Training) -> None:
        self.training, self.count = training, 0

    def after_iteration(self, info: Any) -> bool:
        """Record the metrics of an iteration; return whether the training goes on."""
        self.count += 1
        self.training.guard.attempt(self._log, info)
        return not self.training.should_stop()

    def _log(self, info: Any) -> None:
        metrics = {
            f"{data}/{name}": float(history[-1])
            for data, scores in (info.metrics or {}).items()
            for name, history in scores.items()
        }
        self.training.log(metrics, info.iteration - 1)


def _listened(model: Any, iterations: _Iterations, keywords: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords of ``fit`` with the callback, except on a GPU."""
    if str(model.get_params().get("task_type", "CPU")).upper() == "GPU":
        return keywords
    return {**keywords, "callbacks": [*(keywords.get("callbacks") or ()), iterations]}


def _add_results(training: Training, model: Any, iterations: _Iterations) -> None:
    if not iterations.count:
        for data, scores in model.get_evals_result().items():
            for name, history in scores.items():
                for step, value in enumerate(history):
                    training.log({f"{data}/{name}": float(value)}, step)
    scores = model.get_best_score() or {}
    data = "validation" if "validation" in scores else next(iter(scores), "")
    score = next(iter(scores.get(data, {}).values()), None)
    training.summary({"best_iteration": model.get_best_iteration(), "best_score": score})
    if training.log_model:
        training.keep_model(model.save_model, "model.cbm")
