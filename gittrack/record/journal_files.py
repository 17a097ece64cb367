"""The open files of a journal: its lock, its events and its series, also after the program closed them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gittrack.core import layout
from gittrack.core.run import events, run_info
from gittrack.disk import descriptors, folders, lock
from gittrack.record.appender import Appender, RecordingEnded

_END_BYTES = 4096


class JournalFiles:
    """The files of one journal; its owner holds the lock."""

    def __init__(self, folder: Path, lock_fd: int | None) -> None:
        self.folder = folder
        self.id = folder.name
        self.events = Appender(folder / layout.EVENTS, self._reopen)
        self.series = Appender(folder / layout.SERIES, self._reopen)
        self.lock_fd: int | None = None
        self.rewritten = False
        if lock_fd is not None:
            self._hold(lock_fd)

    @property
    def owner(self) -> bool:
        """Whether this process holds the journal."""
        return self.lock_fd is not None

    def _hold(self, lock_fd: int) -> None:
        self.lock_fd = descriptors.lift(lock_fd)
        self._lock_identity = descriptors.identity(self.lock_fd)

    def _reopen(self) -> None:
        """Open by path what the process has lost: its descriptors were closed, or the files deleted.

        The owner takes the lock again first.  Raises RecordingEnded if the journal is not there any more, or
        another process has it: then that process commits what was logged so far.
        """
        gone = not (self.folder / layout.EVENTS).exists()
        if gone and self.owner and all(map(_is_open, (self.events, self.series))):
            self._write_again()
            return
        try:
            if self.owner and not descriptors.is_open(self.lock_fd or -1, self._lock_identity):
                self._hold(self._lock_again())
            for file in (self.events, self.series):
                if not file.intact():
                    file.use(os.open(file.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))
        except FileNotFoundError:
            raise RecordingEnded(errno.ESTALE, f"{self.folder} is not there any more") from None

    def _write_again(self) -> None:
        """Write the journal again, from its open files: another host thought it dead, and removed it."""
        files = (self.series, self.events)  # a journal counts once it has events
        contents = [descriptors.content(file.fd) for file in files]
        try:
            folders.make(str(self.folder.parent))
            self.folder.mkdir()
        except FileExistsError:
            raise RecordingEnded(errno.ESTALE, "another process records this run") from None
        self.rewritten = True
        self._hold(lock.take(self.folder / layout.LOCK))
        self.reserve_end()
        for file, data in zip(files, contents, strict=True):
            file.path.write_bytes(data)
            file.use(os.open(file.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))

    def ready(self) -> None:
        """See to it that the journal is there, under its name.  Raises RecordingEnded or OSError."""
        for file in (self.events, self.series):
            file.ready()
        if not lock.is_at(self.events.fd, self.events.path):
            self._reopen()

    def reserve_end(self) -> None:
        """Reserve room for the end of the run, in the file of the lock, so that a full disk has it too."""
        with contextlib.suppress(OSError, AttributeError):  # macOS has no posix_fallocate
            os.posix_fallocate(self.lock_fd or -1, 0, _END_BYTES)

    def write_end(self, facts: Mapping[str, Any]) -> None:
        """Write how the run ended into the reserved room, because its line could not be appended."""
        data = json.dumps(dict(facts)).encode() + b"\n"
        if self.lock_fd is not None and descriptors.is_open(self.lock_fd, self._lock_identity):
            with contextlib.suppress(OSError):
                os.pwrite(self.lock_fd, data if len(data) <= _END_BYTES else b"", 0)

    def end(self) -> dict[str, Any]:
        """Return what `write_end` wrote; nothing if it was not called, or for anything that is no end."""
        try:
            facts = json.loads((self.folder / layout.LOCK).read_bytes().partition(b"\n")[0])
            events.check(events.FACTS, {"values": facts})
            return facts if facts.get("ended") and facts.get("status") in run_info.ENDS else {}
        except (OSError, ValueError, RecursionError):
            return {}

    def _lock_again(self) -> int:
        held = lock.acquire(self.folder / layout.LOCK)
        if held is None:
            raise RecordingEnded(errno.ESTALE, "another process commits the run")
        return held

    def release(self) -> None:
        """Close the files and give the lock back."""
        self.events.close()
        self.series.close()
        if self.lock_fd is not None:
            descriptors.close(self.lock_fd, self._lock_identity)
            self.lock_fd = None

    def reclaim(self) -> bool:
        """Own the journal again, in a child of its owner that gave it back; False if somebody else has it."""
        try:
            held = lock.acquire(self.folder / layout.LOCK)
        except FileNotFoundError:
            return False
        if held is None:
            return False
        if not (self.folder / layout.EVENTS).exists():
            os.close(held)
            return False
        self._hold(held)
        for file in (self.events, self.series):
            file.use(os.open(file.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))
        return True


def _is_open(file: Appender) -> bool:
    return descriptors.is_open(file.fd, file.identity)
