"""Continue a sweep where it stopped: after Ctrl-C, after a kill, and in another clone.

Trials that were interrupted run again with the same params. If the code has changed since the sweep began,
choose the code: put it back, --isolate, or --accept-code. A SWEEP is an id, the beginning of an id or of
its last 8 hex digits, a name, or @ (the latest). A COMMAND after -- replaces one that held a secret.
"""

from __future__ import annotations

import argparse
import os

from gittrack import git
from gittrack.cli.commands import _consent
from gittrack.cli.commands.sweep import _engine, _running
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
        "--accept-code", action="store_true", help="continue although the code has changed"
    )
    parser.add_argument("--trust", metavar="COMMIT", help="trust this sweep commit; do not ask")


def run(args: argparse.Namespace) -> int:
    """Continue the sweep; return 0 if it is done and has a best trial."""
    check_exclusive(
        "leave one out: --isolate runs the code as it was",
        ("--isolate", args.isolate),
        ("--accept-code", args.accept_code),
    )
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    prepared = prepare.prepare_again(sweep, args.command)
    _consent.check_sweep(sweep, args.trust)
    options = _running.run_options(args)._replace(accept_code=args.accept_code)
    engine = _engine.options_of(args)
    options = _engine.with_engine(repo, options, engine, prepared.plan)
    _engine.bring_runs(repo, sweep.id, engine)
    _enter_folder(repo, sweep)
    prepare.check_command(sweep, prepared)
    process = _running.SweepProcess(repo, prepared, engine)
    return process.run(
        lambda: runner.resume(
            repo, sweep, prepared, _running.with_links(repo, options), process.callbacks
        )
    )


def _enter_folder(repo: git.Repo, sweep: Sweep) -> None:
    """Change into the folder that the sweep was started in.  Raises TrackError if it does not exist."""
    if repo.work_tree is None:
        raise TrackError("a sweep cannot be run in a bare repository", "work in a clone of it")
    folder = os.path.join(repo.work_tree, sweep.facts.get("cwd") or ".")
    if not os.path.isdir(folder):
        raise TrackError(
            f"the folder {sweep.facts['cwd']} of the sweep is not here",
            f"check its code out: git switch --detach {sweep.code}",
        )
    os.chdir(folder)
