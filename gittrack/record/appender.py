"""An append-only file of a journal: bytes that cannot be written stay in memory and are tried again."""

from __future__ import annotations

import errno
import os

from gittrack.core.standard.collections import Callable
from gittrack.core.standard.pathlib import Path
from gittrack.disk import descriptors, folders


class RecordingEnded(OSError):
    """The journal does not exist any more: nothing can be written into it."""


def explain(error: OSError, folder: Path) -> str:
    """Return a message about an error of `Appender.write` and what happens to later values."""
    if isinstance(error, RecordingEnded):
        consequence = "values that are logged from now on are not recorded"
        return f"the recording of {folder.name} has ended: {error.strerror}; {consequence}"
    consequence = "logged values are kept in memory until the folder can be written again"
    return f"{folder} cannot be written ({error.strerror}); {consequence}"


class Appender:
    """An append-only file that survives a full disk and the loss of its descriptor.

    Parameters
    ----------
    path : Path
        The file; it is created if it does not exist.
    reopen : callable
        Called if the descriptor belongs to another file or is closed.  It calls `use` with a new descriptor,
        or raises RecordingEnded.
    """

    def __init__(self, path: Path, reopen: Callable[[], None]) -> None:
        self.path = path
        self._reopen = reopen
        self.pending = bytearray()
        self.closed = False
        self.ended: RecordingEnded | None = None
        self.fd, self.identity = -1, (0, 0)
        new = not path.exists()
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        if new:
            folders.share(fd, str(path.parent), 0o664)
        self.use(fd)

    def use(self, fd: int) -> None:
        """Write to the descriptor ``fd`` from now on; the earlier descriptor is closed."""
        descriptors.close(self.fd, self.identity)
        self.closed = False
        self.fd = descriptors.lift(fd)
        self.identity = descriptors.identity(self.fd)

    def is_intact(self) -> bool:
        """Return whether the descriptor still belongs to the file."""
        return descriptors.intact_size(self.fd, self.identity) is not None

    def size(self) -> int:
        """Return the size of the file, which is opened again first if needed; raises as `ensure_open`."""
        size = None if self.ended else descriptors.intact_size(self.fd, self.identity)
        if size is None:
            self.ensure_open()
            size = os.fstat(self.fd).st_size
        return size

    def ensure_open(self) -> None:
        """Open the file again if the descriptor does not belong to it any more.

        Raises RecordingEnded or OSError.  The descriptor is then -1, so that nobody writes to a number that
        may belong to another file.
        """
        if self.ended is not None:
            raise self.ended
        if self.closed or self.is_intact():
            return
        try:
            self._reopen()
        except OSError as error:
            self.ended = error if isinstance(error, RecordingEnded) else None
            descriptors.close(self.fd, self.identity)
            self.fd = -1
            raise

    def write(self, data: bytes) -> OSError | None:
        """Append whole lines; return the error if the lines are only in memory for now."""
        lines, self.pending = self.pending, bytearray()
        lines += data
        size = -1
        try:
            size = self.size()
            written = os.write(self.fd, lines) if lines else 0
            if written == len(lines):
                return None
            self.undo_partial_write(size, written)
            error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except RecordingEnded as ended:
            return ended
        except OSError as caught:
            error = caught
        lines += self.pending  # of a signal handler that wrote meanwhile
        self.pending = lines
        return error

    def undo_partial_write(self, size: int, written: int) -> None:
        """Remove the ``written`` bytes of an incomplete write, so that every line in the file is whole."""
        if os.fstat(self.fd).st_size == size + written:
            os.ftruncate(self.fd, size)

    def cut_incomplete_line(self) -> None:
        """Remove an incomplete last line, which was never acknowledged.  No other process may write."""
        data = self.path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if 0 < whole < len(data):
            stat = os.fstat(self.fd)
            os.ftruncate(self.fd, whole)
            # The time stamp shows when the run ended.
            os.utime(self.fd, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self.closed = True
        descriptors.close(self.fd, self.identity)
        self.fd = -1
