"""The open files of a journal: lock, events and series; they are opened again if the program closes them."""

from __future__ import annotations

import errno
import os
from itertools import takewhile

from gittrack.core import layout
from gittrack.core.run import events
from gittrack.core.standard import contextlib, json
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.disk import descriptors, folders, lock, this_machine
from gittrack.record.appender import Appender, RecordingEnded

_END_BYTES = 4096
_owned: set[str] = set()  # the folders of the journals whose locks this process holds


def is_held_here(folder: str) -> bool:
    """Return whether this process holds the journal in a folder, so that it need not try the lock."""
    return folder in _owned


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
            self._use_lock(lock_fd)

    @property
    def owner(self) -> bool:
        """Whether this process holds the journal."""
        return self.lock_fd is not None

    def _use_lock(self, lock_fd: int) -> None:
        _owned.add(str(self.folder))
        self.lock_fd = descriptors.lift(lock_fd)
        self._lock_identity = descriptors.identity(self.lock_fd)

    def _reopen(self) -> None:
        """Open the files by path, because their descriptors were closed or the files deleted.

        The owner takes the lock again first.  Raises RecordingEnded if the journal does not exist any more,
        or if another process owns it and will commit what was logged.
        """
        is_removed = not (self.folder / layout.EVENTS).exists()
        if is_removed and all(map(_is_open, (self.events, self.series))):
            if self.owner:
                self._write_again()
                return
            if self._owner_lives():  # it has the same open files, and writes the journal again
                return
        try:
            if self.owner and not descriptors.is_open(self.lock_fd or -1, self._lock_identity):
                self._use_lock(self._lock_again())
            for file in (self.events, self.series):
                if not file.is_intact():
                    self._use_again(file)
        except FileNotFoundError:
            raise RecordingEnded(errno.ESTALE, f"{self.folder} does not exist any more") from None

    def _owner_lives(self) -> bool:
        """Return whether the process that created the journal is alive on this machine."""
        process = events.process_of(descriptors.content(self.events.fd))
        return isinstance(process, dict) and this_machine.is_alive(process)

    def _use_again(self, file: Appender) -> None:
        """Open a file by its path, and add the lines that the owner could not copy when it wrote it again."""
        earlier = descriptors.content(file.fd) if _is_open(file) else b""
        file.use(os.open(file.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))
        lines, present = earlier.splitlines(True), descriptors.content(file.fd).splitlines(True)
        copied = takewhile(lambda pair: pair[0] == pair[1], zip(lines, present, strict=False))
        missing = b"".join(lines[sum(1 for _ in copied) :])
        if missing and not self.owner:
            os.write(file.fd, missing)

    def _write_again(self) -> None:
        """Write the journal again from its open files, because another host removed it as a dead one."""
        files = (self.series, self.events)  # events last: a journal without events is not read
        contents = [descriptors.content(file.fd) for file in files]
        began_ns = os.fstat(self.lock_fd).st_mtime_ns if self.lock_fd is not None else None
        try:
            folders.make(str(self.folder.parent))
            self.folder.mkdir()
        except FileExistsError:
            raise RecordingEnded(errno.ESTALE, "another process records this run") from None
        self.rewritten = True
        self._use_lock(lock.take(self.folder / layout.LOCK))
        self.reserve_end()
        if began_ns is not None:  # the time of the lock file is the start of the run
            os.utime(self.folder / layout.LOCK, ns=(began_ns, began_ns))
        for file, data in zip(files, contents, strict=True):
            file.path.write_bytes(data)
            file.use(os.open(file.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))

    def ensure_open(self) -> None:
        """Open or write again what is lost of the journal.  Raises RecordingEnded or OSError."""
        for file in (self.events, self.series):
            file.ensure_open()
        if not lock.is_at(self.events.fd, self.events.path):
            self._reopen()

    def reserve_end(self) -> None:
        """Reserve room for the end of the run in the lock file, so that a full disk can store the end."""
        with contextlib.suppress(OSError, AttributeError):  # macOS has no posix_fallocate
            os.posix_fallocate(self.lock_fd or -1, 0, _END_BYTES)

    def write_end(self, facts: Mapping[str, Any]) -> None:
        """Write the facts of the end into the reserved room, because their line could not be appended.

        `disk.journal_owner.stored_end` reads them.
        """
        data = json.dumps(dict(facts)).encode() + b"\n"
        if self.lock_fd is not None and descriptors.is_open(self.lock_fd, self._lock_identity):
            with contextlib.suppress(OSError):
                os.pwrite(self.lock_fd, data if len(data) <= _END_BYTES else b"", 0)

    def _lock_again(self) -> int:
        lock_fd = lock.acquire(self.folder / layout.LOCK)
        if lock_fd is None:
            raise RecordingEnded(errno.ESTALE, "another process commits the run")
        return lock_fd

    def release(self) -> None:
        """Close the files and release the lock."""
        self.events.close()
        self.series.close()
        _owned.discard(str(self.folder))
        if self.lock_fd is not None:
            descriptors.close(self.lock_fd, self._lock_identity)
            self.lock_fd = None

    def reclaim(self) -> bool:
        """Own the journal again after `release`, in a child process of the owner.

        Returns False if another process owns the journal, or if it does not exist any more.
        """
        try:
            lock_fd = lock.acquire(self.folder / layout.LOCK)
        except FileNotFoundError:
            return False
        if lock_fd is None:
            return False
        if not (self.folder / layout.EVENTS).exists():
            os.close(lock_fd)
            return False
        self._use_lock(lock_fd)
        for file in (self.events, self.series):
            file.use(os.open(file.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))
        return True


def _is_open(file: Appender) -> bool:
    return descriptors.is_open(file.fd, file.identity)
