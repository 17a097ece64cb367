"""fastai: ``learner.fit(..., cbs=[GittrackCallback()])``."""

from __future__ import annotations

from typing import Any

import fastai
from fastai.callback.core import Callback, CancelFitException

from gittrack.integrations.base import versions
from gittrack.integrations.base.best_value import BestValue
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "fastai"


class GittrackCallback(Callback):
    """Records a training: params, losses and metrics by epoch, best epoch and score.

    Parameters
    ----------
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, each training is a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Which models are kept as artifacts.  Default: none.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.
    """

    order = 55  # after the recorder

    def __init__(
        self,
        run: Run | None = None,
        *,
        log_model: str | None = None,
        strict: bool = False,
        **init: Any,
    ) -> None:
        super().__init__()
        versions.check(_NAME, fastai.__version__)
        self.training = Training(_NAME, run, log_model=log_model, strict=strict, **init)
        self.best = BestValue()

    def before_fit(self) -> None:
        """Begin the run; a search for a learning rate records nothing."""
        if hasattr(self.learn, "lr_finder") or hasattr(self, "gather_preds"):
            return
        self.best = BestValue()
        params = {"epochs": self.learn.n_epoch, "learning_rate": _number(self.learn.lr)}
        self.training.begin({**params, "loss_function": type(self.learn.loss_func).__name__})

    def after_epoch(self) -> None:
        """Record the values of an epoch; stop the training if the sweep says so."""
        self.training.guard.attempt(self._log)
        if self.training.should_stop():
            raise CancelFitException

    def _log(self) -> None:
        recorder, epoch = self.learn.recorder, self.learn.epoch
        pairs = zip(recorder.metric_names[1:], recorder.log[1:], strict=False)
        metrics = {name: float(value) for name, value in pairs if _number(value) is not None}
        self.training.log(metrics, epoch)
        name = "valid_loss" if "valid_loss" in metrics else "train_loss"
        is_best = name in metrics and self.best.see(name, metrics[name], epoch)
        policy = self.training.log_model
        if policy == "all" or (policy == "best" and is_best):
            name = "best.pkl" if policy == "best" else f"epoch-{epoch}.pkl"
            self.training.keep_model(self.learn.export, name)

    def after_fit(self) -> None:
        """Record the best epoch and score, and end the run."""
        self.training.summary(self.best.summary())
        if self.training.log_model == "last":
            self.training.keep_model(self.learn.export, "last.pkl")
        self.training.end()


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
