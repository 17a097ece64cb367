"""Connections to the agents that run tasks: processes on pipes (also over ssh), and shared folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.disk import lock, this_machine
from gittrack.engines.channel import ALIVE, Files, Message, MessageChannel, Pipes

_LAST_LINES = 3


class Link:
    """A worker, as the process of a sweep sees it.

    Parameters
    ----------
    name : str
        What it is called in messages, such as its host.
    channel : MessageChannel
        Leads to its agent.
    places : int
        How many tasks it takes, until it says so itself.

    Attributes
    ----------
    heard : float or None
        When its last message came, on the clock of this process; None if none came yet.
    running : tuple of str
        The marks of the attempts that the agent named last.
    live : mapping
        {mark of an attempt: facts, params and metrics of its run}, if runs meet on a git remote.
    """

    def __init__(self, name: str, channel: MessageChannel, places: int) -> None:
        self.name, self.channel, self.places = name, channel, places
        self.heard: float | None = None
        self.began = time.monotonic()
        self.running: tuple[str, ...] = ()
        self.live: Mapping[str, Mapping[str, Any]] = {}
        self.leaving, self.left = False, False  # this side lets it go; it went by itself
        self.identity: Mapping[str, Any] = {"boot": ""}  # of the agent, among all machines

    def receive(self) -> list[Message]:
        """Return the messages that came; those about the worker itself are noted here."""
        messages = self.channel.receive()
        for message in messages:
            if "hello" in message:
                self.name = str(message["hello"].get("host", self.name))
                self.places = int(message["hello"].get("places") or self.places)
                self.identity = dict(message["hello"].get("process") or {})
            if "running" in message:
                self.running = tuple(map(str, message["running"]))
            if isinstance(message.get("live"), dict):
                self.live = message["live"]
            self.left = self.left or bool(message.get("left"))
            if "report" in message:  # the next list comes in some seconds
                ended = message["report"].get("mark")
                self.running = tuple(mark for mark in self.running if mark != ended)
        if messages:
            self.heard = time.monotonic()
        return messages

    def silent_for(self) -> float:
        """Return how many seconds ago the last message came."""
        return time.monotonic() - (self.began if self.heard is None else self.heard)

    @property
    def is_open(self) -> bool:
        """Whether the worker can send messages."""
        return self.channel.is_open and not self.left

    def reason(self) -> str:
        """Return why the worker is gone."""
        return f"the worker on {self.name} is gone"

    def close(self) -> None:
        """Let the worker go."""
        with contextlib.suppress(OSError):
            self.channel.send({"bye": True})
        self.channel.close()


class ProcessLink(Link):
    """A worker that is a child of this process, such as ``ssh HOST git-track __worker``.

    Parameters
    ----------
    argv : sequence of str
        The command of the worker.
    name : str
        What it is called until it says its host.
    places : int
        How many tasks it takes.
    env : mapping, optional
        Its environment.
    """

    def __init__(
        self, argv: Sequence[str], name: str, places: int, env: Mapping[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            start_new_session=True,  # Ctrl-C in the terminal is for the process of the sweep
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        os.set_blocking(self.process.stderr.fileno(), False)
        channel = Pipes(os.dup(self.process.stdout.fileno()), os.dup(self.process.stdin.fileno()))
        self.process.stdin.close()
        self.process.stdout.close()
        super().__init__(name, channel, places)

    def reason(self) -> str:
        """Return why the worker is gone, with the last lines that it printed."""
        assert self.process.stderr is not None
        lines = (self.process.stderr.read() or b"").decode(errors="replace").strip().splitlines()
        text = super().reason()
        return f"{text}: {' | '.join(lines[-_LAST_LINES:])}" if lines else text

    def close(self) -> None:
        """Let the worker go: it ends its trials, if it has any, within seconds."""
        super().close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


class FolderLink(Link):
    """A worker that reads and writes files of a shared folder."""

    def __init__(self, folder: Path, places: int = 1) -> None:
        self.folder = folder
        super().__init__(folder.name, Files(folder, at_worker=False), places)

    @property
    def is_open(self) -> bool:
        """Whether the worker is alive, as far as its lock shows that on this machine."""
        is_near = self.identity.get("boot") == this_machine.process().get("boot")
        return not self.left and (not is_near or lock.is_held(self.folder / ALIVE))

    def close(self) -> None:
        """Let the worker go, and remove its folder if it is gone already."""
        is_gone = not self.is_open
        super().close()
        if is_gone:
            shutil.rmtree(self.folder, ignore_errors=True)
