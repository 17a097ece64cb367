"""``git track run --engine slurm``: submit one run as a job, and wait for it."""

from __future__ import annotations

import argparse
import shlex
import sys

from gittrack import git
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.engines import single_run


def run(args: argparse.Namespace) -> int:
    """Submit the run; wait for it, unless ``--detach``; return its exit code."""
    if args.engine != "slurm":
        raise TrackError(f"run has no engine {args.engine!r}", "write --engine slurm", code=2)
    if args.skip_existing or args.dry_run:
        raise TrackError(
            "--engine cannot be combined with --skip-existing or --dry-run", "leave it out", code=2
        )
    values = {key: value for key, value in vars(args).items() if key not in single_run.OPTIONS}
    job = single_run.submit(git.find(), values, tuple(shlex.split(args.sbatch or "")), args.program)
    print_note(f"submitted job {job.id}; its output: {job.folder / single_run.OUTPUT}")
    if args.detach:
        return 0
    return single_run.wait(job, _show)


def _show(text: str) -> None:
    print_result(text)
    sys.stdout.flush()
