"""From what the user asked for to a plan, everything checked that can be known before a trial runs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gittrack.core import layout, nested, yaml_read, yaml_write
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message
from gittrack.core.secrets import HIDDEN, redact_command
from gittrack.launch import config, launcher
from gittrack.record.machine.author import user
from gittrack.search.file import sweep_file
from gittrack.search.plan import Strategy, SweepPlan
from gittrack.search.strategies import methods
from gittrack.sweeping.stored import Sweep

_PYTHON = re.compile(r"python[\d.]*")


class Asked(NamedTuple):
    """What the user asks for: a sweep file, or ``content``, which options stand for.

    ``text`` is the file as it was given, ``where`` its name.  ``more`` are keys that options lay over it.
    """

    content: Any = None
    text: bytes | None = None
    where: str = layout.SWEEP
    more: Mapping[str, Any] = {}
    command: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    name: str | None = None
    experiment: str | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    verify: bool = True
    config: Mapping[str, str] = {}  # git's

    @property
    def file(self) -> bytes:
        """The sweep file as it is stored."""
        return yaml_write.dump(self.content) if self.text is None else self.text


class Opened(NamedTuple):
    """A sweep that is understood: its plan, how it is searched, and the params it lays its own over."""

    plan: SweepPlan
    strategy: Strategy
    base: Mapping[str, Any]
    remarks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The params that the sweep sets, but for the resource."""
        return tuple(self.plan.space)

    @property
    def resource(self) -> str | None:
        """The param that carries the resource."""
        return self.plan.resource.name if self.plan.resource else None


def opened(asked: Asked) -> Opened:
    """Return what is asked for.  Raises TrackError for all that can be known to be wrong by now."""
    content = asked.content
    if asked.text is not None:
        content = yaml_read.load(asked.text, asked.where)
    plan = _plan(content, asked.where, asked.more, asked.config)
    plan = plan._replace(command=asked.command or plan.command, name=asked.name or plan.name)
    strategy = methods.strategy(plan)
    if not plan.command:
        raise TrackError(
            "the sweep has no command", "write program: train.py in it, or give it after --", code=2
        )
    launcher.check_command(plan.command)
    _check_script(plan.command)
    for path in asked.inputs:
        if not os.path.exists(path):
            raise TrackError(f"the input {path} does not exist", "check the path")
    base = config.resolve(asked.files, [])
    return Opened(plan, strategy, base, (*plan.remarks, *_strangers(plan, base)))


def _check_script(command: Sequence[str]) -> None:
    """Raise TrackError where Python is to run a file that is not there: every trial would fail."""
    if len(command) < 2 or not _PYTHON.fullmatch(os.path.basename(command[0])):
        return
    script = command[1]
    if not script.startswith("-") and "{" not in script and not os.path.exists(script):
        raise TrackError(f"the program {script} does not exist", "check the path")


def reopened(sweep: Sweep, command: Sequence[str] = ()) -> Opened:
    """Return a sweep that was begun before; ``command`` stands in for one that could not be recorded."""
    content = yaml_read.load(sweep.text, layout.SWEEP)
    decided = {"metric": {"goal": sweep.facts["goal"]}} if sweep.facts.get("metric") else {}
    plan = _plan(content, layout.SWEEP, nested.merge(sweep.facts.get("asked") or {}, decided))
    words = tuple(command) or tuple(sweep.facts["command"])
    plan = plan._replace(command=words, name=sweep.name)
    return Opened(plan, methods.strategy(plan), sweep.facts.get("params") or {})


def check_command(sweep: Sweep, opened: Opened) -> None:
    """Raise TrackError where the command of a sweep cannot be run again as it was recorded."""
    if any(HIDDEN in word for word in opened.plan.command):
        raise TrackError(
            "its command holds a secret, which was not recorded",
            f"give it again: git track sweep resume {sweep.id[16:]} -- COMMAND...",
        )
    launcher.check_command(opened.plan.command)


def _plan(
    content: Any, where: str, more: Mapping[str, Any], config: Mapping[str, str] | None = None
) -> SweepPlan:
    if isinstance(content, dict):
        content = nested.merge(content, more)
    return sweep_file.read(content, where, config)


def _strangers(plan: SweepPlan, base: Mapping[str, Any]) -> list[str]:
    """Return remarks on params that the base file does not have: they may be mistyped."""
    known = commit_message.dotted(base)
    strange = [name for name in plan.space if known and name not in known]
    meant = {name: did_you_mean(name, known) for name in strange}
    remarks = [f"{name!r} is no known param; {hint}" for name, hint in meant.items() if hint]
    added = ", ".join(name for name in strange if not meant[name])
    return [*remarks, *([f"added to the params that there are: {added}"] if added else [])]


def facts(asked: Asked, found: Opened, experiment: str, moment: str, prefix: str) -> dict[str, Any]:
    """Return what plan.yaml says of a new sweep, but for its code."""
    plan = found.plan
    told: dict[str, Any] = {
        "name": plan.name,
        "method": plan.method,
        "metric": plan.metric,
        "goal": plan.goal,
        "created": moment,
        "experiment": experiment,
        "user": user(),
        "host": os.uname().nodename,
        "cwd": prefix.rstrip("/") or ".",
        "command": redact_command(plan.command),
        "seed": plan.seed,
        "size": found.strategy.size,
        "asked": dict(asked.more),
        "params": dict(found.base),
        "files": list(asked.files),
        "inputs": list(asked.inputs),
        "outputs": list(asked.outputs),
        "verify": None if asked.verify else False,
        "space": {name: one.text() for name, one in plan.space.items()},
        "table": [row._asdict() for row in found.strategy.table()],
    }
    return {key: value for key, value in told.items() if value is not None}
