"""Listen to W&B and TensorBoard: they go on as they would, and what they get is recorded, too."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Callable, Mapping
from gittrack.integrations import tensorboard
from gittrack.integrations.auto import recording


def tensorboard_of(module: Any) -> None:
    """Listen to the methods of ``SummaryWriter``."""
    target = recording.run()
    if target is not None:
        tensorboard.listen(module.SummaryWriter, tensorboard.training(target))


torch_utils_tensorboard = tensorboard_of
tensorboardX = tensorboard_of


def wandb(module: Any) -> None:
    """Listen to ``wandb.init``, to ``Run.log``, and to the config and summary at the end."""
    recording.replace(module, "init", _wandb_init)
    recording.replace(module.sdk.wandb_run.Run, "log", _wandb_log)


def _wandb_init(original: Callable[..., Any]) -> Callable[..., Any]:
    def init(*args: Any, **keywords: Any) -> Any:
        result = original(*args, **keywords)
        recording.guard.attempt(_add_config, keywords.get("config"))
        return result

    return init


def _add_config(config: Any) -> None:
    target = recording.run()
    if target is not None and isinstance(config, Mapping):
        target.log_params(dict(config), allow_change=True)


def _wandb_log(original: Callable[..., Any]) -> Callable[..., Any]:
    def log(self: Any, data: Any, step: Any = None, *args: Any, **keywords: Any) -> Any:
        at = getattr(self, "_step", None) if step is None else step
        recording.guard.attempt(_add_points, data, at)
        return original(self, data, step, *args, **keywords)

    return log


def _add_points(data: Any, step: Any) -> None:
    if isinstance(data, Mapping):
        recording.log(dict(_numbers(data)), step if isinstance(step, int) else None)


def _numbers(data: Mapping[str, Any], prefix: str = "") -> Any:
    """Yield the numbers of a nested mapping; other values are W&B's alone."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{key}/")
        elif not isinstance(value, (bool, str)) and hasattr(value, "__float__"):
            yield f"{prefix}{key}", float(value)
