"""The points of an active run, on their way into metrics.csv: the one hot path of recording."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from os import write
from time import monotonic
from typing import Any

from gittrack.core import values
from gittrack.core.errors import TrackError
from gittrack.core.run import series
from gittrack.disk import descriptors
from gittrack.record.appender import Appender

_SYNC_SECONDS = 10.0
_MOST = values.MOST


class _Cells(dict[str, str]):
    """The names of metrics as they stand within a line, each checked when it is first logged."""

    def __missing__(self, name: Any) -> str:
        cell = self[name] = f",{series.cell(values.check_name(name, 'metric'))},"
        return cell


class Points:
    """Writes points; on return each survives a SIGKILL: one ``write`` of whole lines a call.

    ``zero`` is the moment, on the monotonic clock, from which the time of a point counts.  ``kept`` is
    called with the error when the disk has no room; what could not be written is then held in memory,
    in order, and goes first as soon as writing works again.
    """

    def __init__(
        self,
        file: Appender,
        zero: float,
        kept: Callable[[OSError], None],
        others: Sequence[Appender] = (),
    ) -> None:
        self._file = file
        self._others = others  # are synced with it
        self._zero = zero
        self._kept = kept
        self._lock = threading.RLock()  # a signal handler may finish the run in the middle of `log`
        self._cells = _Cells()
        self._next: dict[str, float] = {}
        self._sync_at = _SYNC_SECONDS
        self._closed = False
        self._end, self._end_until = "", -math.inf

    def continue_from(self, steps: Mapping[str, float]) -> None:
        """Let the step counters go on from ``steps``: the next step of each metric."""
        self._next.update(steps)

    def after_fork(self) -> None:
        """Go on in a child process: a thread of the parent may have held the lock."""
        self._lock = threading.RLock()

    def close(self) -> None:
        """Take no more points: whatever another thread logs from now on is an error there, not a loss."""
        with self._lock:
            self._closed = True

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Write a point of each metric; see `Run.log`."""
        if step is not None and (type(step) is not int or not -_MOST < step < _MOST):
            step = values.number(step, "step")
        at = None if step is None else f"{step}"
        cells, counters, lines = self._cells, self._next, []
        with self._lock:
            now = monotonic() - self._zero
            end = self._end if now < self._end_until else self._tick(now)
            for name, value in metrics.items():
                if type(value) is not float:
                    value = values.number(value, name)
                lines.append(f"{at or counters.get(name, 0)}{cells[name]}{value!r}")
            if self._closed:
                raise TrackError(
                    "the run is finished and takes no more points", "start another one"
                )
            lines.append("")
            text = end.join(lines)
            try:
                data = text.encode()
            except UnicodeEncodeError:  # a name has bytes that are no text
                data = text.encode("utf-8", "surrogatepass")
            try:
                done = -1 if self._file.pending else write(self._file.fd, data)
            except OSError as error:
                self._failed(data, error)
            else:
                if done != len(data):
                    self._catch_up(data, done)
                elif now > self._sync_at:
                    self._sync(now)
            if step is None:
                for name in metrics:
                    counters[name] = counters.get(name, 0) + 1
            else:
                after = step + 1
                for name in metrics:
                    counters[name] = after

    def _tick(self, now: float) -> str:
        """Return how lines end in this millisecond: making that text is a tenth of a call.

        The descriptor is looked at too: its number may be that of another file by now.  A high number is not
        given again within a millisecond; a low one is looked at in every call.
        """
        try:
            self._file.ready()
        except OSError as error:
            self._kept(error)
        milliseconds = math.floor(now * 1000)
        self._end, until = f",{milliseconds / 1000:.3f}\n", (milliseconds + 1) / 1000
        self._end_until = until if self._file.fd >= descriptors.HIGH else -math.inf
        return self._end

    def _failed(self, data: bytes, error: OSError) -> None:
        if self._file.closed:
            raise TrackError("the run is finished and takes no more points", "start another one")
        if error.errno == errno.EBADF:  # closed by the program, to be opened again
            failure = self._file.write(data)
            if failure is not None:
                self._kept(failure)
            return
        self._file.pending = data
        self._kept(error)

    def _catch_up(self, data: bytes, done: int) -> None:
        """Write what is pending and ``data``, of which ``done`` bytes got in before the disk was full."""
        if done >= 0:
            self._file.torn(os.fstat(self._file.fd).st_size - done, done)
        error = self._file.write(data)
        if error is not None:
            self._kept(error)

    def _sync(self, now: float) -> None:
        """Have the journal written to the disk, against power loss; nobody who logs waits for that."""
        threading.Thread(target=self._flush, name="gittrack sync", daemon=True).start()
        self._sync_at = now + _SYNC_SECONDS

    def _flush(self) -> None:
        for file in (self._file, *self._others):
            with contextlib.suppress(OSError):  # the next write has the same error
                os.fdatasync(file.fd)
