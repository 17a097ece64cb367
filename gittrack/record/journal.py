"""The journal of a live run: a folder below ``<git common dir>/gittrack/live/``.

The process that creates the folder owns the id of the run; it holds the lock in the folder until it ends.
Files are only appended to, with one ``write`` of whole lines per call.  Therefore several processes can
share the files, and a SIGKILL loses nothing that was acknowledged.
"""

from __future__ import annotations

import os
import stat
import time

from gittrack.core import layout
from gittrack.core.errors import Damaged, NewerFormat, TrackError, unwritable
from gittrack.core.run import events, series
from gittrack.core.run.run_info import Metric
from gittrack.core.secrets import redact_text
from gittrack.core.standard import contextlib, json
from gittrack.core.standard.collections import Callable, Iterator, Mapping
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.disk import descriptors, folders, lock, this_machine
from gittrack.record.journal_files import JournalFiles

_END_RESERVE_BYTES = 16 << 20
_FEW_POINTS = 1_000  # parsing them takes no longer than a summary of theirs


class Journal(JournalFiles):
    """One run's journal; ``owner`` is the one process that will commit it."""

    def __init__(self, folder: Path, lock_fd: int | None, join_fd: int | None = None) -> None:
        super().__init__(folder, lock_fd)
        # The descriptor of the script that joined the launcher's run, while the script records.
        self._join_fd = -1 if join_fd is None else descriptors.lift(join_fd)
        self._join_identity = (0, 0) if join_fd is None else descriptors.identity(self._join_fd)
        self._decoder = events.Decoder(self.id)
        self._decoded = 0  # bytes of the file of events that are decoded

    @property
    def unwritten(self) -> int:
        """The number of lines that are only in memory, because the disk has no room."""
        return (self.events.pending + self.series.pending).count(b"\n")

    def _write_again(self) -> None:
        super()._write_again()
        self._decoder, self._decoded = events.Decoder(self.id), 0

    def append(self, op: str, **fields: Any) -> OSError | None:
        """Append one operation to the journal.

        Text in a note that looks like a secret is replaced.

        Parameters
        ----------
        op : str
            The kind of the operation, such as ``events.PARAMS``.
        **fields
            The fields of the operation; see `events.check`.

        Returns
        -------
        OSError or None
            The error if the operation is only in memory for now.

        Raises
        ------
        TrackError
            If the values could not be read back; nothing is written then.
        """
        if op == events.NOTE and isinstance(fields.get("text"), str):
            fields["text"] = redact_text(fields["text"])
        try:
            events.check(op, fields)
        except ValueError as error:
            raise TrackError(f"the run {self.id} cannot record this: {error}", "correct the value")
        data = events.line(op, **fields)
        self._check_room(op, len(data))
        return self.events.write(data)

    def append_summary(self, metrics: Mapping[str, Metric]) -> None:
        """Append the summaries of all points that a process logged, so that nobody has to parse the points.

        It is left out if parsing costs little, if it cannot be written, or if it could not be read back.
        """
        if sum(metric.count for metric in metrics.values()) < max(_FEW_POINTS, 4 * len(metrics)):
            return
        with contextlib.suppress(TrackError, ValueError):
            events.check(events.SERIES, {"values": metrics})
            data = events.line(events.SERIES, values=metrics)
            self._check_room(events.SERIES, len(data))
            if self.events.write(data) is not None:
                del self.events.pending[-len(data) :]

    def _check_room(self, op: str, size: int) -> None:
        """Raise TrackError if the journal would become too large to be read back."""
        is_end = op in (events.FACTS, events.ENV)  # the journal always has room for these
        limit = events.MAX_BYTES - (0 if is_end else _END_RESERVE_BYTES)
        with contextlib.suppress(OSError):  # `write` returns the same error
            size += self.events.size()
        if size + len(self.events.pending) > limit:
            raise TrackError(
                f"the journal of the run {self.id} is full: {events.MAX_BYTES >> 20} MiB",
                "store many values in one artifact, and many files in one archive",
            )

    def state(self) -> events.JournalState:
        """Return the sum of all operations so far, also those of other processes."""
        with _errors_with_path(self.folder):
            self._decode_new_lines()
            return self._decoder.state()

    def params(self) -> Mapping[str, Any]:
        """Return the params so far, without a copy.  The caller must not change the mapping."""
        with _errors_with_path(self.folder):
            self._decode_new_lines()
        return self._decoder.params

    def _decode_new_lines(self) -> None:
        """Decode the new lines of the file of events, so that each line is decoded once."""
        size = self.events.size()
        if size == self._decoded:
            return
        if size > events.MAX_BYTES:
            raise ValueError(events.TOO_LARGE)
        if size < self._decoded:  # an incomplete write was removed
            self._decoder, self._decoded = events.Decoder(self.id), 0
        # Through the open descriptor: a process without a free descriptor can still end its run.
        data = series.whole_lines(descriptors.content(self.events.fd, self._decoded))
        try:
            self._decoder.feed(data)
            self._decoded += len(data)
        except ValueError:
            self._decoder, self._decoded = events.Decoder(self.id), 0
            raise

    def release(self) -> None:
        """Close the files and release the locks."""
        super().release()
        descriptors.close(self._join_fd, self._join_identity)


def create(
    common_dir: str,
    *,
    now: float | None = None,
    run_id: str | None = None,
    is_taken: Callable[[str], bool] = lambda run_id: False,
) -> Journal:
    """Claim a run id and return its new journal.

    Parameters
    ----------
    common_dir : str
        The common directory of the repository.
    now : float, optional
        The start of the run, in seconds since the epoch, from which a new id is made.
    run_id : str, optional
        The id of an earlier run that is continued; without it a new id is made.
    is_taken : callable
        Returns whether a committed run has an id.  If the clock stands still, new ids differ only by their
        20 random bits.

    Returns
    -------
    Journal
        The journal, locked by this process.

    Raises
    ------
    TrackError
        If the repository cannot be written, or the run ``run_id`` is live already.
    """
    live = Path(layout.live_dir(common_dir))
    try:
        folders.make(str(live))
        while True:
            folder = live / (run_id or layout.new_id(time.time() if now is None else now))
            try:
                folder.mkdir()
                # Checked after the claim, because a journal is removed only after its ref exists.
                if run_id is None and is_taken(folder.name):
                    folder.rmdir()
                    continue
                folder.chmod(stat.S_IMODE(live.stat().st_mode))
                break
            except FileExistsError:
                if run_id is not None:
                    raise TrackError(f"the run {run_id} is going on", "wait for its end")
        # Another process may hold the lock for a moment to test it; it does not touch so new a folder.
        journal = Journal(folder, _first_lock(folder))
        journal.reserve_end()
        journal.series.write(series.HEADER.encode())
    except OSError as error:
        raise unwritable("the run cannot be recorded", common_dir, str(error.strerror))
    return journal


def _first_lock(folder: Path) -> int:
    try:
        return lock.take(folder / layout.LOCK)
    except TrackError:  # this file system has no locks: leave nothing that looks like a run
        folders.remove(folder)
        raise


def join(folder: Path) -> Journal | None:
    """Return the journal of another process, to write into it.

    Only the first caller gets the journal, because the series of two runs must not be mixed.  Later callers
    get None, and so does every caller if the run has ended, although its journal may not be removed yet.
    """
    if not lock.is_held(folder / layout.LOCK):
        return None
    try:
        join_fd = lock.create(folder / layout.JOINED)
        if join_fd is None:
            return None
        os.write(join_fd, json.dumps(this_machine.process()).encode())
        book = Journal(folder, None, join_fd)
    except FileNotFoundError:  # the run has ended meanwhile
        return None
    except OSError as error:
        raise unwritable("the run cannot be joined", str(folder), str(error.strerror))
    if "ended" in book.state().facts:  # it is being committed: later points would be lost
        book.release()
        return None
    return book


def open_live(folder: Path) -> Journal | None:
    """Return the journal of a live run, to append without joining; None if the run has ended."""
    try:
        return Journal(folder, None) if lock.is_held(folder / layout.LOCK) else None
    except FileNotFoundError:  # the run has ended meanwhile
        return None


def live_lock(journal: Journal) -> Path:
    """Return the file that is locked while this process records into the journal."""
    return journal.folder / (layout.LOCK if journal.owner else layout.JOINED)


def read_state(folder: Path) -> events.JournalState:
    """Return the sum of a journal's operations.  Raises Damaged, or NewerFormat for a later format."""
    with _errors_with_path(folder):
        return events.read(folder / layout.EVENTS, folder.name)


@contextlib.contextmanager
def _errors_with_path(folder: Path) -> Iterator[None]:
    """Turn errors of the decoder into NewerFormat or Damaged, with the path of the journal."""
    try:
        yield
    except events.NewerJournal as error:
        raise NewerFormat(
            f"the journal {folder} was {error}",
            "the journal stays unchanged until gittrack is updated",
        )
    except ValueError as error:
        raise Damaged(
            f"the journal {folder} is damaged: {error}", "set it aside: git track doctor --fix"
        )
