"""log.txt: the head and the tail of the console output of a run, within a limit of bytes."""

from __future__ import annotations

import io
import os

from gittrack.core import layout
from gittrack.core.standard import contextlib
from gittrack.core.standard.pathlib import Path
from gittrack.disk import descriptors, folders

_MOST_ROWS = 100_000


class LogFile:
    """The files of a journal for the console output of a command; their size on disk is limited.

    The head gets a quarter of the limit.  Later output alternates between two tail files, so that a kill at
    any moment leaves at least the last three eighths of the limit on the disk.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    limit : int
        The limit in bytes.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.head_left = limit // 4
        self.tail_size = max(1, limit * 3 // 8)
        self.head = _opened(folder / layout.LOG_HEAD, "a+b")
        self.tail = None if self.head_left else self._open_tail()
        self.dropped = 0
        self.frame: io.FileIO | None = None

    def write(self, data: bytes) -> int:
        """Append console output; return how many bytes of it were written.

        Raises OSError if the disk is full.
        """
        if self.head_left > 0:
            written = self.head.write(data[: self.head_left]) or 0
            self.head_left -= written
            return written
        if self.tail is None:
            self.tail = self._open_tail()
        if self.tail.tell() >= self.tail_size:
            self._turn()
        return self.tail.write(data[: self.tail_size - self.tail.tell()]) or 0

    def show(self, frame: bytes) -> None:
        """Store the line that has no end yet; it replaces the earlier one.

        Raises OSError if the disk is full.
        """
        if self.frame is None:
            if not frame:
                return
            self.frame = _opened(self.folder / layout.LOG_FRAME, "wb")
        os.ftruncate(self.frame.fileno(), 0)
        os.pwrite(self.frame.fileno(), frame, 0)

    def ensure_stored(self) -> None:
        """Write the files again if another host removed the journal, and its owner wrote that again."""
        self.head = self._stored(self.head, layout.LOG_HEAD)
        if self.tail is not None:
            self.tail = self._stored(self.tail, layout.LOG_TAIL[0])
        if self.frame is not None and os.fstat(self.frame.fileno()).st_nlink == 0:
            self.frame = None

    def _stored(self, file: io.FileIO, name: str) -> io.FileIO:
        if os.fstat(file.fileno()).st_nlink > 0 or not self.folder.exists():
            return file
        again = _opened(self.folder / name, "a+b")
        again.write(descriptors.content(file.fileno()))
        file.close()
        return again

    def close(self) -> None:
        """Close the files."""
        self.head.close()
        if self.frame is not None:
            self.frame.close()
        if self.tail is not None:
            self.tail.close()

    def _open_tail(self) -> io.FileIO:
        return _opened(self.folder / layout.LOG_TAIL[0], "a+b")

    def _turn(self) -> None:
        """Make the full tail the older one and begin a new tail."""
        assert self.tail is not None
        self.tail.close()
        older = self.folder / layout.LOG_TAIL[1]
        if older.exists():
            self.dropped += older.stat().st_size
            (self.folder / "log.dropped").write_text(str(self.dropped))
        os.replace(self.folder / layout.LOG_TAIL[0], older)
        self.tail = self._open_tail()


def _opened(path: Path, mode: str) -> io.FileIO:
    file = io.FileIO(path, mode)
    folders.share(file.fileno(), str(path.parent), 0o664)
    return file


def assemble(folder: Path) -> bytes:
    """Return the content of log.txt from the files of a journal; empty if nothing was printed."""
    pieces = [folder / name for name in (layout.LOG_HEAD, *reversed(layout.LOG_TAIL))]
    head, older, newer = (p.read_bytes() if p.exists() else b"" for p in pieces)
    dropped = folder / "log.dropped"
    gap = b""
    if dropped.exists():
        gap = f"\n[... {int(dropped.read_text() or 0):,} bytes left out ...]\n".encode()
    frame = folder / layout.LOG_FRAME
    return head + gap + older + newer + (frame.read_bytes() if frame.exists() else b"")


class StreamTable:
    """streams.csv: which consecutive lines of the console came from which stream, as ``stream,lines``.

    The table ends without a word if it cannot be written or grows too long: then the order of the streams
    is not known.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / layout.STREAMS
        self.stream, self.lines, self.room = 0, 0, _MOST_ROWS
        self.rows: list[str] = []

    def add(self, stream: int, lines: int) -> None:
        """Add lines of a stream."""
        if stream != self.stream and lines:
            self._end_row()
            self.stream = stream
        self.lines += lines

    def close(self) -> None:
        """Write the table."""
        self._end_row()
        if self.room > 0:
            with contextlib.suppress(OSError):
                self.path.write_text("".join(self.rows))

    def _end_row(self) -> None:
        if self.lines and self.room > 0:
            self.rows.append(f"{self.stream},{self.lines}\n")
            self.room -= 1
        self.lines = 0


def streams(folder: Path, log: bytes) -> bytes:
    """Return the content of streams.csv; empty if there is none, or if it is not the table of this log."""
    try:
        table = (folder / layout.STREAMS).read_bytes()
        counted = sum(int(row.split(b",")[1]) for row in table.splitlines())
    except (OSError, ValueError, IndexError):
        return b""
    lines = log.count(b"\n") + (not log.endswith(b"\n"))
    is_cut = (folder / "log.dropped").exists()
    return table if counted == lines or (is_cut and counted > lines) else b""
