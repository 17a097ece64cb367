"""Ultralytics: ``add_to(model)`` before ``model.train(...)``."""

from __future__ import annotations

import os
from typing import Any

from ultralytics import __version__

from gittrack.integrations.base import versions
from gittrack.integrations.base.best_value import BestValue
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "Ultralytics"


def add_to(
    model: Any,
    run: Run | None = None,
    *,
    log_model: str | None = None,
    strict: bool = False,
    **init: Any,
) -> Training:
    """Record the trainings of a model: arguments, losses and metrics by epoch, best score.

    Parameters
    ----------
    model : ultralytics.engine.model.Model
        The model, such as ``YOLO("yolo11n.pt")``.
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, each training is a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Which weights are kept as artifacts.  Default: none.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.

    Returns
    -------
    Training
    """
    versions.check(_NAME, __version__)
    recorder = _Recorder(Training(_NAME, run, log_model=log_model, strict=strict, **init))
    model.add_callback("on_pretrain_routine_start", recorder.begin)
    model.add_callback("on_train_epoch_end", recorder.note_epoch)
    model.add_callback("on_fit_epoch_end", recorder.log)
    model.add_callback("on_train_end", recorder.end)
    return recorder.training


class _Recorder:
    """What Ultralytics calls in a training."""

    def __init__(self, training: Training) -> None:
        self.training, self.best = training, BestValue()
        self.is_trained = False  # the epoch whose end is called next

    def begin(self, trainer: Any) -> None:
        """Begin the run."""
        self.best, self.is_trained = BestValue(), False
        self.training.begin()
        self.training.guard.attempt(self._add_params, trainer)

    def _add_params(self, trainer: Any) -> None:
        params = {key: item for key, item in vars(trainer.args).items() if item is not None}
        params.pop("save_dir", None)  # another one in each run
        self.training.add_params(params)

    def note_epoch(self, trainer: Any) -> None:
        """Note that an epoch has been trained; the last validation has no epoch of its own."""
        self.is_trained = True

    def log(self, trainer: Any) -> None:
        """Record an epoch, or the last validation; stop the training if the sweep says so."""
        if not self.is_trained:
            self.training.guard.attempt(self._log_best, trainer)
            return
        self.is_trained = False
        self.training.guard.attempt(self._log_epoch, trainer)
        if self.training.should_stop():
            trainer.stop = True

    def _log_epoch(self, trainer: Any) -> None:
        losses = trainer.label_loss_items(trainer.tloss, prefix="train")
        rates = getattr(trainer, "lr", {})
        self.training.log({**losses, **trainer.metrics, **rates}, trainer.epoch)
        fitness = getattr(trainer, "fitness", None)
        if fitness is not None:
            self.best.see("fitness", float(fitness), trainer.epoch, larger=True)

    def _log_best(self, trainer: Any) -> None:
        """Record the validation of the best weights after the training."""
        self.training.summary({f"best/{name}": value for name, value in trainer.metrics.items()})

    def end(self, trainer: Any) -> None:
        """Record the best epoch and score, keep the weights, and end the run."""
        self.training.guard.attempt(self._add_results, trainer)
        self.training.end()

    def _add_results(self, trainer: Any) -> None:
        self.training.summary(self.best.summary())
        for policy, path in (("best", trainer.best), ("last", trainer.last)):
            if self.training.log_model in (policy, "all") and os.path.exists(path):
                self.training.keep_folder(os.fspath(path), f"{policy}.pt")
