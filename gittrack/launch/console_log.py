"""The console output of a run, for log.txt: of a progress bar only the last frame."""

from __future__ import annotations

from gittrack.record.publish import logs

_LONGEST_FRAME = 64 << 10


class Frames:
    r"""One stream of console output, without the text that a carriage return overwrites.

    Notes
    -----
    A progress bar draws each frame over the last one: ``\r`` and no line break.  Of such a line the last
    frame is kept.  Memory is bounded: a longer line than 64 KiB is passed on in pieces.
    """

    def __init__(self) -> None:
        self.frame = b""  # the last frame of the unfinished line

    def feed(self, data: bytes) -> bytes:
        """Add output; return the lines that are now complete."""
        *lines, unfinished = (self.frame + data).split(b"\n")
        complete = b"".join(_last_frame(line) + b"\n" for line in lines)
        self.frame = _last_frame(unfinished)
        if len(self.frame) > _LONGEST_FRAME:
            complete, self.frame = complete + self.frame, b""
        return complete


def _last_frame(line: bytes) -> bytes:
    """Return a line after its last carriage return; one at the end of the line overwrites nothing yet."""
    if b"\r" not in line:
        return line
    text = line.rstrip(b"\r")
    end = b"\r" if len(text) < len(line) else b""
    return text[text.rfind(b"\r") + 1 :] + end


class ConsoleLog:
    """The log of a run.  If the disk is full, up to ``limit`` bytes of output wait in memory.

    ``table`` gets the streams of the lines; None if there is only one.
    """

    def __init__(self, file: logs.LogFile, limit: int) -> None:
        self.file = file
        self.limit = limit
        self.table: logs.StreamTable | None = None
        self.streams: dict[int, Frames] = {}
        self.waiting: list[bytes] = []  # for room on the disk
        self.unfinished = b""  # the unfinished lines that the file shows
        self.incomplete = False
        self.problem: str | None = None

    def write(self, stream: int, data: bytes) -> None:
        """Add output of the stream with this number."""
        frames = self.streams.setdefault(stream, Frames())
        complete = frames.feed(data)
        if self.table is not None:
            self.table.add(stream, complete.count(b"\n"))
        self._write(complete)
        unfinished = self._unfinished_lines()
        if unfinished != self.unfinished:  # written now, so that a kill does not lose them
            try:
                self.file.show(unfinished)
                self.unfinished = unfinished
            except OSError as error:
                self.problem = error.strerror

    def close(self) -> list[str]:
        """Write the unfinished lines and close the file; return the notes for the user."""
        self._write(self._unfinished_lines())
        if self.table is not None:
            for stream, frames in self.streams.items():
                self.table.add(stream, bool(frames.frame))
            self.table.close()
        try:
            self.file.show(b"")
        except OSError as error:
            self.problem = error.strerror
        self.file.close()
        return [f"log.txt is incomplete: {self.problem}"] if self.waiting or self.incomplete else []

    def _unfinished_lines(self) -> bytes:
        return b"\n".join(frames.frame for frames in self.streams.values() if frames.frame)

    def _write(self, data: bytes) -> None:
        if data:
            self.waiting.append(data)
        try:
            while self.waiting:
                self.waiting[0] = self.waiting[0][self.file.write(self.waiting[0]) :]
                if not self.waiting[0]:
                    del self.waiting[0]
        except OSError as error:
            self.problem = error.strerror
        while len(self.waiting) > 1 and sum(map(len, self.waiting)) > self.limit:
            del self.waiting[0]
            self.incomplete = True
