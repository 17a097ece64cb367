"""Ultralytics: ``add_to(model)`` before ``model.train(...)``."""

from __future__ import annotations

import os
from typing import Any

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
    training = Training(_NAME, run, log_model=log_model, strict=strict, **init)

    def begin(trainer: Any) -> None:
        training.begin()
        training.guard.attempt(training.add_params, dict(vars(trainer.args)))

    def log(trainer: Any) -> None:
        training.guard.attempt(_log, training, trainer)
        if training.should_stop():
            trainer.stop = True

    def end(trainer: Any) -> None:
        training.guard.attempt(_add_results, training, trainer)
        training.end()

    model.add_callback("on_pretrain_routine_start", begin)
    model.add_callback("on_fit_epoch_end", log)
    model.add_callback("on_train_end", end)
    return training


def _log(training: Training, trainer: Any) -> None:
    losses = trainer.label_loss_items(trainer.tloss, prefix="train")
    rates = getattr(trainer, "lr", {})
    training.log({**losses, **trainer.metrics, **rates}, trainer.epoch)


def _add_results(training: Training, trainer: Any) -> None:
    training.summary({"best_score": getattr(trainer, "best_fitness", None)})
    for policy, path in (("best", trainer.best), ("last", trainer.last)):
        if training.log_model in (policy, "all") and os.path.exists(path):
            training.keep_folder(os.fspath(path), f"{policy}.pt")
