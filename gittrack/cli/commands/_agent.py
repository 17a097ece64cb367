"""The process of a worker that an engine starts: tasks come on stdin, messages go to stdout."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from gittrack.cli.commands import run as run_verb
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.engines import single_run
from gittrack.engines.agent import Agent
from gittrack.engines.channel import Files, Pipes


def serve(places: int, gpus: Sequence[str] = ()) -> int:
    """Run tasks until stdin is closed; return the exit status."""
    incoming, outgoing = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what anything else prints does not mix with the messages
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    return Agent(Pipes(incoming, outgoing), places, gpus).serve()


def job(folder: str) -> int:
    """Run the one task of a folder, as a job of a cluster; return the exit status."""
    channel = Files(Path(folder), at_worker=True)
    if os.environ.get("SLURM_RESTART_COUNT", "0") != "0":
        return 0  # requeued: the sweep starts the next attempt itself
    return Agent(channel, 1, ends_with="task").serve()


def run_job(folder: str) -> int:
    """Run what ``git track run --engine`` submitted; return the exit status."""

    def launch(values: Mapping[str, Any]) -> int:
        return run_verb.run(argparse.Namespace(**dict.fromkeys(single_run.OPTIONS), **values))

    return single_run.run(Path(os.path.abspath(folder)), launch)
