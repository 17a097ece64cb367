"""Text that does not fit the terminal, through the user's pager, as git would show it."""

from __future__ import annotations

import os
import signal
import subprocess

from gittrack import git


def show(data: bytes) -> bool:
    """Show text in the user's pager, as git would; False where none is wanted.

    The pager comes from the environment or the user's own configuration, never from a repository.
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
    # Ctrl-C is for the pager, as with git: should we go first, it would fight with the shell for the keys.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        shell.communicate(data)
    except BrokenPipeError:  # left before the end
        shell.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return shell.returncode not in (126, 127)
