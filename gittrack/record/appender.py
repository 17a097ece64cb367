"""An append-only file of a journal: what cannot be written now is kept in memory and tried again."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from gittrack.disk import descriptors, folders


class RecordingEnded(OSError):
    """The journal is not there any more: nothing can be written into it again."""


def explain(error: OSError, folder: Path) -> str:
    """Return what becomes of what is logged after an error of `Appender.write`."""
    if isinstance(error, RecordingEnded):
        after = "what is logged from now on is not recorded"
        return f"the recording of {folder.name} has ended: {error.strerror}; {after}"
    after = "what is logged is kept in memory and written as soon as that works again"
    return f"{folder} cannot be written ({error.strerror}); {after}"


class Appender:
    """An append-only file that outlives a full disk, and the loss of its descriptor.

    ``reopen`` is called if the descriptor is not that of the file any more; it calls `reopened`, or raises
    RecordingEnded.
    """

    def __init__(self, path: Path, reopen: Callable[[], None]) -> None:
        self.path = path
        self._reopen = reopen
        self.pending = b""
        self.closed = False
        self.ended: RecordingEnded | None = None
        self.fd, self.identity = -1, (0, 0)
        new = not path.exists()
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        if new:
            folders.share(fd, str(path.parent), 0o664)
        self.use(fd)

    def use(self, fd: int) -> None:
        """Write to this descriptor from now on."""
        descriptors.close(self.fd, self.identity)
        self.closed = False
        self.fd = descriptors.lift(fd)
        self.identity = descriptors.identity(self.fd)

    def intact(self) -> bool:
        """Return whether the descriptor is still that of the file."""
        return descriptors.is_intact(self.fd, self.identity)

    def ready(self) -> None:
        """See to it that the descriptor is that of the file.

        Raises RecordingEnded or OSError; then there is no descriptor, so that nobody writes to a number that
        may be another file's.
        """
        if self.ended is not None:
            raise self.ended
        if self.closed or self.intact():
            return
        try:
            self._reopen()
        except OSError as error:
            self.ended = error if isinstance(error, RecordingEnded) else None
            descriptors.close(self.fd, self.identity)
            self.fd = -1
            raise

    def write(self, data: bytes) -> OSError | None:
        """Append whole lines; return the error if they are only kept in memory for now."""
        data = self.pending + data
        self.pending = b""
        size = -1
        try:
            self.ready()
            size = os.fstat(self.fd).st_size
            done = os.write(self.fd, data) if data else 0
            if done == len(data):
                return None
            self.torn(size, done)
            error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except RecordingEnded as ended:
            return ended
        except OSError as caught:
            error = caught
        self.pending = data
        return error

    def torn(self, size: int, done: int) -> None:
        """Take back a write of which only ``done`` bytes got in, so that the line stays whole."""
        if os.fstat(self.fd).st_size == size + done:
            os.ftruncate(self.fd, size)

    def mend(self) -> None:
        """Cut off a torn last line, which was never acknowledged; only when nobody else writes."""
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if 0 < whole < len(data):
            stat = os.fstat(self.fd)
            os.ftruncate(self.fd, whole)
            os.utime(self.fd, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # tells when the run ended

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self.closed = True
        descriptors.close(self.fd, self.identity)
        self.fd = -1
