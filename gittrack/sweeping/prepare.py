"""Turn the request of a user into a plan; report every mistake that can be known before a trial runs."""

from __future__ import annotations

import os
import re

from gittrack.core import layout, nested, yaml_read, yaml_write
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search.file import sweep_file
from gittrack.search.plan import Strategy, SweepPlan
from gittrack.search.strategies import methods
from gittrack.sweeping.stored import Sweep

_PYTHON = re.compile(r"python[\d.]*")


class SweepRequest(NamedTuple):
    """What the user asks for: a sweep file, or options that mean the same.

    Attributes
    ----------
    content : object
        The content of the sweep file that the options describe; None if there is a file.
    text : bytes or None
        The sweep file.
    source : str
        The name of the file, for messages.
    overrides : mapping
        Keys of a sweep file that options override.
    command : tuple of str
        The command after ``--``; overrides the command of the file.
    files : tuple of str
        The configuration files that the params of the sweep override.
    name, experiment : str or None
        The name of the sweep, and the experiment of its runs.
    inputs, outputs : tuple of str
        The paths of ``--input`` and ``--output``.
    verify : bool
        Whether the pre-run hook is asked.
    config : mapping
        Git's configuration.
    """

    content: Any = None
    text: bytes | None = None
    source: str = layout.SWEEP
    overrides: Mapping[str, Any] = {}
    command: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    name: str | None = None
    experiment: str | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    verify: bool = True
    config: Mapping[str, str] = {}

    @property
    def file(self) -> bytes:
        """The sweep file as it is stored."""
        return yaml_write.dump(self.content) if self.text is None else self.text


class PreparedSweep(NamedTuple):
    """A checked sweep: its plan, its strategy, the params that it overrides, and remarks for the user."""

    plan: SweepPlan
    strategy: Strategy
    base: Mapping[str, Any]
    remarks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The params that are searched; the resource is not one of them."""
        return tuple(self.plan.space)

    @property
    def resource(self) -> str | None:
        """The param that halving sets."""
        return self.plan.resource.name if self.plan.resource else None


def prepare(request: SweepRequest) -> PreparedSweep:
    """Return the new sweep that a user asks for.

    Raises TrackError for every mistake that can be known before a trial runs.
    """
    from gittrack.launch import config  # noqa: PLC0415 - a listing of sweeps has none

    content = request.content
    if request.text is not None:
        content = yaml_read.load(request.text, request.source)
    plan = _plan(content, request.source, request.overrides, request.config)
    plan = plan._replace(command=request.command or plan.command, name=request.name or plan.name)
    strategy = methods.strategy(plan)
    if not plan.command:
        raise TrackError(
            "the sweep has no command", "write program: train.py in it, or give it after --", code=2
        )
    _check_program(plan.command)
    _check_script(plan.command)
    for path in request.inputs:
        if not os.path.exists(path):
            raise TrackError(f"the input {path} does not exist", "check the path")
    base = config.resolve(request.files, [])
    return PreparedSweep(plan, strategy, base, (*plan.remarks, *_new_params(plan, base)))


def _check_script(command: Sequence[str]) -> None:
    """Raise TrackError if Python would run a file that does not exist: every trial would fail."""
    if len(command) < 2 or not _PYTHON.fullmatch(os.path.basename(command[0])):
        return
    script = command[1]
    if not script.startswith("-") and "{" not in script and not os.path.exists(script):
        raise TrackError(f"the program {script} does not exist", "check the path")


def prepare_again(sweep: Sweep, command: Sequence[str] = ()) -> PreparedSweep:
    """Return a sweep that was started before.

    Parameters
    ----------
    sweep : Sweep
        The sweep.
    command : sequence of str, optional
        Replaces the recorded command, which may hold a hidden secret.

    Raises
    ------
    TrackError
        If this version cannot run the sweep.
    """
    plan, base = plan_again(sweep, command)
    return PreparedSweep(plan, methods.strategy(plan), base)


class PlannedSweep(NamedTuple):
    """What the trials of a sweep need: its plan, and the params that it overrides."""

    plan: SweepPlan
    base: Mapping[str, Any]

    @property
    def resource(self) -> str | None:
        """The param that halving sets."""
        return self.plan.resource.name if self.plan.resource else None


def plan_again(sweep: Sweep, command: Sequence[str] = ()) -> PlannedSweep:
    """Return what the trials of a sweep need, without what proposes them; as for `prepare_again`."""
    content = yaml_read.load(sweep.text, layout.SWEEP)
    goal = {"metric": {"goal": sweep.facts["goal"]}} if sweep.facts.get("metric") else {}
    plan = _plan(content, layout.SWEEP, nested.merge(sweep.facts.get("asked") or {}, goal))
    words = tuple(command) or tuple(sweep.facts["command"])
    plan = plan._replace(command=words, name=sweep.name)
    return PlannedSweep(plan, sweep.facts.get("params") or {})


def check_command(sweep: Sweep, prepared: PreparedSweep) -> None:
    """Raise TrackError if the recorded command cannot be run: a secret in it is hidden, or it is missing."""
    from gittrack.core.secrets import HIDDEN  # noqa: PLC0415 - a listing runs no command

    if any(HIDDEN in word for word in prepared.plan.command):
        raise TrackError(
            "its command holds a secret, which was not recorded",
            f"give the command again: git track sweep resume {sweep.id[16:]} -- COMMAND...",
        )
    _check_program(prepared.plan.command)


def _check_program(command: Sequence[str]) -> None:
    """Raise TrackError if a command cannot be started."""
    from gittrack.launch import launcher  # noqa: PLC0415 - a listing of sweeps starts none

    launcher.check_command(command)


def _plan(
    content: Any,
    source: str,
    overrides: Mapping[str, Any],
    config: Mapping[str, str] | None = None,
) -> SweepPlan:
    if isinstance(content, dict):
        content = nested.merge(content, overrides)
    return sweep_file.read(content, source, config)


def _new_params(plan: SweepPlan, base: Mapping[str, Any]) -> list[str]:
    """Return remarks on params that the base does not have: they may be mistyped."""
    base_names = commit_message.dotted(base)
    new = [name for name in plan.space if base_names and name not in base_names]
    hints = {name: did_you_mean(name, base_names) for name in new}
    remarks = [f"{name!r} is a new param; {hint}" for name, hint in hints.items() if hint]
    added = ", ".join(name for name in new if not hints[name])
    return [*remarks, *([f"new params, which the base does not have: {added}"] if added else [])]


def plan_facts(
    request: SweepRequest, prepared: PreparedSweep, experiment: str, created: str, prefix: str
) -> dict[str, Any]:
    """Return the content of plan.yaml for a new sweep, without its id and its code.

    Parameters
    ----------
    request : SweepRequest
        What the user asked for.
    prepared : PreparedSweep
        The plan and the strategy.
    experiment : str
        The experiment of the runs.
    created : str
        The time of the start, in ISO format.
    prefix : str
        The current folder, from the top of the work tree.
    """
    from gittrack.core.secrets import redact_command  # noqa: PLC0415 - not for a listing
    from gittrack.record.machine.author import user  # noqa: PLC0415 - not for a listing

    plan = prepared.plan
    facts: dict[str, Any] = {
        "name": plan.name,
        "method": plan.method,
        "metric": plan.metric,
        "goal": plan.goal,
        "created": created,
        "experiment": experiment,
        "user": user(),
        "host": os.uname().nodename,
        "cwd": prefix.rstrip("/") or ".",
        "command": redact_command(plan.command),
        "seed": plan.seed,
        "size": prepared.strategy.size,
        "asked": dict(request.overrides),
        "params": dict(prepared.base),
        "files": list(request.files),
        "inputs": list(request.inputs),
        "outputs": list(request.outputs),
        "verify": None if request.verify else False,
        "space": {name: distribution.text() for name, distribution in plan.space.items()},
        "table": [row._asdict() for row in prepared.strategy.table()],
    }
    return {key: value for key, value in facts.items() if value is not None}
