"""The points of an active run, on their way into metrics.csv: the one hot path of recording."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from gittrack.core import series, values
from gittrack.core.errors import TrackError
from gittrack.record.journal import Appender

_SYNC_SECONDS = 10.0


class Points:
    """Writes points; on return each survives a SIGKILL: one ``write`` of whole lines a call.

    ``zero`` is the moment, on the monotonic clock, from which the time of a point counts.  ``kept`` is
    called with the error when the disk has no room; what could not be written is then held in memory,
    in order, and goes first as soon as writing works again.
    """

    def __init__(self, file: Appender, zero: float, kept: Callable[[OSError], None]) -> None:
        self._file = file
        self._zero = zero
        self._kept = kept
        self._lock = threading.RLock()  # a signal handler may finish the run in the middle of `log`
        self._cells: dict[str, str] = {}
        self._next: dict[str, float] = {}
        self._sync_at = _SYNC_SECONDS
        self._closed = False

    def continue_from(self, steps: Mapping[str, float]) -> None:
        """Let the step counters go on from ``steps``: the next step of each metric."""
        self._next.update(steps)

    def close(self) -> None:
        """Take no more points: whatever another thread logs from now on is an error there, not a loss."""
        with self._lock:
            self._closed = True

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Write a point of each metric; see `Run.log`."""
        now = time.monotonic() - self._zero
        if step is not None and type(step) is not int:
            step = values.number(step, "step")
        seconds = f",{now:.3f}\n"
        with self._lock:
            lines = ""
            counters = {}
            for name, value in metrics.items():
                cell = self._cells.get(name) or self._cell(name)
                if type(value) is not float:
                    value = values.number(value, name)
                at = self._next.get(name, 0) if step is None else step
                counters[name] = at + 1
                lines += f"{at},{cell},{value!r}{seconds}"
            if self._closed:
                raise TrackError(
                    "the run is finished and takes no more points", "start another one"
                )
            data = lines.encode("utf-8", "surrogatepass")
            try:
                done = -1 if self._file.pending else os.write(self._file.fd, data)
            except OSError as error:
                self._failed(data, error)
            else:
                if done != len(data):
                    self._catch_up(data, done)
                elif now > self._sync_at:
                    self._sync(now)
            self._next.update(counters)

    def _cell(self, name: Any) -> str:
        cell = series.cell(values.check_name(name, "metric"))
        self._cells[name] = cell
        return cell

    def _failed(self, data: bytes, error: OSError) -> None:
        if self._file.fd < 0:
            raise TrackError("the run is finished and takes no more points", "start another one")
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
        """Hand the series to the disk now and then, against power loss; SIGKILL needs none of it."""
        try:
            os.fdatasync(self._file.fd)
        except OSError as error:
            self._kept(error)
        self._sync_at = now + _SYNC_SECONDS
