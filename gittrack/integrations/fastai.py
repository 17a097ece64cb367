"""fastai: ``learner.fit(..., cbs=[GittrackCallback()])``."""

from __future__ import annotations

from typing import Any

import fastai
import torch
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
        self._begins = self._trains = False
        self._next = ("", 0)  # the run of the last training, and its next epoch

    def before_fit(self) -> None:
        """Note that a training may begin; `validate` calls this, too."""
        is_search = hasattr(self.learn, "lr_finder") or hasattr(self.learn, "gather_preds")
        self._begins, self._trains = not is_search, False

    def before_train(self) -> None:
        """Begin the run with the first epoch; a search for a learning rate records nothing."""
        if not self._begins:
            return
        self._begins, self._trains, self.best = False, True, BestValue()
        self.training.begin()
        self.training.guard.attempt(self._add_params)

    def _add_params(self) -> None:
        learn, run = self.learn, self.training.run
        if run is not None and run.id == self._next[0]:  # as in `fine_tune` within one run
            self.training.offset = self._next[1]
        params = {
            "epochs": learn.n_epoch,
            "batch_size": getattr(learn.dls, "bs", None),
            "learning_rate": None if _is_scheduled(learn) else _rate(learn),
            "optimizer": type(learn.opt).__name__,
            "loss_function": type(learn.loss_func).__name__,
            "model": type(learn.model).__name__,
        }
        self.training.add_params({key: item for key, item in params.items() if item is not None})

    def after_epoch(self) -> None:
        """Record the values of an epoch; stop the training if the sweep says so."""
        if not self._trains:
            return
        self.training.guard.attempt(self._log)
        if self.training.should_stop():
            raise CancelFitException

    def _log(self) -> None:
        recorder, epoch = self.learn.recorder, self.learn.epoch
        pairs = zip(recorder.metric_names[1:], recorder.log[1:], strict=False)
        metrics = {name: float(value) for name, value in pairs if _number(value) is not None}
        rate = _rate(self.learn)
        self.training.log({**metrics, **({} if rate is None else {"learning_rate": rate})}, epoch)
        if self.training.run is not None:
            self._next = self.training.run.id, self.training.offset + epoch + 1
        name = "valid_loss" if "valid_loss" in metrics else "train_loss"
        is_best = name in metrics and self.best.see(name, metrics[name], epoch)
        policy = self.training.log_model
        if policy == "all" or (policy == "best" and is_best):
            self._keep("best" if policy == "best" else f"epoch-{epoch}")

    def after_fit(self) -> None:
        """Record the best epoch and score, and end the run."""
        if not self._trains:
            return
        self._trains = False
        self.training.summary(self.best.summary())
        if self.training.log_model == "last":
            self._keep("last")
        self.training.end()

    def _keep(self, name: str) -> None:
        """Keep the learner without this callback; its weights if its data cannot be left out."""
        learn = self.learn
        if all(hasattr(loader.dataset, "new_empty") for loader in learn.dls.loaders):
            with learn.removed_cbs(self):
                self.training.keep_model(learn.export, f"{name}.pkl")
        else:
            self.training.keep_model(
                lambda path: torch.save(learn.model.state_dict(), path), f"{name}.pth"
            )


def _rate(learn: Any) -> float | None:
    """Return the learning rate of the last group of layers, which is that of the head."""
    return _number(learn.opt.hypers[-1].get("lr"))


def _is_scheduled(learn: Any) -> bool:
    return any("lr" in getattr(callback, "scheds", ()) for callback in learn.cbs)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
