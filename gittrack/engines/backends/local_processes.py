"""The engine ``local-processes``: one agent on this machine, which is started again if it is killed."""

from __future__ import annotations

import sys

from gittrack.engines.agents import Agents
from gittrack.engines.executor import Context
from gittrack.engines.links import Link, ProcessLink


def make(context: Context) -> Agents:
    """Start the agent."""
    places = context.options.jobs or 1

    def start(previous: Link | None = None) -> Link:
        argv = [sys.executable, "-m", "gittrack", "__worker", str(places)]
        return ProcessLink(argv, "this machine", places)

    return Agents([start()], start=start, warn=context.warn)
