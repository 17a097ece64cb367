"""Ask before the command of a run or sweep from another machine is executed for the first time."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from gittrack import git
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.disk import trust
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import content
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id

if TYPE_CHECKING:
    from gittrack.sweeping.stored import Sweep


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--trust`` and ``--no-verify``."""
    parser.add_argument(
        "--trust",
        metavar="COMMIT",
        help="trust this run commit; do not ask before its command runs",
    )
    parser.add_argument(
        "--no-verify", action="store_true", help="skip the pre-run hook; the run records that"
    )


def check(repo: git.Repo, run: RunRecord, trusted: str | None, links: tuple[str, ...]) -> None:
    """Print what a run would execute, and ask, unless this machine recorded the run.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    run : RunRecord
        The run that is to be executed again.
    trusted : str or None
        A run commit that the user trusts (``--trust``): no question is asked for it.
    links : tuple of str
        The paths that will be linked into the worktree of the rerun.

    Raises
    ------
    TrackError
        With the exit status 3, if the user refuses or if there is no terminal to ask on.
    """
    commit = str(run.info.commit)
    if not _is_allowed(commit, trusted):
        print_note(f"the run {run.id} was not recorded on this machine; it would execute:")
        _ask(commit, _rows(repo, run, links), f"git track reproduce {short_id(run.id)}")


def check_sweep(sweep: Sweep, trusted: str | None, verb: str = "sweep resume") -> None:
    """Print what a sweep would execute, and ask as `check` does, unless this machine started the sweep.

    ``verb`` is the verb that executes it.
    """
    if not _is_allowed(sweep.commit, trusted):
        print_note(f"the sweep {sweep.id} was not started on this machine; it would execute:")
        rows = [
            ("command", repr(list(sweep.facts["command"]))),
            ("folder", str(sweep.facts.get("cwd") or ".")),
            ("code", str(sweep.code)),
        ]
        _ask(sweep.commit, rows, f"git track {verb} {short_id(sweep.id)}")


def _is_allowed(commit: str, trusted: str | None) -> bool:
    if trusted != commit:
        return trust.is_trusted(commit)
    _remember(commit)
    return True


def _ask(commit: str, rows: Sequence[tuple[str, str]], again: str) -> None:
    for name, value in rows:
        print_note(f"  {name:<9}{text.escape(value)}")
    hint = f"read it, then: {again} --trust {commit}"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise TrackError(
            "the command is not trusted, and there is no terminal to ask", hint, code=3
        )
    sys.stderr.write(f"type the first 8 characters of {commit} to run it: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != commit[:8]:
        raise TrackError("the command is not trusted", hint, code=3)
    _remember(commit)


def _remember(commit: str) -> None:
    try:
        trust.remember(commit)
    except OSError as error:
        print_note(
            f"warning: {trust.list_path()} cannot be written ({error.strerror}), so you will be asked again"
        )


def _rows(repo: git.Repo, run: RunRecord, links: tuple[str, ...]) -> list[tuple[str, str]]:
    info = run.info
    rows = [
        ("commit", str(info.commit)),
        ("command", repr(list(info.command))),
        ("folder", info.cwd or "."),
        ("code", f"{info.code.state}{content.against_head(repo, run)}"),
    ]
    rows += [("runs", line) for line in content.executed(repo, run)]
    rows += [("differs", line) for line in content.changed(repo, run)]
    rows += [("data", str(item["path"])) for item in run.inputs]
    rows += [("keeps", path) for path in info.output_paths]
    if info.sweep is not None and info.sweep.after is not None:
        rows.append(("gets", f"the artifacts of the trial {info.sweep.after} of its sweep"))
    return [*rows, *(("link", path) for path in links)]
