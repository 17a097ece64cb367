"""Sweeps: many trials of one command, every trial a run.

::

    from gittrack.sweep import choice, log_uniform, random_search

    for config in random_search({"lr": log_uniform(1e-5, 1e-1), "batch": choice([32, 64])}, n_trials=50):
        ...

The names are defined in `gittrack.search` and `gittrack.api.search`, which are imported at the first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gittrack.api.search import asha, grid_search, hyperband, random_search, successive_halving
    from gittrack.search.space import choice, log_normal, log_uniform, normal, randint, uniform

_HOMES = {
    **dict.fromkeys(
        ("asha", "grid_search", "hyperband", "random_search", "successive_halving"),
        "gittrack.api.search",
    ),
    **dict.fromkeys(
        ("choice", "log_normal", "log_uniform", "normal", "randint", "uniform"),
        "gittrack.search.space",
    ),
}
__all__ = [
    "asha",
    "choice",
    "grid_search",
    "hyperband",
    "log_normal",
    "log_uniform",
    "normal",
    "randint",
    "random_search",
    "successive_halving",
    "uniform",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gittrack.sweep' has no attribute {name!r}")
    import importlib  # noqa: PLC0415 - only when a name is used

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
