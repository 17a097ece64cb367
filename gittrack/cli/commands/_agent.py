"""The process of a worker that an engine starts: tasks come on stdin, messages go to stdout."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack.engines.agent import Agent
from gittrack.engines.channel import Files, Pipes


def serve(places: int) -> int:
    """Run tasks until stdin is closed; return the exit status."""
    incoming, outgoing = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what anything else prints does not mix with the messages
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    return Agent(Pipes(incoming, outgoing), places).serve()


def job(folder: str) -> int:
    """Run the one task of a folder, as a job of a cluster; return the exit status."""
    channel = Files(Path(folder), at_worker=True)
    if os.environ.get("SLURM_RESTART_COUNT", "0") != "0":
        return 0  # requeued: the sweep starts the next attempt itself
    return Agent(channel, 1, ends_with="task").serve()
