"""The options of where trials run: on this machine, or by an engine on others."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable
from gittrack.search.plan import SweepPlan
from gittrack.sweeping.jobs import JobMaker, RunOptions
from gittrack.sweeping.runner import ClosablePool
from gittrack.sweeping.state import SweepState

if TYPE_CHECKING:
    from gittrack.engines.executor import EngineOptions

MakePool = Callable[[git.Repo, JobMaker, SweepState], ClosablePool]
# The options of one engine, and the engines that have them.
_OF_ENGINES = {
    "scheduler": ("dask",),
    "resources": ("dask",),
    "sbatch": ("slurm",),
    "hosts": ("ssh",),
    "program": ("slurm", "ssh"),
}
_NEED_ENGINE = ("setup", "meet", *_OF_ENGINES)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say where trials run."""
    add = parser.add_argument_group("where to run it").add_argument
    add(
        "--engine",
        metavar="NAME",
        help="on other machines: dask, slurm, ssh, workers, local-processes",
    )
    add("--setup", metavar="FILE", help="shell commands that are read before each trial")
    add("--meet", choices=("shared", "remote"), help="where runs meet: see docs/engines.md")
    add(
        "--scheduler",
        metavar="ADDRESS",
        help="dask: the scheduler, tcp://head:8786 (a local cluster)",
    )
    add("--resources", metavar="NAME=N", help="dask: what each trial needs, such as gpu=1")
    add(
        "--sbatch",
        metavar="OPTIONS",
        help="slurm: options of sbatch, such as '--gres=gpu:1 --time=2:00:00'",
    )
    add("--hosts", metavar="A,B", help="ssh: the machines")
    add("--program", metavar="PATH", help="slurm, ssh: git-track on the other machines")


def options_of(args: argparse.Namespace) -> EngineOptions | None:
    """Return what the user asks of an engine; None if trials run on this machine as usual.

    Raises TrackError for options that do not go together.
    """
    if args.engine is None:
        words = [f"--{name}" for name in _NEED_ENGINE if getattr(args, name) is not None]
        if words:
            raise TrackError(
                f"{words[0]} has no effect without an engine", "name one: --engine NAME", code=2
            )
        return None
    if args.gpus is not None:
        hint = "ask the engine for GPUs, or: git track worker SWEEP --gpus 0,1"
        raise TrackError("--gpus is for trials on this machine", hint, code=2)
    from gittrack.engines import engines, executor  # noqa: PLC0415 - most sweeps run on one machine

    values = _values(args)
    engines.check(args.engine, values)
    return executor.EngineOptions(
        args.engine, args.jobs or 0, values, setup_text(args.setup), args.meet or "", _words(args)
    )


def _words(args: argparse.Namespace) -> str:
    """Return the options that say where trials run, as a command line."""
    options = {name: getattr(args, name) for name in ("engine", *_NEED_ENGINE, "jobs")}
    return "".join(
        f" --{name} {shlex.quote(str(value))}"
        for name, value in options.items()
        if value is not None
    )


def _values(args: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the engine.  Raises TrackError for an option of another one."""
    values: dict[str, Any] = {}
    for name, owners in _OF_ENGINES.items():
        value = getattr(args, name)
        if value is None:
            continue
        if args.engine not in owners and "." not in args.engine:
            owner = " and ".join(owners)
            raise TrackError(f"--{name} is for the engine {owner}", "leave it out", code=2)
        values[name] = value
    if "hosts" in values:
        values["hosts"] = tuple(host.strip() for host in args.hosts.split(",") if host.strip())
        if any(host.startswith("-") for host in values["hosts"]):
            raise TrackError(f"--hosts {args.hosts} has an option in it", "name hosts", code=2)
    if "sbatch" in values:
        values["sbatch"] = tuple(shlex.split(args.sbatch))
    if "resources" in values:
        values["resources"] = _resources(args.resources)
    return values


def _resources(text: str) -> dict[str, float]:
    try:
        pairs = (word.partition("=") for word in text.split(","))
        return {name.strip(): float(number) for name, _, number in pairs}
    except ValueError:
        raise TrackError(f"--resources {text} is not NAME=N", "write --resources gpu=1", code=2)


def with_engine(
    repo: git.Repo, options: RunOptions, engine: EngineOptions | None, plan: SweepPlan
) -> RunOptions:
    """Return how trials run: with an engine, each in a worktree.

    Raises TrackError if an engine cannot run the plan, or if the user did not agree that runs go to a remote.
    """
    if engine is None:
        return options
    if engine.meet == "remote":
        from gittrack.engines import engines  # noqa: PLC0415 - most sweeps run on one machine
        from gittrack.share.background import automatic  # noqa: PLC0415

        engines.check_early_terminate(plan)
        automatic.check_consent(repo)
    return options._replace(isolate=True)


def bring_runs(repo: git.Repo, sweep_id: str, engine: EngineOptions | None) -> None:
    """Bring the runs of a sweep that meet on a git remote, because another clone may have run it."""
    if engine is None or engine.meet != "remote":
        return
    from gittrack.share import pull  # noqa: PLC0415 - most sweeps run on one machine
    from gittrack.share.choosing.options import PullOptions  # noqa: PLC0415

    pull.pull(repo, PullOptions(sweep=sweep_id, artifacts=False), may_remove=lambda count: False)


def pool_maker(
    engine: EngineOptions | None, warn: Callable[[str], None], note: Callable[[str], None]
) -> MakePool | None:
    """Return what makes the pool of a sweep with an engine."""
    if engine is None:
        return None
    from gittrack.engines import engines  # noqa: PLC0415 - most sweeps run on one machine

    return lambda repo, maker, initial: engines.pool(repo, maker, initial, engine, warn, note)


def setup_text(path: str | None) -> str:
    """Return the content of the file of ``--setup``; empty without it.  Raises TrackError."""
    if path is None:
        return ""
    try:
        return Path(path).read_text()
    except OSError as error:
        raise TrackError(
            f"the setup file {path} cannot be read: {error.strerror}", "check its name"
        )
