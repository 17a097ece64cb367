"""Show text that does not fit the terminal in the user's pager, as git does."""

from __future__ import annotations

import os
import signal
import subprocess

from gittrack import git


def show(data: bytes) -> bool:
    """Show text in the user's pager.

    The pager comes from GIT_PAGER, the user's or the system's git configuration, or PAGER, as in
    git(1). It never comes from the configuration of a repository, which somebody else may have written.

    Parameters
    ----------
    data : bytes
        The text, encoded for the terminal.

    Returns
    -------
    bool
        Whether the text was shown. False if the user wants no pager, or if it could not be started.
    """
    if os.environ.get("TERM", "dumb") == "dumb":
        return False
    pager = os.environ.get("GIT_PAGER")
    for scope in ("--global", "--system"):
        if pager is None:
            answer = git.Call(["config", scope, "--get", "core.pager"]).wait()
            pager = answer.out.decode().strip() if answer.code == 0 else None
    pager = os.environ.get("PAGER", "less") if pager is None else pager
    if pager in ("", "cat"):
        return False
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    shell = subprocess.Popen(["sh", "-c", pager], stdin=subprocess.PIPE, env=environment)
    # Ctrl-C is for the pager, as in git. If we ended first, the pager and the shell would both read keys.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        shell.communicate(data)
    except BrokenPipeError:  # the user left the pager before the end
        shell.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return shell.returncode not in (126, 127)
