"""Keras: ``model.fit(..., callbacks=[GittrackCallback()])``, with every backend."""

from __future__ import annotations

import os
from typing import Any

import keras

from gittrack.core.standard.collections import Mapping
from gittrack.integrations.base import versions
from gittrack.integrations.base.best_value import BestValue
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "Keras"


class GittrackCallback(keras.callbacks.Callback):
    """Records a training: params, metrics and learning rate by epoch, best epoch and score.

    In a trial of a sweep with ``early_terminate`` it stops the training.

    Parameters
    ----------
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, each training is a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Which models are kept as artifacts: the best by ``monitor``, the last, or that of each epoch.
    monitor : str, optional
        The metric that decides which epoch is best.  Default: ``val_loss`` if there is one, else ``loss``.
    resume : str or path, optional
        The folder of your checkpoints, such as that of ``keras.callbacks.BackupAndRestore``.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.
    """

    def __init__(
        self,
        run: Run | None = None,
        *,
        log_model: str | None = None,
        monitor: str | None = None,
        resume: str | os.PathLike[str] | None = None,
        strict: bool = False,
        **init: Any,
    ) -> None:
        super().__init__()
        versions.check(_NAME, keras.__version__)
        self.training = Training(
            _NAME, run, log_model=log_model, resume=resume, strict=strict, **init
        )
        self.monitor = monitor
        self.best = BestValue(monitor)

    @classmethod
    def of(cls, training: Training) -> GittrackCallback:
        """Return the callback that records by ``training``."""
        result = cls(strict=training.guard.strict)
        result.training = training
        return result

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin the run."""
        self.best = BestValue(self.monitor)
        self.training.begin()
        self.training.guard.attempt(self._add_params)

    def _add_params(self) -> None:
        params = {key: self.params.get(key) for key in ("epochs", "steps")}
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is not None:
            params["optimizer"] = plain(optimizer.get_config())
        loss = getattr(self.model, "loss", None)
        params["loss"] = loss if isinstance(loss, str) else type(loss).__name__
        params["backend"] = keras.backend.backend()
        params["parameters"] = self.model.count_params() if self.model.built else None
        self.training.add_params({key: item for key, item in params.items() if item is not None})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record the metrics of an epoch; stop the training if the sweep says so."""
        self.training.guard.attempt(self._log, epoch, dict(logs or {}))
        if self.training.should_stop():
            self.model.stop_training = True

    def _log(self, epoch: int, logs: dict[str, Any]) -> None:
        metrics = {name: float(value) for name, value in logs.items()}
        rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
        if rate is not None:
            metrics["learning_rate"] = float(keras.ops.convert_to_numpy(rate))
        self.training.log(metrics, epoch)
        name = self.monitor or ("val_loss" if "val_loss" in metrics else "loss")
        if not self.monitor and name == "val_loss" and self.best.metric == "loss":
            self.best = BestValue(name)  # the first epochs had no validation
        is_best = name in metrics and self.best.see(name, metrics[name], epoch)
        if self.training.log_model == "best" and is_best:
            self.training.keep_model(self.model.save, "best.keras")
        if self.training.log_model == "all":
            self.training.keep_model(self.model.save, f"epoch-{epoch}.keras")

    def on_train_end(self, logs: Any = None) -> None:
        """Record the best epoch and score, and end the run."""
        self.training.summary(self.best.summary())
        if self.training.log_model == "last":
            self.training.keep_model(self.model.save, "last.keras")
        self.training.end()


def plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers and texts of a nested configuration; its floats of 32 bits are shortened."""
    result: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            result[key] = plain(value)
        elif isinstance(value, float):
            result[key] = float(f"{value:.7g}")
        elif isinstance(value, (bool, int, str)):
            result[key] = value
    return result
