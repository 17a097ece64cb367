"""Call ``sbatch``, ``squeue`` and ``scancel``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Sequence

_WRONG = re.compile("unrecognized|invalid|requires an argument|ambiguous", re.IGNORECASE)


def check_installed() -> None:
    """Raise TrackError if Slurm is not installed here."""
    for program in ("sbatch", "squeue", "scancel"):
        if shutil.which(program) is None:
            raise TrackError(f"there is no {program} here", "use a login node of the cluster")


def check_options(options: Sequence[str]) -> None:
    """Raise TrackError if ``sbatch`` says that options are wrong; that no node is free is not wrong."""
    done = call(["sbatch", "--test-only", *options, "--wrap=true"])
    lines = [line for line in done.stderr.splitlines() if _WRONG.search(line)]
    if done.returncode != 0 and lines:
        raise TrackError(f"sbatch refuses the options: {lines[0]}", "correct --sbatch", code=2)


def submit(words: Sequence[str]) -> str:
    """Call ``sbatch``, and return the id of the job.  Raises TrackError with its words if it refuses."""
    done = call(["sbatch", *words])
    job = done.stdout.strip().partition(";")[0]
    if done.returncode != 0 or not job.isdecimal():
        text = done.stderr.strip() or f"it printed {job!r:.40}"
        raise TrackError(f"sbatch refused the job: {text}", "correct the options of --sbatch")
    return job


def states() -> dict[str, str] | None:
    """Return {id of a job of this user: state}; None if squeue does not answer."""
    done = call(["squeue", "--noheader", "--array", f"--user={os.getuid()}", "--format=%i %T"])
    if done.returncode != 0:
        return None
    pairs = (line.split() for line in done.stdout.splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def call(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of Slurm to its end."""
    return subprocess.run(
        argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
