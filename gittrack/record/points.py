"""Write the points of a live run into metrics.csv: the one hot path of recording."""

from __future__ import annotations

import errno
import math
import os
import threading
from os import write
from time import monotonic

from gittrack.core import metric_value, values
from gittrack.core.errors import TrackError
from gittrack.core.run import series
from gittrack.core.run.run_info import Metric
from gittrack.core.run.series_summary import LoggedValues
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.disk import descriptors
from gittrack.record.appender import Appender

_SYNC_SECONDS = 10.0
_FOLD_SECONDS = 0.25
_MAX_STEP = metric_value.MOST
_MIN_STEP = -_MAX_STEP


def _cell(name: Any) -> str:
    """Return the name of a metric as a cell of a line; it is called once for each name."""
    return f",{series.cell(values.check_name(name, 'metric'))},"


class Points:
    """Writes points with one ``write`` of whole lines per call, so that each survives a SIGKILL.

    Parameters
    ----------
    file : Appender
        The file of the series.
    zero : float
        The moment on the monotonic clock, in seconds, from which the times of points count.
    on_error : callable
        Called with the error if a write fails.  The points then stay in memory, in order, and are written
        before later points as soon as writing works again.
    others : sequence of Appender
        Further files that are synced to the disk together with ``file``.
    """

    def __init__(
        self,
        file: Appender,
        zero: float,
        on_error: Callable[[OSError], None],
        others: Sequence[Appender] = (),
    ) -> None:
        self._file = file
        self._others = others
        self._zero = zero
        self._on_error = on_error
        self._lock = threading.RLock()  # a signal handler may finish the run in the middle of `log`
        self._series = LoggedValues(_cell)
        self._steps: dict[str, float] = {}  # the last step of each metric
        # Whether a call is at work; if another one begins then, it is one of a signal handler, and the values
        # may be in another order than the lines.  `_exact`: whether the summaries are those of the lines.
        self._busy, self._exact = False, True
        self._fold_at = _FOLD_SECONDS
        self._sync_at = _SYNC_SECONDS
        self._closed = False
        self._end, self._end_until = "", -math.inf

    def continue_from(self, metrics: Mapping[str, Metric]) -> None:
        """Continue the steps and the summaries of points that are in the file already."""
        self._steps.update((name, metric.step or 0) for name, metric in metrics.items())
        self._series.continue_from(metrics)

    def next_step(self, name: str) -> float:
        """Return the step that the next point of a metric gets if none is given."""
        return self._steps.get(name, -1) + 1

    def after_fork(self) -> None:
        """Replace the lock in a child process, because a thread of the parent may have held it."""
        self._lock = threading.RLock()

    def close(self) -> dict[str, Metric]:
        """Refuse further points, so that a later `log` in another thread raises and loses nothing.

        Returns
        -------
        dict of str to Metric
            The summary of all points of this process; empty if it is not exactly known.
        """
        with self._lock:
            self._closed = True
            if self._busy or not self._exact:
                return {}
            self._series.fold(self._steps)
            return self._series.metrics()

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Write a point of each metric; see `Run.log`."""
        if step is not None and (type(step) is not int or not _MIN_STEP < step < _MAX_STEP):
            step = metric_value.number(step, "step")
        at = None if step is None else f"{step}"
        entries, steps, text = self._series, self._steps, ""
        with self._lock:
            if self._busy:
                self._exact = False
            self._busy = True
            try:
                now = monotonic() - self._zero
                end = self._end if now < self._end_until else self._tick(now)
                for name, value in metrics.items():
                    if type(value) is not float:
                        value = metric_value.number(value, name)
                    cell, numbers = entries[name]
                    text += f"{at or steps.get(name, -1) + 1}{cell}{value!r}{end}"
                    numbers.append(value)
                if self._closed:
                    raise TrackError(
                        "the run is finished and takes no more points", "start another one"
                    )
                try:
                    data = text.encode()
                except UnicodeEncodeError:  # a name has bytes that are not text
                    data = text.encode("utf-8", "surrogatepass")
                try:
                    written = -1 if self._file.pending else write(self._file.fd, data)
                except OSError as error:
                    self._recover_write(data, error)
                else:
                    if written != len(data):
                        self._write_pending(data, written)
                    elif now > self._sync_at:
                        self._sync(now)
                if step is None:
                    for name in metrics:
                        steps[name] = steps.get(name, -1) + 1
                else:
                    for name in metrics:
                        steps[name] = step
            except BaseException as error:
                self._take_back(text, error)
                raise
            self._busy = False

    def _take_back(self, text: str, error: BaseException) -> None:
        """Remove the values of a call that wrote nothing; ``text`` has the lines that it was to write."""
        points = series.parse(series.text_lines(text.encode("utf-8", "surrogatepass")))
        if not (isinstance(error, TrackError) and self._exact and self._series.remove(points)):
            self._exact = False
        self._busy = False

    def _tick(self, now: float) -> str:
        """Return the end of a line for this millisecond; making the text in each call would cost a tenth.

        The descriptor is checked too, because its number may belong to another file now.  A high number is
        not used again within a millisecond; a low number is checked in every call.
        """
        try:
            self._file.ensure_open()
        except OSError as error:
            self._on_error(error)
        if now > self._fold_at:
            self._series.fold(self._steps)
            self._fold_at = now + _FOLD_SECONDS
        milliseconds = math.floor(now * 1000)
        self._end, until = f",{milliseconds / 1000:.3f}\n", (milliseconds + 1) / 1000
        self._end_until = until if self._file.fd >= descriptors.HIGH else -math.inf
        return self._end

    def _recover_write(self, data: bytes, error: OSError) -> None:
        """Write ``data`` after a failed write: again if the descriptor was closed, otherwise later."""
        if self._file.closed:
            raise TrackError("the run is finished and takes no more points", "start another one")
        if error.errno == errno.EBADF:  # the program closed the descriptor
            failure = self._file.write(data)
            if failure is not None:
                self._on_error(failure)
            return
        self._file.pending += data
        self._on_error(error)

    def _write_pending(self, data: bytes, written: int) -> None:
        """Write the pending lines and ``data``, of which ``written`` bytes are in the file already."""
        self._exact = False  # a part of a line may stay, to which another process has appended
        if written >= 0:
            end = os.lseek(self._file.fd, 0, os.SEEK_CUR)  # of what was written, not of the file
            self._file.undo_partial_write(end - written, written)
        error = self._file.write(data)
        if error is not None:
            self._on_error(error)

    def _sync(self, now: float) -> None:
        """Sync the journal to the disk in another thread, against power loss; `log` does not wait."""
        threading.Thread(target=self._flush, name="gittrack sync", daemon=True).start()
        self._sync_at = now + _SYNC_SECONDS

    def _flush(self) -> None:
        for file in (self._file, *self._others):
            # The next write returns the same error; the number is -1 if the run has ended meanwhile.
            with contextlib.suppress(OSError, ValueError):
                os.fdatasync(file.fd)
