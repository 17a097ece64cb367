"""The processes that a command started: which they are, how they are ended, and who watches over them."""

from __future__ import annotations

import os
import time

from gittrack.core.standard import signal
from gittrack.core.standard.collections import Sequence

GRACE_SECONDS = 2.0


def watch(pid: int, mark: str, locks: Sequence[int]) -> int:
    """Start the watcher; return a pipe end: if it closes without a byte, the launcher has died.

    The watcher holds the ``locks`` too, such as the journal's: a run is alive until every process
    that it started has ended.
    """
    reader, writer = os.pipe()
    if os.fork():
        os.close(reader)
        return writer
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        copies = [
            os.dup(handle) for handle in (*locks, reader)
        ]  # higher numbers, so none is overwritten
        for number, handle in enumerate(copies, 3):
            os.dup2(handle, number)
        reading = 2 + len(copies)
        os.closerange(reading + 1, 4096)
        if os.read(reading, 1) == b"":
            end_all(pid, mark)
    finally:
        os._exit(0)


def end_all(pid: int, mark: str) -> None:
    """End the command and every process that it started: SIGTERM, and SIGKILL two seconds later."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + GRACE_SECONDS
        send(members(pid, mark), number)
        while members(pid, mark) and time.monotonic() < deadline:
            time.sleep(0.02)


def send(processes: Sequence[int], number: int) -> None:
    """Send a signal to processes, of which some may have ended."""
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue


def members(pid: int, mark: str) -> list[int]:
    """Return the living processes that were started with ``mark`` in their environment."""
    result, word = [], mark.encode()
    names = os.listdir("/proc") if os.path.isdir("/proc") else [str(pid)]
    for name in names:
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            environment = _content(f"/proc/{name}/environ")
            inside = word in environment and word in environment.split(b"\0")
        except OSError:
            inside = int(name) == pid and not os.path.isdir("/proc")
        if inside:
            result.append(int(name))
    return result


def _content(path: str) -> bytes:
    """Return the content of a file of the system, which does not know its size."""
    handle, parts = os.open(path, os.O_RDONLY | os.O_CLOEXEC), []
    try:
        while part := os.read(handle, 1 << 16):
            parts.append(part)
    finally:
        os.close(handle)
    return b"".join(parts)
