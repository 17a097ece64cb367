"""What may be put back as it was: each difference between two runs, and how a rerun restores it."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.record.machine import environment
from gittrack.reproduce.causes import reason as kinds
from gittrack.reproduce.causes.reason import Reason
from gittrack.reproduce.rerun_request import OtherFiles

NOTHING = Reason("nothing", "the same rerun once more, to see whether the program is deterministic")
_MOST_FILES = 6
_NOT_STORED = "its earlier content is not stored"


class Suspect(NamedTuple):
    """A difference, and how a rerun puts it back.

    Attributes
    ----------
    reason
        The difference.
    changes
        Fields of the rerun's request (`RerunRequest`) with the values of the first run.
    requirement
        A package with its version, which pip must fetch; empty for none.
    obstacle
        Why it cannot be put back; empty if it can.
    """

    reason: Reason
    changes: Mapping[str, Any] = {}
    requirement: str = ""
    obstacle: str = ""


def suspects(
    rows: Sequence[Reason], first: RunInfo, base: RunInfo, *, network: bool
) -> tuple[Suspect, ...]:
    """Return what may be put back, the most likely first; those that cannot be have an obstacle.

    Parameters
    ----------
    rows
        The differences.
    first
        The run whose state is put back.
    base
        The run that is run again.
    network
        Whether pip may fetch packages.
    """
    files = [row for row in rows if row.kind in (kinds.CODE, kinds.DATA, kinds.DOCUMENT)]
    rest = [row for row in rows if row not in files]
    order = [*(_suspect(row, first, base, network) for row in rest), *_files(files, first)]
    return tuple(sorted(order, key=lambda suspect: kinds.KINDS.index(suspect.reason.kind)))


def _suspect(row: Reason, first: RunInfo, base: RunInfo, network: bool) -> Suspect:
    before = None if row.before in (None, "none") else str(row.before)
    if row.kind == kinds.SEED:
        obstacle = "" if first.seed is not None else "the first run had no seed"
        return Suspect(row, {"seed": first.seed}, obstacle=obstacle)
    if row.kind == kinds.PARAM:
        return Suspect(row, {"changed": _with_param(row.name, first.params, base.params)})
    if row.kind == kinds.COMMAND:
        obstacle = "" if first.command else "the command of the first run was not recorded"
        return Suspect(row, {"command": first.command}, obstacle=obstacle)
    if row.kind == kinds.PACKAGE:
        if before is None:
            return Suspect(row, obstacle="the original did not have it")
        obstacle = "" if network else "it needs the network: --network"
        return Suspect(row, requirement=f"{row.name}=={before}", obstacle=obstacle)
    if row.kind in (kinds.INPUT, kinds.READ):
        return Suspect(row, obstacle=_NOT_STORED)
    if row.kind == kinds.SECRET:
        return Suspect(row, obstacle=f"its value is not recorded: git config track.env {row.name}")
    variables = _variables(row, before)
    return (
        Suspect(row, {"variables": variables})
        if variables
        else Suspect(row, obstacle="it cannot be put back here")
    )


def _variables(row: Reason, before: str | None) -> Mapping[str, str | None]:
    """Return the variables that put a row back; None removes a variable."""
    if row.kind == kinds.THREADS:
        if row.name in environment.THREADS:
            return {row.name: before}
        if before is not None and before.isdigit():
            return dict.fromkeys(environment.THREADS, before)
    if row.kind == kinds.VARIABLE:
        return {row.name: before}
    if row.kind == kinds.HASH_SEED and before is not None and before.isdigit():
        return {"PYTHONHASHSEED": before}
    return {}


def _with_param(name: str, first: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the params of ``base`` with one param as ``first`` has it."""
    leaves = {parts: value for parts, value in commit_message.flatten(base) if _name(parts) != name}
    earlier = {
        parts: value for parts, value in commit_message.flatten(first) if _name(parts) == name
    }
    return commit_message.nest({**leaves, **earlier})


def _name(parts: tuple[str, ...]) -> str:
    return commit_message.join_key(parts)


def _files(rows: Sequence[Reason], first: RunInfo) -> list[Suspect]:
    """Return a suspect for each changed file, and one for all of them, which may only work together."""
    state = first.code.state
    names = tuple(row.name for row in rows)
    if state is None:
        return [Suspect(row, obstacle="the code of the first run is not known") for row in rows]
    single = rows if len(rows) <= _MOST_FILES else ()
    answer = [Suspect(row, {"files": OtherFiles(state, (row.name,))}) for row in single]
    if len(rows) > 1:
        whole = Reason(kinds.DATA, f"all {len(rows)} changed files, code too")
        answer.append(Suspect(whole, {"files": OtherFiles(state, names)}))
    return answer
