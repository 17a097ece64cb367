"""Listen to Optuna: each trial of a study is a run, and the run of the program gets their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gittrack.integrations.auto import recording


def optuna(module: Any) -> None:
    """Listen to ``Study.optimize``."""
    recording.replace(module.study.Study, "optimize", _optimize)


def _optimize(original: Callable[..., Any]) -> Callable[..., Any]:
    def optimize(self: Any, *args: Any, **keywords: Any) -> Any:
        callback = recording.guard.attempt(_callback, keywords.get("callbacks"))
        if callback is None:
            return original(self, *args, **keywords)
        own = [*(keywords.get("callbacks") or ()), callback]
        with recording.inside():  # the trial is a run, its trainings are not
            return original(self, *args, **{**keywords, "callbacks": own})

    return optimize


def _callback(others: Any) -> Any:
    from gittrack.integrations.optuna import GittrackCallback  # noqa: PLC0415

    outer = None if recording.is_inside() else recording.run()
    if outer is None or any(isinstance(other, GittrackCallback) for other in others or ()):
        return None
    return GittrackCallback(outer=outer)
