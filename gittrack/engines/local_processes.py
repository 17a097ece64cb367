"""The engine ``local-processes``: one agent on this machine, which is started again if it is killed."""

from __future__ import annotations

import sys

from gittrack.engines.agents import Agents
from gittrack.engines.executor import Context
from gittrack.engines.links import Link, ProcessLink


def make(context: Context) -> Agents:
    """Start the agent."""

    def start(previous: Link | None = None) -> Link:
        places = str(context.options.jobs)
        argv = [sys.executable, "-m", "gittrack", "__worker", places]
        return ProcessLink(argv, "this machine", context.options.jobs)

    return Agents([start()], start=start, warn=context.warn)
