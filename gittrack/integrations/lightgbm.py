"""LightGBM: ``lightgbm.train(..., callbacks=[GittrackCallback()])``."""

from __future__ import annotations

import os
from typing import Any

import lightgbm

from gittrack.core.standard.collections import Iterator
from gittrack.integrations.base import versions
from gittrack.integrations.base.best_value import BestValue
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "LightGBM"


class GittrackCallback:
    """Records the training of a booster: params, evaluations by iteration, best iteration and score.

    Works with `lightgbm.train`, `lightgbm.cv` and the estimators (``fit(..., callbacks=[...])``).  In a trial
    of a sweep with ``early_terminate`` it stops the training.  LightGBM does not call anybody after its own
    early stopping: such a run ends when the next one begins, or with the process.

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
        Keywords of `gittrack.init`.
    """

    order = 25  # before lightgbm.early_stopping, which ends the calls
    before_iteration = False

    def __init__(
        self,
        run: Run | None = None,
        *,
        log_model: str | None = None,
        resume: str | os.PathLike[str] | None = None,
        strict: bool = False,
        **init: Any,
    ) -> None:
        versions.check(_NAME, lightgbm.__version__)
        self.training = Training(
            _NAME, run, log_model=log_model, resume=resume, strict=strict, **init
        )
        self.best = BestValue()
        self.model: Any = None

    @classmethod
    def of(cls, training: Training) -> GittrackCallback:
        """Return the callback that records by ``training``."""
        result = cls(strict=training.guard.strict)
        result.training = training
        return result

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs; a booster is not part of it."""
        return {**self.__dict__, "model": None}

    def __call__(self, env: Any) -> None:
        """Record one iteration; at the last one, end the run."""
        if env.model is not self.model:  # the first iteration of a training
            self.model, self.best = env.model, BestValue()
            self.training.begin()
            self.training.complete = self._complete
            self.training.guard.attempt(self.training.add_params, env.params)
        self.training.guard.attempt(self._log, env)
        if env.iteration + 1 >= env.end_iteration:
            self._end()
        elif self.training.should_stop():
            self._end()
            results = env.evaluation_result_list or []
            raise lightgbm.callback.EarlyStopException(env.iteration, results)

    def _log(self, env: Any) -> None:
        """Record the evaluations; the first one that is not of the training data decides which is best."""
        metrics = {}
        for name, value, is_larger_better in _evaluations(env.evaluation_result_list):
            metrics[name] = value
            if not _is_of_training(env, name):
                self.best.see(name, value, env.iteration, larger=is_larger_better)
        self.training.log(metrics, env.iteration)

    def _complete(self) -> bool:
        """Record the results if the training was stopped early: LightGBM then sets ``best_iteration``."""
        if self.model is None or self.model.best_iteration <= 0:
            return False
        self.training.guard.attempt(self._add_results)
        return True

    def close(self) -> None:
        """End a training that LightGBM has stopped early; for callers that know when it has returned."""
        if self.model is not None:
            self._end()

    def _end(self) -> None:
        self.training.guard.attempt(self._add_results)
        self.training.end()
        self.model = None

    def _add_results(self) -> None:
        self.training.summary(self.best.summary())
        if not isinstance(self.model, lightgbm.Booster):  # of lightgbm.cv
            return
        end = None if self.best.step is None else self.best.step + 1
        if self.training.log_model in ("best", "all"):
            self.training.keep_model(
                lambda path: self.model.save_model(path, num_iteration=end), "best.txt"
            )
        if self.training.log_model in ("last", "all"):
            self.training.keep_model(
                lambda path: self.model.save_model(path, num_iteration=-1), "last.txt"
            )


def _is_of_training(env: Any, name: str) -> bool:
    """Return whether a metric is of the training data, which a program may have given any name."""
    if not isinstance(env.model, lightgbm.Booster):  # of lightgbm.cv, whose old versions say cv_agg
        return name.startswith(("train/", "cv_agg/train "))
    return name.startswith(f"{getattr(env.model, '_train_data_name', 'training')}/")


def _evaluations(results: Any) -> Iterator[tuple[str, float, bool]]:
    """Yield (name, value, whether larger is better); cross-validation has the standard deviation, too."""
    for result in results or ():
        items = tuple(result)
        yield f"{items[0]}/{items[1]}", float(items[2]), bool(items[3])
        if len(items) > 4:
            yield f"{items[0]}/{items[1]}_std", float(items[4]), False
