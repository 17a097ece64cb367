"""The console of a run on its way into log.txt: of a progress bar only what was last to be seen."""

from __future__ import annotations

from gittrack.record.publish import logs

_LONGEST_FRAME = 64 << 10


class Frames:
    r"""One stream of console output, without what a carriage return has overwritten.

    Notes
    -----
    A progress bar draws each frame over the last one: ``\r`` and no line break.  Of such a line the last
    frame is kept.  Memory is bounded: a longer line than 64 KiB is passed on in pieces.
    """

    def __init__(self) -> None:
        self.frame = b""  # of the line that has no end yet

    def feed(self, data: bytes) -> bytes:
        """Take output; return the lines that it has completed."""
        *lines, rest = (self.frame + data).split(b"\n")
        done = b"".join(_last_frame(line) + b"\n" for line in lines)
        self.frame = _last_frame(rest)
        if len(self.frame) > _LONGEST_FRAME:
            done, self.frame = done + self.frame, b""
        return done


def _last_frame(line: bytes) -> bytes:
    """Return a line from its last carriage return on; one at its very end overwrites nothing yet."""
    if b"\r" not in line:
        return line
    text = line.rstrip(b"\r")
    end = b"\r" if len(text) < len(line) else b""
    return text[text.rfind(b"\r") + 1 :] + end


class ConsoleLog:
    """The log of a run, which must not stop the command if the disk is full."""

    def __init__(self, file: logs.LogFile, limit: int) -> None:
        self.file = file
        self.limit = limit
        self.streams: dict[int, Frames] = {}
        self.waiting: list[bytes] = []  # for room on the disk
        self.shown = b""
        self.lost = False
        self.problem: str | None = None

    def write(self, stream: int, data: bytes) -> None:
        """Take output of a stream, which its number stands for."""
        frames = self.streams.setdefault(stream, Frames())
        self._write(frames.feed(data))
        shown = self._unfinished()
        if shown != self.shown:  # a kill at this moment does not lose it
            try:
                self.file.show(shown)
                self.shown = shown
            except OSError as error:
                self.problem = error.strerror

    def close(self) -> list[str]:
        """Write what is left; return what the user should know."""
        self._write(self._unfinished())
        try:
            self.file.show(b"")
        except OSError as error:
            self.problem = error.strerror
        self.file.close()
        return [f"log.txt is incomplete: {self.problem}"] if self.waiting or self.lost else []

    def _unfinished(self) -> bytes:
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
            self.lost = True
