"""The file of ``--setup``: shell commands that change the environment of a trial, such as ``module load``.

They are read by ``bash`` (else ``sh``) before each trial.  What they print is shown if they fail.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from gittrack.core.errors import TrackError
from gittrack.core.standard import functools
from gittrack.sweeping.trial import Job

VARIABLE = "GITTRACK_SETUP"  # carries the text to the launcher, and is removed there
_SHELLS = ("/bin/bash", "/usr/bin/bash", "/bin/sh")
_MOST_LINES = 5


def apply(job: Job, folder: Path) -> Job:
    """Return a job with the environment that its setup makes; PATH counts for the launcher too.

    Raises TrackError with the last lines of the output if the setup fails.
    """
    text = job.env.get(VARIABLE)
    if not text:
        return job
    env = {name: value for name, value in job.env.items() if name != VARIABLE}
    here = {**os.environ, "PATH": _first_path()}
    path = folder / f"setup-{os.getpid()}"
    path.write_text(text)
    shell = next(shell for shell in _SHELLS if os.path.exists(shell))
    script = '. "$1" >&2 && exec env -0'
    done = subprocess.run(
        [shell, "-e", "-c", script, shell, str(path)],
        env=here,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()[-_MOST_LINES:]
        raise TrackError(
            f"the setup failed on {os.uname().nodename} with exit code {done.returncode}",
            " | ".join(lines) or "it printed nothing; run it by hand on that machine",
        )
    pairs = (entry.partition("=") for entry in os.fsdecode(done.stdout).split("\0") if entry)
    changed = {name: value for name, _, value in pairs if here.get(name) != value}
    os.environ["PATH"] = changed.get("PATH", here["PATH"])
    return job._replace(env={**changed, **env})


@functools.cache
def _first_path() -> str:
    """Return PATH as it was before the first trial, so that the setups of many trials do not add up."""
    return os.environ.get("PATH", os.defpath)
