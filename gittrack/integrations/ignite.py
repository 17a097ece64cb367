"""Ignite: ``attach(trainer, {"valid": evaluator})``."""

from __future__ import annotations

from typing import Any

import ignite
from ignite.engine import Events

from gittrack.core.standard.collections import Mapping
from gittrack.integrations.base import versions
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "Ignite"


class GittrackHandler:
    """Records the engines that it is attached to; see `attach`."""

    def __init__(self, run: Run | None = None, *, strict: bool = False, **init: Any) -> None:
        versions.check(_NAME, ignite.__version__)
        self.training = Training(_NAME, run, strict=strict, **init)

    def begin(self, engine: Any) -> None:
        """Begin the run."""
        params = {"epochs": engine.state.max_epochs, "epoch_length": engine.state.epoch_length}
        self.training.begin({key: item for key, item in params.items() if item is not None})

    def log_output(self, engine: Any) -> None:
        """Record the output of the trainer, if it is a number or a mapping of numbers."""
        output = engine.state.output
        metrics = output if isinstance(output, Mapping) else {"loss": output}
        self.training.log(
            {f"train/{name}": value for name, value in metrics.items()}, engine.state.iteration
        )

    def log_metrics(self, name: str, engine: Any, trainer: Any) -> None:
        """Record the metrics of an engine at the epoch of the trainer; stop if the sweep says so."""
        metrics = {f"{name}/{key}": value for key, value in engine.state.metrics.items()}
        self.training.log(metrics, trainer.state.epoch)
        if self.training.should_stop():
            trainer.terminate()

    def end(self, engine: Any) -> None:
        """End the run; Ignite handles an exception of its own while an engine is being terminated."""
        self.training.close("finished")

    def fail(self, engine: Any, error: BaseException) -> None:
        """End the run as failed, and raise the exception of the training."""
        try:
            raise error
        finally:
            self.training.close()


def attach(
    trainer: Any,
    evaluators: Mapping[str, Any] | None = None,
    run: Run | None = None,
    *,
    every: int = 1,
    strict: bool = False,
    **init: Any,
) -> GittrackHandler:
    """Record a trainer: its output by iteration, and the metrics of evaluators by epoch.

    Parameters
    ----------
    trainer : ignite.engine.Engine
        The engine that trains.
    evaluators : mapping of str to Engine, optional
        Engines that evaluate, by the name of their data.
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, each training is a run of its own.
    every : int, default 1
        The output of every so many iterations is recorded.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.

    Returns
    -------
    GittrackHandler
    """
    handler = GittrackHandler(run, strict=strict, **init)
    trainer.add_event_handler(Events.STARTED, handler.begin)
    trainer.add_event_handler(Events.ITERATION_COMPLETED(every=every), handler.log_output)
    for name, evaluator in (evaluators or {}).items():
        evaluator.add_event_handler(
            Events.EPOCH_COMPLETED,
            lambda engine, name=name: handler.log_metrics(name, engine, trainer),
        )
    trainer.add_event_handler(
        Events.EPOCH_COMPLETED, lambda engine: handler.log_metrics("train", engine, trainer)
    )
    trainer.add_event_handler(Events.COMPLETED, handler.end)
    trainer.add_event_handler(Events.TERMINATE, handler.end)
    trainer.add_event_handler(Events.EXCEPTION_RAISED, handler.fail)
    return handler
