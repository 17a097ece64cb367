"""Join a sweep: take trials, run them here, and deliver their runs.

The sweep must be running with an engine: git track sweep FILE --engine workers. In another clone than that of
the sweep, it must meet on a git remote: --meet remote.

This machine runs the command of the sweep, so it asks before the first trial of a sweep that was started
elsewhere. A SWEEP is an id, the beginning of an id or of its last 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import argparse
import sys

from gittrack import git
from gittrack.cli.commands import _consent
from gittrack.cli.commands.sweep._engine import setup_text
from gittrack.cli.options import positive
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.core.secrets import redact_url
from gittrack.engines import shared_repository
from gittrack.engines.agent import Agent
from gittrack.engines.backends import joined_workers
from gittrack.engines.remote import joining
from gittrack.share import remotes
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import find, workdir
from gittrack.sweeping.stored import Sweep


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track worker``."""
    add = parser.add_argument
    add("sweep", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    add("-j", "--jobs", type=positive, metavar="N", help="run N trials at once (1)")
    add("--gpus", metavar="0,1", help="assign these GPUs to the trials, one each")
    add("--trust", metavar="COMMIT", help="trust this sweep commit; do not ask")
    add("--remote", metavar="R", help="the git remote on which the sweep meets (that of runs)")
    add("--setup", metavar="FILE", help="shell commands before each trial, on a remote")


def run(args: argparse.Namespace) -> int:
    """Work until the sweep ends."""
    repo = git.find()
    gpus = tuple(gpu.strip() for gpu in (args.gpus or "").split(",") if gpu.strip())
    request = joining.WorkerRequest(args.jobs or max(1, len(gpus)), gpus, setup_text(args.setup))
    if args.remote is None and (sweep := _running_here(repo, args.sweep)) is not None:
        return _work_here(repo, sweep, args.trust, request)
    remote = joining.remote_of(repo, args.remote)
    joining.bring_sweeps(repo, remote)
    sweep = find.find(repo, args.sweep)
    _consent.check_sweep(sweep, args.trust, "worker")
    _greet(sweep, request.places, f"; runs go to {remote.name}, {redact_url(remote.url)}")
    code = joining.join(repo, remote, sweep, request, print_note)
    print_note("the worker has left the sweep")
    return code


def _running_here(repo: git.Repo, address: str) -> Sweep | None:
    """Return the sweep if a process runs it with an engine in this repository.

    Raises TrackError if none does, and if no remote could have it.
    """
    try:
        sweep = find.find(repo, address)
    except TrackError:
        if remotes.names_of(repo):
            return None
        raise
    if workdir.is_busy(repo.common_dir, sweep.id) and shared_repository.is_open(
        repo.common_dir, sweep.id
    ):
        return sweep
    if remotes.names_of(repo):
        return None
    raise TrackError(
        f"no process runs the sweep {sweep.id} with an engine in this repository",
        f"start one: git track sweep resume {short_id(sweep.id)} --engine workers",
    )


def _work_here(
    repo: git.Repo, sweep: Sweep, trusted: str | None, request: joining.WorkerRequest
) -> int:
    """Work for a sweep of this repository."""
    _consent.check_sweep(sweep, trusted, "worker")
    if request.setup:
        raise TrackError(
            "--setup is for a sweep that meets on a git remote",
            "here the file counts that the sweep was started with: leave --setup out",
        )
    _greet(sweep, request.places)
    channel = joined_workers.join(repo.common_dir, sweep.id)
    code = Agent(channel, request.places, request.gpus, {sweep.commit}).serve()
    print_note("the worker has left the sweep")
    return code


def _greet(sweep: Sweep, places: int, more: str = "") -> None:
    print_note(
        f"works for the sweep {short_id(sweep.id)}, {places} at once{more}; Ctrl-C leaves it"
    )
    sys.stderr.flush()
