"""Listen to Keras, Lightning and transformers: every training gets the callback of the integration."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Callable, Sequence
from gittrack.integrations.auto import recording
from gittrack.record.active import warning


def keras(module: Any) -> None:
    """Listen to ``Model.fit``."""
    recording.replace(module.Model, "fit", recording.with_callback(_keras_callback))


def _keras_callback(others: Sequence[Any]) -> Any:
    from gittrack.integrations.keras import GittrackCallback  # noqa: PLC0415

    if any(isinstance(other, GittrackCallback) for other in others):
        return None
    training = recording.training("Keras")
    return None if training is None else GittrackCallback.of(training)


def lightning_pytorch(module: Any) -> None:
    """Listen to the methods of ``Trainer`` that run a model."""
    for name in ("fit", "validate", "test"):
        recording.replace(module.Trainer, name, _lightning_method)


pytorch_lightning = lightning_pytorch


def _lightning_method(original: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **keywords: Any) -> Any:
        recording.guard.attempt(_add_logger, self)
        return original(self, *args, **keywords)

    return method


def _add_logger(trainer: Any) -> None:
    """Add the logger behind the others; the first one decides where checkpoints are written."""
    from gittrack.integrations.lightning import GittrackLogger  # noqa: PLC0415

    loggers = list(trainer.loggers)
    if any(isinstance(logger, GittrackLogger) for logger in loggers):
        return
    if not loggers:  # another logger would change where checkpoints are written
        warning.warn(["--auto records nothing of a Trainer(logger=False): give it a logger"])
        return
    training = recording.training("Lightning")
    if training is not None:
        trainer.loggers = [*loggers, GittrackLogger.of(training)]


def transformers_trainer(module: Any) -> None:
    """Listen to ``Trainer``."""
    recording.replace(module.Trainer, "train", _transformers_train)


def _transformers_train(original: Callable[..., Any]) -> Callable[..., Any]:
    def train(self: Any, *args: Any, **keywords: Any) -> Any:
        recording.guard.attempt(_add_callback, self)
        return original(self, *args, **keywords)

    return train


def _add_callback(trainer: Any) -> None:
    from gittrack.integrations.transformers import GittrackCallback  # noqa: PLC0415

    others = trainer.callback_handler.callbacks
    if any(isinstance(other, GittrackCallback) for other in others):
        return
    training = recording.training("transformers")
    if training is not None:
        trainer.add_callback(GittrackCallback.of(training))
