"""The engine ``ssh``: an agent on each host, started by ssh; the connection carries tasks and reports."""

from __future__ import annotations

import shlex
import shutil
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping
from gittrack.engines.agents import Agents
from gittrack.engines.executor import Context
from gittrack.engines.links import Link, ProcessLink

# Nobody can answer a question, and a connection that is dead is noticed in 30 s.
_OPTIONS = ("-o", "BatchMode=yes", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3")


def check(values: Mapping[str, Any]) -> None:
    """Raise TrackError if no host is named, or if ssh is not installed here."""
    if not values.get("hosts"):
        raise TrackError("the engine ssh needs hosts", "name them: --hosts a,b,c", code=2)
    if shutil.which("ssh") is None:
        raise TrackError("there is no ssh here", "install it: OpenSSH")


def make(context: Context) -> Agents:
    """Start an agent on each host."""
    values = context.options.values
    check(values)
    hosts = tuple(values["hosts"])
    jobs = max(context.options.jobs, len(hosts))
    program = values.get("program") or "git-track"

    def connect(host: str, places: int) -> Link:
        # A login shell, because PATH is often set in the profile.
        command = f"exec sh -lc {shlex.quote(f'exec {shlex.quote(program)} __worker {places}')}"
        return HostLink(["ssh", *_OPTIONS, "--", host, command], host, places)

    def again(link: Link) -> Link | None:
        return connect(link.address, link.places) if isinstance(link, HostLink) else None

    rest, each = jobs % len(hosts), jobs // len(hosts)
    links = [connect(host, each + (number < rest)) for number, host in enumerate(hosts)]
    return Agents(links, start=again, warn=context.warn)


class HostLink(ProcessLink):
    """An agent on another host; ``address`` is the name for ssh, ``name`` what the host calls itself."""

    def __init__(self, argv: list[str], address: str, places: int) -> None:
        self.address = address
        super().__init__(argv, address, places)

    def reason(self) -> str:
        """Return why the worker is gone, with the address that the user gave."""
        return f"{self.address}: {super().reason()}"
