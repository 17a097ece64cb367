"""Join a sweep: take trials, run them here, and deliver their runs.

The sweep must be running with an engine: git track sweep FILE --engine workers

This machine runs the command of the sweep, so it asks before the first trial of a sweep that was started
elsewhere. A SWEEP is an id, the beginning of an id or of its last 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import argparse
import sys

from gittrack import git
from gittrack.cli.commands import _consent
from gittrack.cli.options import positive
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.engines import shared_repository
from gittrack.engines.agent import Agent
from gittrack.engines.backends import joined_workers
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import find, workdir


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track worker``."""
    add = parser.add_argument
    add("sweep", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    add("-j", "--jobs", type=positive, metavar="N", help="run N trials at once (1)")
    add("--gpus", metavar="0,1", help="assign these GPUs to the trials, one each")
    add("--trust", metavar="COMMIT", help="trust this sweep commit; do not ask")


def run(args: argparse.Namespace) -> int:
    """Work until the sweep ends."""
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    _consent.check_sweep(sweep, args.trust, "worker")
    gpus = tuple(gpu.strip() for gpu in (args.gpus or "").split(",") if gpu.strip())
    if not workdir.is_busy(repo.common_dir, sweep.id) or not shared_repository.is_open(
        repo.common_dir, sweep.id
    ):
        raise TrackError(
            f"no process runs the sweep {sweep.id} with an engine in this repository",
            f"start one: git track sweep resume {short_id(sweep.id)} --engine workers",
        )
    places = args.jobs or max(1, len(gpus))
    print_note(f"works for the sweep {short_id(sweep.id)}, {places} at once; Ctrl-C leaves it")
    sys.stderr.flush()
    channel = joined_workers.join(repo.common_dir, sweep.id)
    code = Agent(channel, places, gpus, {sweep.commit}).serve()
    print_note("the worker has left the sweep")
    return code
