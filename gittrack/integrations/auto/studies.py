"""Listen to Optuna: each trial of a study is a run, and the run of the program gets their values."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Callable, Sequence
from gittrack.integrations.auto import recording


def optuna(module: Any) -> None:
    """Listen to ``Study.optimize``."""
    recording.replace(module.study.Study, "optimize", _optimize)


def _optimize(original: Callable[..., Any]) -> Callable[..., Any]:
    listened = recording.with_callback(_callback)(original)

    def optimize(self: Any, *args: Any, **keywords: Any) -> Any:
        with recording.inside():  # the trial is a run, its trainings are not
            return listened(self, *args, **keywords)

    return optimize


def _callback(others: Sequence[Any]) -> Any:
    from gittrack.integrations.optuna import GittrackCallback  # noqa: PLC0415

    outer = recording.run()
    if outer is None or any(isinstance(other, GittrackCallback) for other in others):
        return None
    return GittrackCallback(outer=outer)
