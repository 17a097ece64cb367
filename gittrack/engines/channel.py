"""How the process of a sweep and a worker exchange messages: lines of JSON, each way.

From the process of the sweep: ``{"task": {...}}``, ``{"end": true}`` (end the running trials), and
``{"bye": true}`` (take no more tasks), or ``{"look": [...]}``, which is answered by ``{"sees": true}`` on a
machine that shares the file system.  From a worker: ``{"hello": {...}}``, ``{"running": [...]}`` every few
seconds, which shows that it is alive, ``{"report": {...}}`` of each task, and ``{"left": true}`` at its end.
"""

from __future__ import annotations

import errno
import json
import os
import select
import time
from pathlib import Path
from typing import Any, Protocol

from gittrack.core import layout
from gittrack.core.standard.collections import Mapping
from gittrack.disk import lock

ALIVE = layout.WORKER_ALIVE  # a file that a worker locks in its folder while it lives
Message = Mapping[str, Any]
# What a message raises whose values are not of the types that they should have.
UNREADABLE = (TypeError, ValueError, AttributeError, LookupError, OverflowError, RecursionError)
_SHORTEST_SECONDS, _EACH_SECONDS = 0.02, 0.004
_PART = 10  # of the time since the last message


class Pace:
    """How long to wait until the next look at files: not long while messages come, longer if none do.

    Parameters
    ----------
    longest : float
        The longest time, in seconds.
    """

    def __init__(self, longest: float) -> None:
        self.longest, self.last = longest, time.monotonic()

    def note(self) -> None:
        """Note that a message came or went; another one may follow soon."""
        self.last = time.monotonic()

    def seconds(self, channels: int = 1) -> float:
        """Return the time until the next look; longer for many channels, each of which costs a look."""
        quiet = time.monotonic() - self.last
        return min(self.longest, max(_SHORTEST_SECONDS, _EACH_SECONDS * channels, quiet / _PART))


class MessageChannel(Protocol):
    """One end of a conversation."""

    @property
    def handles(self) -> list[int]:
        """Descriptors that can be read when a message comes; [] if one has to look from time to time."""

    @property
    def is_open(self) -> bool:
        """Whether the other side can still send messages."""

    def receive(self) -> list[Message]:
        """Return the messages that came, without waiting."""

    def send(self, message: Message) -> None:
        """Send a message.  Raises OSError if the other side is gone."""

    def close(self) -> None:
        """Close this end."""


class Lines:
    """Whole lines from pieces of bytes; what is not JSON is ignored, such as a greeting."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that are complete now."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [message for line in lines if (message := _parsed(line)) is not None]


def _parsed(line: bytes) -> Message | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def encode(message: Message) -> bytes:
    """Return a message as a line."""
    return json.dumps(message).encode() + b"\n"


class Pipes:
    """A channel over two pipes, such as the standard streams of a process.

    Parameters
    ----------
    incoming, outgoing : int
        Descriptors; they are closed by `close`.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        self.incoming, self.outgoing = incoming, outgoing
        self.lines, self.is_open = Lines(), True
        os.set_blocking(incoming, False)

    @property
    def handles(self) -> list[int]:
        """The pipe from the other side."""
        return [self.incoming] if self.is_open else []

    def receive(self) -> list[Message]:
        """Return the messages that came, without waiting."""
        messages: list[Message] = []
        while self.is_open:
            try:
                data = os.read(self.incoming, 1 << 16)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            self.is_open = bool(data)
            messages += self.lines.feed(data)
        return messages

    def send(self, message: Message) -> None:
        """Send a message.  Raises OSError if the other side is gone."""
        data = encode(message)
        while data:
            try:
                data = data[os.write(self.outgoing, data) :]
            except BlockingIOError:  # sshd may give one socket for both directions
                select.select([], [self.outgoing], [])

    def close(self) -> None:
        """Close both pipes."""
        self.is_open = False
        os.close(self.incoming)
        if self.outgoing != self.incoming:
            os.close(self.outgoing)


class Files:
    """A channel over two files of a shared folder; each has one writer, which only appends.

    A file is opened for each look, because a network file system shows new content only then.

    Parameters
    ----------
    folder : Path
        The folder.
    at_worker : bool
        Whether this is the end of the worker.
    """

    def __init__(self, folder: Path, *, at_worker: bool) -> None:
        self.folder, self.is_open = folder, True
        tasks, reports = folder / layout.WORKER_TASKS, folder / layout.WORKER_REPORTS
        self.incoming, self.outgoing = (tasks, reports) if at_worker else (reports, tasks)
        self.lines, self.read = Lines(), 0
        self.lock = lock.acquire(folder / ALIVE) if at_worker else None

    @property
    def handles(self) -> list[int]:
        """None: one has to look."""
        return []

    def receive(self) -> list[Message]:
        """Return the messages that came, without waiting."""
        data = self._new_data()
        self.read += len(data)
        return self.lines.feed(data) if data else []

    def _new_data(self) -> bytes:
        try:
            handle = os.open(self.incoming, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return b""
        try:
            size = os.fstat(handle).st_size - self.read
            return os.pread(handle, size, self.read) if size > 0 else b""
        finally:
            os.close(handle)

    def send(self, message: Message) -> None:
        """Append a message.  Raises OSError if the folder is gone or the disk is full."""
        handle = os.open(
            self.outgoing, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            data = encode(message)
            if os.write(handle, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.outgoing))
        finally:
            os.close(handle)

    def close(self) -> None:
        """Take no more messages."""
        self.is_open = False
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None
