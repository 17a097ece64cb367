"""XGBoost: ``xgboost.train(..., callbacks=[GittrackCallback()])``."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy
import xgboost

from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.integrations.base import versions
from gittrack.integrations.base.best_value import BestValue
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "XGBoost"
# Second names of the same params, and what no user sets.
_LEFT_OUT = {
    *("eta", "alpha", "lambda", "min_split_loss", "random_state", "n_jobs", "updater_seq"),
    *("fail_on_invalid_gpu_id", "validate_parameters", "process_type", "refresh_leaf", "updater"),
    "disable_default_eval_metric",
}


class GittrackCallback(xgboost.callback.TrainingCallback):
    """Records the training of a booster: params, evaluations by iteration, best iteration and score.

    Works with `xgboost.train`, `xgboost.cv` and the estimators (``XGBClassifier(callbacks=[...])``).  In a
    trial of a sweep with ``early_terminate`` it stops the training.

    Parameters
    ----------
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, each training is a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Which booster is kept as an artifact: ``best`` up to the best iteration, ``last`` with all iterations,
        ``all`` both.  Default: none.
    resume : str or path, optional
        The folder of your checkpoints: a training that is started again continues its run.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`, such as ``experiment="digits"`` or ``tags=["baseline"]``.
    """

    def __init__(
        self,
        run: Run | None = None,
        *,
        log_model: str | None = None,
        resume: str | os.PathLike[str] | None = None,
        strict: bool = False,
        **init: Any,
    ) -> None:
        super().__init__()
        versions.check(_NAME, xgboost.__version__)
        self.training = Training(
            _NAME, run, log_model=log_model, resume=resume, strict=strict, **init
        )
        self.best = BestValue()

    @classmethod
    def of(cls, training: Training) -> GittrackCallback:
        """Return the callback that records by ``training``."""
        result = cls(strict=training.guard.strict)
        result.training = training
        return result

    def before_training(self, model: Any) -> Any:
        """Begin the run."""
        self.training.begin(rank=self.training.guard.attempt(_rank, default=0))
        self.training.guard.attempt(self._begin, model)
        return model

    def _begin(self, model: Any) -> None:
        self.best = BestValue()
        if isinstance(model, xgboost.Booster):
            self.training.offset = model.num_boosted_rounds()
            self.training.add_params(dict(_params(json.loads(model.save_config()))))

    def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Any]) -> bool:
        """Record the evaluations of an iteration; return whether the training stops."""
        metrics = self.training.guard.attempt(_latest, evals_log, default={})
        self.training.log(metrics, epoch)
        if metrics:
            self.training.guard.attempt(self._see, metrics, epoch)
        return self.training.should_stop()

    def _see(self, metrics: Mapping[str, float], epoch: int) -> None:
        """Follow the last metric of the last data, as early stopping does, unless it is that of training."""
        names = [name for name in metrics if not name.endswith("_std")]
        if not names[-1].startswith("train"):
            self.best.see(names[-1], metrics[names[-1]], epoch + self.training.offset)

    def after_training(self, model: Any) -> Any:
        """Record the best iteration and score, keep the model, and end the run."""
        self.training.guard.attempt(self._finish, model)
        self.training.end()
        return model

    def _finish(self, model: Any) -> None:
        if not isinstance(model, xgboost.Booster):  # of xgboost.cv
            return
        best, score = model.attr("best_iteration"), model.attr("best_score")
        if best is None or score is None:  # without early stopping
            best, score = self.best.step, self.best.value
        if best is not None and score is not None:
            self.training.summary({"best_iteration": int(best), "best_score": float(score)})
        if self.training.log_model in ("best", "all"):
            end = model.num_boosted_rounds() if best is None else int(best) + 1
            self.training.keep_model(model[:end].save_model, "best.ubj")
        if self.training.log_model in ("last", "all"):
            self.training.keep_model(model.save_model, "last.ubj")


def _rank() -> int:
    return int(xgboost.collective.get_rank())


def _latest(evals_log: Mapping[str, Any]) -> dict[str, float]:
    """Return the newest value of each metric; of cross-validation the mean and the standard deviation."""
    metrics = {}
    for data, scores in evals_log.items():
        for name, history in scores.items():
            value = history[-1]
            mean, deviation = value if isinstance(value, tuple) else (value, None)
            metrics[f"{data}/{name}"] = float(mean)
            if deviation is not None:
                metrics[f"{data}/{name}_std"] = float(deviation)
    return metrics


def _params(config: Any) -> Iterator[tuple[str, Any]]:
    """Yield the params in the configuration of a booster."""
    for key, value in config.items() if isinstance(config, Mapping) else ():
        if key in ("generic_param", "objective") or key.endswith("train_param"):
            flat = value if key != "objective" else dict(_objective(value))
            yield from (
                (name, _plain(text)) for name, text in flat.items() if name not in _LEFT_OUT
            )
        elif isinstance(value, Mapping):
            yield from _params(value)


def _objective(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for value in config.values():
        yield from value.items() if isinstance(value, Mapping) else (("objective", value),)


def _plain(text: Any) -> Any:
    """Return a value of the configuration, which has floats of 32 bits, as a number if it is one."""
    try:
        return int(text)
    except (TypeError, ValueError):
        pass
    try:
        return float(str(numpy.float32(text)))
    except (TypeError, ValueError):
        return text
