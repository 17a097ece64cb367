"""Lightning: ``Trainer(logger=GittrackLogger())``."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from gittrack.core.standard.collections import Mapping

try:
    import lightning.pytorch as pl
except ImportError:
    import pytorch_lightning as pl

from lightning_utilities.core.rank_zero import rank_zero_only

from gittrack.integrations.base import versions
from gittrack.integrations.base.training import Training
from gittrack.record.active.disabled import DisabledRun
from gittrack.record.run import Run

_NAME = "Lightning"


class GittrackLogger(pl.loggers.Logger):
    """Records a training: hyperparameters, metrics by global step, checkpoints.

    The run begins with the first value, never in the constructor, and goes on after ``fit``, because ``test``
    uses the same logger; it ends with the process, or as the next run begins.

    Parameters
    ----------
    run : gittrack.Run, optional
        The run.  Default: the active run, else a run of its own.
    log_model : {'best', 'last', 'all'}, optional
        Which checkpoints of ``ModelCheckpoint`` are kept as artifacts.  Default: none.
    save_dir : str or path, optional
        The folder for checkpoints.  Default: that of the trainer.
    resume : str or path, optional
        The folder of your checkpoints: a training that is started again continues its run.
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
        save_dir: str | os.PathLike[str] | None = None,
        resume: str | os.PathLike[str] | None = None,
        strict: bool = False,
        **init: Any,
    ) -> None:
        super().__init__()
        versions.check(_NAME, pl.__version__)
        self.training = Training(
            _NAME,
            run,
            log_model=log_model,
            resume=resume,
            strict=strict,
            ends="later",
            reports_errors=True,
            **init,
        )
        self._save_dir = save_dir
        self._checkpoints: Any = None
        self._saved: set[str] = set()

    @classmethod
    def of(cls, training: Training) -> GittrackLogger:
        """Return the logger that records by ``training``."""
        result = cls(strict=training.guard.strict)
        result.training = training
        return result

    @property
    def name(self) -> str:
        """The name of the folder of checkpoints."""
        return "gittrack"

    @property
    def version(self) -> str:
        """The id of the run, which is the second folder of checkpoints."""
        return self.experiment.id or "no-run"

    @property
    def save_dir(self) -> str | None:
        """The folder for checkpoints; None for that of the trainer."""
        return None if self._save_dir is None else os.fspath(self._save_dir)

    @property
    def experiment(self) -> Run:
        """The run; on ranks other than zero one that records nothing."""
        self.training.begin(rank=rank())
        return self.training.run or DisabledRun({})

    def log_hyperparams(
        self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any
    ) -> None:
        """Record hyperparameters."""
        self.training.begin(rank=rank())
        named = vars(params) if isinstance(params, Namespace) else dict(params)
        self.training.guard.attempt(self.training.add_params, named)

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Record metrics at a global step."""
        self.training.begin(rank=rank())
        self.training.log(metrics, step)

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Keep each checkpoint, if all are asked for."""
        self._checkpoints = checkpoint_callback
        if self.training.log_model == "all":
            self.training.guard.attempt(self._keep_all)

    def _keep_all(self) -> None:
        paths = {*self._checkpoints.best_k_models, self._checkpoints.best_model_path}
        for path in sorted(str(path) for path in paths if path):
            if path not in self._saved and os.path.exists(path):
                self._saved.add(path)
                self.training.keep_folder(path, os.path.basename(path))

    def finalize(self, status: str) -> None:
        """Keep the checkpoint and the best score; a training that has raised an exception is a failed run."""
        if rank():
            return
        self.training.guard.attempt(self._add_results)
        if status == "success":
            self.training.end()
        else:
            self.training.close()

    def _add_results(self) -> None:
        checkpoints = self._checkpoints
        score = getattr(checkpoints, "best_model_score", None)
        if score is not None:
            self.training.summary({"best_score": float(score)})
        path = getattr(checkpoints, "best_model_path", "")
        if self.training.log_model == "last":
            path = checkpoints.last_model_path or path
        if self.training.log_model in ("best", "last") and path and path not in self._saved:
            self._saved.add(path)
            self.training.keep_folder(path, f"{self.training.log_model}.ckpt")


class GittrackStop(pl.callbacks.Callback):
    """Stops a trial of a sweep with ``early_terminate``: ``Trainer(callbacks=[GittrackStop(logger)])``.

    Parameters
    ----------
    logger : GittrackLogger
        The logger of the trainer.
    """

    def __init__(self, logger: GittrackLogger) -> None:
        self.logger = logger

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Ask the sweep in rank zero, and tell all ranks."""
        stops = self.logger.training.should_stop()
        if trainer.strategy.reduce_boolean_decision(stops, all=False):
            trainer.should_stop = True


def rank() -> int:
    """Return the rank of this process."""
    return int(getattr(rank_zero_only, "rank", 0) or 0)
