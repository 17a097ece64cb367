"""TensorBoard: after ``record()``, what a ``SummaryWriter`` writes is recorded, too."""

from __future__ import annotations

import functools
import sys
from typing import Any

from gittrack.core.standard.collections import Callable, Mapping
from gittrack.integrations.base.training import Training
from gittrack.record.run import Run

_NAME = "TensorBoard"
_MODULES = ("torch.utils.tensorboard", "tensorboardX")


def record(run: Run | None = None, *, strict: bool = False, **init: Any) -> Training:
    """Record the scalars and hyperparameters that ``SummaryWriter`` of torch or tensorboardX writes.

    Parameters
    ----------
    run : gittrack.Run, optional
        The run.  Default: the active run; without one, a run of its own, until the process ends.
    strict : bool, default False
        Whether an error of the recording ends the training.
    **init
        Keywords of `gittrack.init`.

    Returns
    -------
    Training
    """
    recorder = training(run, strict=strict, **init)
    for name in _MODULES:
        module = sys.modules.get(name)
        if module is not None:
            listen(module.SummaryWriter, recorder)
    return recorder


def is_imported() -> bool:
    """Return whether the program has imported a ``SummaryWriter``."""
    return any(name in sys.modules for name in _MODULES)


def training(run: Run | None = None, **options: Any) -> Training:
    """Return what records the values of writers into a run."""
    return Training(_NAME, run, **{"ends": "block", **options})


def listen(writer: Any, training: Training) -> None:
    """Record what the methods of a class of writers get; a second time replaces the first."""
    listeners: dict[str, Callable[..., None]] = {
        "add_scalar": add_scalar,
        "add_scalars": add_scalars,
        "add_hparams": add_hparams,
    }
    for name, listener in listeners.items():
        method = getattr(writer, name, None)
        if method is not None:
            original = getattr(method, "gittrack_original", method)
            setattr(writer, name, _listening(original, listener, training))


def _listening(
    method: Callable[..., Any], listener: Callable[..., None], training: Training
) -> Callable[..., Any]:
    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not training.is_over:
            training.begin()
            training.guard.attempt(functools.partial(listener, training, *args, **kwargs))
        return method(self, *args, **kwargs)

    wrapper.gittrack_original = method  # type: ignore[attr-defined]
    return wrapper


def add_scalar(
    training: Training, tag: str, scalar_value: Any, global_step: Any = None, *_: Any, **__: Any
) -> None:
    """Record a scalar at its step."""
    training.log({tag: float(scalar_value)}, global_step)


def add_scalars(
    training: Training,
    main_tag: str,
    tag_scalar_dict: Mapping[str, Any],
    global_step: Any = None,
    *_: Any,
    **__: Any,
) -> None:
    """Record several scalars at their step."""
    values = {f"{main_tag}/{name}": float(value) for name, value in tag_scalar_dict.items()}
    training.log(values, global_step)


def add_hparams(
    training: Training,
    hparam_dict: Mapping[str, Any],
    metric_dict: Mapping[str, Any],
    *_: Any,
    **__: Any,
) -> None:
    """Record hyperparameters as params and their metrics as final values."""
    training.add_params(dict(hparam_dict))
    training.summary({name: float(value) for name, value in metric_dict.items()})
