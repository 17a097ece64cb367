"""Go on with a sweep where it stopped: after Ctrl-C, after a kill, and in another clone.

Trials that were cut off run again with the same params. If the code has changed since the sweep began, say
which code is meant: put it back, --isolate, or --accept-code. A SWEEP is an id, the beginning of an id or of
its last 8 hex digits, a name, or @ (the latest). A COMMAND after -- replaces one that held a secret.
"""

from __future__ import annotations

import argparse
import os

from gittrack import git
from gittrack.cli.commands import _consent
from gittrack.cli.commands.sweep import _running
from gittrack.cli.options import check_exclusive
from gittrack.core.errors import TrackError
from gittrack.sweeping import find, prepare, runner
from gittrack.sweeping.stored import Sweep


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep resume``."""
    parser.usage = f"{parser.prog} SWEEP [OPTIONS] [-- COMMAND...]"
    parser.add_argument("sweep", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    parser.set_defaults(command=[])
    _running.add_options(parser)
    parser.add_argument(
        "--accept-code", action="store_true", help="go on though the code has changed"
    )
    parser.add_argument("--trust", metavar="COMMIT", help="trust this sweep commit; do not ask")


def run(args: argparse.Namespace) -> int:
    """Go on with the sweep; 0 if it came to its end and has a best trial."""
    check_exclusive(
        "leave one out: --isolate runs the code as it was",
        ("--isolate", args.isolate),
        ("--accept-code", args.accept_code),
    )
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    opened = prepare.reopened(sweep, args.command)
    _consent.check_sweep(sweep, args.trust)
    how = _running.settings(args)._replace(accept=args.accept_code)
    _enter_folder(repo, sweep)
    prepare.check_command(sweep, opened)
    session = _running.Session(repo, opened)
    return session.run(
        lambda: runner.resume(repo, sweep, opened, _running.with_links(repo, how), session.talk)
    )


def _enter_folder(repo: git.Repo, sweep: Sweep) -> None:
    """Change into the folder that the sweep was started in.  Raises TrackError if it is not here."""
    if repo.work_tree is None:
        raise TrackError("a sweep cannot be run in a bare repository", "work in a clone of it")
    folder = os.path.join(repo.work_tree, sweep.facts.get("cwd") or ".")
    if not os.path.isdir(folder):
        raise TrackError(
            f"the folder {sweep.facts['cwd']} of the sweep is not here",
            f"check its code out: git switch --detach {sweep.code}",
        )
    os.chdir(folder)
