"""Where listeners record: the run of the script, else that of ``git track run``, without joining it."""

from __future__ import annotations

import functools
import inspect
import os
from typing import Any

from gittrack.api.starting import begin, launched, workers
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Iterator, Sequence
from gittrack.integrations.base.guard import ErrorGuard
from gittrack.integrations.base.training import Training
from gittrack.record import journal
from gittrack.record.active import warning
from gittrack.record.ending import process_end
from gittrack.record.run import Run

MOST_TRAININGS = 20
guard = ErrorGuard("automatic")


class _Process:
    """What this process has recorded so far."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.attached: Run | None = None
        self.trainings = 0
        self.depth = 0  # trainings inside a training, such as the folds of a grid search


_process = _Process()


def run() -> Run | None:
    """Return the run that listeners record into; None if this process records nothing.

    A script that calls `gittrack.init` later still joins the run of ``git track run``.
    """
    active = process_end.latest()
    if active is not None:
        return active
    if begin.is_off(None):
        return None
    if os.getpid() != _process.pid or workers.parent() is not None or workers.silent_rank():
        return None
    if _process.attached is None:
        folder = launched.journal_folder()
        book = None if folder is None else journal.open_live(folder)
        if book is not None:
            _process.attached = Run(book, None, launched.work_tree())
    return _process.attached


def training(framework: str, **options: Any) -> Training | None:
    """Return what records a further training; None for one that is not recorded.

    The metrics of the second training of a process begin with ``fit2/``, and so on.  A training inside
    another one, such as in a grid search, is not recorded.
    """
    target = None if _process.depth else run()
    if target is None:
        return None
    _process.trainings += 1
    number = _process.trainings
    if number > MOST_TRAININGS:
        if number == MOST_TRAININGS + 1:
            warning.warn(
                [f"--auto records the first {MOST_TRAININGS} trainings of a program, and no more"]
            )
        return None
    return Training(framework, target, prefix="" if number == 1 else f"fit{number}/", **options)


@contextlib.contextmanager
def inside() -> Iterator[None]:
    """Record no training that begins in the ``with`` block."""
    _process.depth += 1
    try:
        yield
    finally:
        _process.depth -= 1


def is_inside() -> bool:
    """Return whether a training is going on whose inner trainings are not recorded."""
    return _process.depth > 0


def log(metrics: dict[str, Any], step: float | None = None) -> None:
    """Record metrics outside of a training, such as a score."""
    target = None if _process.depth else run()
    if target is not None:
        guard.attempt(target.log, metrics, step)


def with_callback(
    make: Callable[[Sequence[Any]], Any],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a training function one more callback, however its callbacks are passed.

    Parameters
    ----------
    make : callable
        Gets the callbacks of the program; returns the callback that listens, or None.
    """

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(original)

        def training_function(*args: Any, **keywords: Any) -> Any:
            try:
                bound = signature.bind(*args, **keywords)
            except TypeError:  # the framework says better what is wrong
                return original(*args, **keywords)
            others = bound.arguments.get("callbacks") or ()
            if not isinstance(others, (list, tuple, set)):
                others = [others]
            callback = guard.attempt(make, others)
            if callback is None:
                return original(*args, **keywords)
            bound.arguments["callbacks"] = [*others, callback]
            result = original(*bound.args, **bound.kwargs)
            close = getattr(callback, "close", None)
            if close is not None:  # of a framework that does not call it at the end
                guard.attempt(close)
            return result

        return training_function

    return wrap


def replace(
    owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> None:
    """Replace a function of a module or class by what ``make`` returns for it; not a second time."""
    original = getattr(owner, name, None)
    if original is None or hasattr(original, "gittrack_listens"):
        return
    wrapper = functools.wraps(original)(make(original))
    wrapper.gittrack_listens = True  # type: ignore[attr-defined]
    setattr(owner, name, wrapper)
