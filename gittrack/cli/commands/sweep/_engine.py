"""The options of where trials run: on this machine, or by an engine on others."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.sweeping.jobs import JobMaker, RunOptions
from gittrack.sweeping.runner import ClosablePool
from gittrack.sweeping.state import SweepState

if TYPE_CHECKING:
    from gittrack.engines.executor import EngineOptions

MakePool = Callable[[git.Repo, JobMaker, SweepState], ClosablePool]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say where trials run."""
    add = parser.add_argument_group("where to run it").add_argument
    add("--engine", metavar="NAME", help="run trials elsewhere: local-processes, workers")
    add("--setup", metavar="FILE", help="shell commands that are read before each trial")


def options_of(args: argparse.Namespace, jobs: int) -> EngineOptions | None:
    """Return what the user asks of an engine; None if trials run on this machine as usual.

    Raises TrackError for options that do not go together.
    """
    if args.engine is None:
        words = [f"--{name}" for name in _NEED_ENGINE if getattr(args, name) is not None]
        if words:
            raise TrackError(
                f"{words[0]} has no effect without an engine", "give one: --engine NAME", code=2
            )
        return None
    if args.gpus is not None:
        hint = "ask the engine for GPUs, or: git track worker SWEEP --gpus 0,1"
        raise TrackError("--gpus is for trials on this machine", hint, code=2)
    from gittrack.engines import engines, executor  # noqa: PLC0415 - most sweeps run on one machine

    engines.check(args.engine)
    return executor.EngineOptions(args.engine, jobs, setup=_setup(args.setup))


_NEED_ENGINE = ("setup",)


def with_engine(options: RunOptions, engine: EngineOptions | None) -> RunOptions:
    """Return how trials run: with an engine, each in a worktree."""
    return options if engine is None else options._replace(isolate=True)


def pool_maker(engine: EngineOptions | None, warn: Callable[[str], None]) -> MakePool | None:
    """Return what makes the pool of a sweep with an engine."""
    if engine is None:
        return None
    from gittrack.engines import engines  # noqa: PLC0415 - most sweeps run on one machine

    return lambda repo, maker, initial: engines.pool(repo, maker, initial, engine, warn)


def _setup(path: str | None) -> str:
    if path is None:
        return ""
    try:
        return Path(path).read_text()
    except OSError as error:
        raise TrackError(
            f"the setup file {path} cannot be read: {error.strerror}", "check its name"
        )
