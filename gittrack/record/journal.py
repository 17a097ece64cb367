"""The journal of a run that is going on: a folder below ``<git common dir>/gittrack/live/``.

Making the folder is the claim on the id; the lock in it is held for the owner's whole life.  Files are
only ever appended to, each call one ``write`` of whole lines, so several processes can share them and
a SIGKILL loses nothing that was acknowledged.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gittrack.core import layout, settings
from gittrack.core.errors import Damaged, NewerFormat, OnAnotherHost, TrackError, unwritable
from gittrack.core.run import events, series
from gittrack.core.secrets import redact_text
from gittrack.disk import descriptors, folders, lock, this_machine
from gittrack.record.journal_files import JournalFiles

_NEWBORN_SECONDS = 60
_LAST_WORDS_BYTES = 16 << 20


class Journal(JournalFiles):
    """One run's journal; ``owner`` is the one process that will commit it."""

    def __init__(self, folder: Path, lock_fd: int | None, join_fd: int | None = None) -> None:
        super().__init__(folder, lock_fd)
        # Of the script that joined the launcher's run, as long as it records.
        self._join_fd = -1 if join_fd is None else descriptors.lift(join_fd)
        self._join_identity = (0, 0) if join_fd is None else descriptors.identity(self._join_fd)
        self._decoder = events.Decoder(self.id)
        self._decoded = 0  # bytes of the file of events

    @property
    def unwritten(self) -> int:
        """The number of lines that are in memory only, for want of room on the disk."""
        return (self.events.pending + self.series.pending).count(b"\n")

    def _write_again(self) -> None:
        super()._write_again()
        self._decoder, self._decoded = events.Decoder(self.id), 0

    def append(self, op: str, **fields: Any) -> OSError | None:
        """Append one operation; return the error where it is only kept in memory for now.

        What looks secret in a note is hidden.  Raises TrackError, with nothing written, for values that
        could not be read back.
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

    def _check_room(self, op: str, size: int) -> None:
        """Raise TrackError if the journal would become too large to be read back."""
        last_words = op in (events.FACTS, events.ENV)  # room for them is always left
        most = events.MAX_BYTES - (0 if last_words else _LAST_WORDS_BYTES)
        with contextlib.suppress(OSError):  # `write` returns the same error
            self.events.ready()
            size += os.fstat(self.events.fd).st_size
        if size + len(self.events.pending) > most:
            raise TrackError(
                f"the journal of the run {self.id} is full: {events.MAX_BYTES >> 20} MiB",
                "record less of it: values in a file that is an artifact, files in one archive",
            )

    def state(self) -> events.JournalState:
        """Return the fold of all operations so far, whoever wrote them."""
        with _named(self.folder):
            self._decode_new_lines()
            return self._decoder.state()

    def params(self) -> Mapping[str, Any]:
        """Return the params so far, not to be changed: what `state` has, without a copy of everything."""
        with _named(self.folder):
            self._decode_new_lines()
        return self._decoder.params

    def _decode_new_lines(self) -> None:
        """Read on in the file of events: each line is decoded once."""
        self.events.ready()
        size = os.fstat(self.events.fd).st_size
        if size > events.MAX_BYTES:
            raise ValueError(events.TOO_LARGE)
        if size < self._decoded:  # a write that did not get in whole was taken back
            self._decoder, self._decoded = events.Decoder(self.id), 0
        # Not by path: a process without a free descriptor can still end its run.
        data = series.whole_lines(descriptors.content(self.events.fd, self._decoded))
        try:
            self._decoder.feed(data)
            self._decoded += len(data)
        except ValueError:
            self._decoder, self._decoded = events.Decoder(self.id), 0
            raise

    def release(self) -> None:
        """Close the files and give the locks back."""
        super().release()
        descriptors.close(self._join_fd, self._join_identity)


def create(
    common_dir: str,
    *,
    now: float | None = None,
    run_id: str | None = None,
    is_taken: Callable[[str], bool] = lambda run_id: False,
) -> Journal:
    """Claim a new run id (or ``run_id``, to continue that run) and return its journal.

    ``is_taken`` tells whether a run of a new id is committed already: under a clock that stands, ids
    differ by their 20 random bits only.  Raises TrackError where the repository cannot be written, or
    ``run_id`` is going on already.
    """
    live = Path(layout.live_dir(common_dir))
    try:
        folders.make(str(live))
        while True:
            folder = live / (run_id or layout.new_id(time.time() if now is None else now))
            try:
                folder.mkdir()
                # Asked after the claim: a journal goes only when its ref is there.
                if run_id is None and is_taken(folder.name):
                    folder.rmdir()
                    continue
                folder.chmod(stat.S_IMODE(live.stat().st_mode))
                break
            except FileExistsError:
                if run_id is not None:
                    raise TrackError(f"the run {run_id} is going on", "wait for its end")
        # Others may hold the lock for the moment of a look; a folder this young is left alone.
        held = _first_lock(folder)
        journal = Journal(folder, held)
        journal.reserve_end()
        journal.series.write(series.HEADER.encode())
    except OSError as error:
        raise unwritable("the run cannot be recorded", common_dir, str(error.strerror))
    return journal


def _first_lock(folder: Path) -> int:
    try:
        return lock.take(folder / layout.LOCK)
    except TrackError:  # there are no locks here: leave nothing that looks like a run
        shutil.rmtree(folder, ignore_errors=True)
        raise


def join(folder: Path) -> Journal | None:
    """Return a journal that another process owns, to write into it.

    Only the first caller gets it: the series of a second run must not be mixed with those of the first.
    None for later callers, and if the run has ended.
    """
    if not lock.is_held(folder / layout.LOCK):
        return None
    try:
        join_fd = lock.create(folder / layout.JOINED)
        if join_fd is not None:
            os.write(join_fd, json.dumps(this_machine.process()).encode())
    except FileNotFoundError:  # it has ended in between
        return None
    except OSError as error:
        raise unwritable("the run cannot be joined", str(folder), str(error.strerror))
    return None if join_fd is None else Journal(folder, None, join_fd)


def live_lock(journal: Journal) -> Path:
    """Return the file that is locked as long as this process records into the journal."""
    return journal.folder / (layout.LOCK if journal.owner else layout.JOINED)


def adopt(
    folder: Path, *, patience: float = settings.ADOPT_AFTER_SECONDS, force: bool = False
) -> Journal | None:
    """Return a journal whose owner is dead, now held by this process; None where there is none.

    A folder without a first line is a run that died before anything was acknowledged: it is removed,
    once it is old enough not to be one that is just being made.  Raises Damaged or NewerFormat, with the
    journal left unchanged, if it cannot be read; and OnAnotherHost, unless ``force``, if its process may be
    alive on another host: nothing was written for less than ``patience`` seconds.
    """
    try:
        touched = folder.stat().st_mtime  # before a missing lock is made in it
        held = lock.acquire(folder / layout.LOCK)
    except FileNotFoundError:
        return None
    if held is None:
        return None
    same = os.path.exists(folder / layout.LOCK) and os.path.samestat(
        os.fstat(held), os.stat(folder / layout.LOCK)
    )
    if same and (folder / layout.EVENTS).exists() and (folder / layout.EVENTS).stat().st_size:
        try:
            read_state(folder)
            if not force:
                _check_host(folder, patience)
        except TrackError:
            os.close(held)
            raise
        book = Journal(folder, held)
        book.events.mend()
        return book
    if same and time.time() - touched > _NEWBORN_SECONDS:
        shutil.rmtree(folder)
    os.close(held)
    return None


def _check_host(folder: Path, patience: float) -> None:
    process = events.process_of((folder / layout.EVENTS).read_bytes())
    names = (layout.EVENTS, layout.SERIES, layout.POINTS, layout.LOG_HEAD, *layout.LOG_TAIL)
    paths = [folder / name for name in names]
    touched = max(path.stat().st_mtime for path in paths if path.exists())
    if this_machine.may_live_elsewhere(process, touched, patience):
        raise OnAnotherHost(
            f"the process of the run {folder.name} may be alive on the host {process['host']}",
            "if it is not: git track recover --force",
        )


def list_dead(common_dir: str) -> list[Path]:
    """Return the journals that no living process holds, oldest first."""
    live = Path(layout.live_dir(common_dir))
    names = sorted(os.listdir(live)) if live.is_dir() else []
    for name in names:
        if name.startswith(
            layout.REMOVING
        ):  # published, and its owner killed while it removed the journal
            shutil.rmtree(live / name, ignore_errors=True)
    folders = [live / name for name in names if layout.is_id(name)]
    return [folder for folder in folders if not _held(folder)]


def _held(folder: Path) -> bool:
    try:
        return lock.is_held(folder / layout.LOCK)
    except OSError:  # `adopt` raises the same error, for this journal alone
        return False


def read_state(folder: Path) -> events.JournalState:
    """Return the fold of a journal's operations.  Raises Damaged, or NewerFormat for a later format."""
    with _named(folder):
        return events.read(folder / layout.EVENTS, folder.name)


@contextlib.contextmanager
def _named(folder: Path) -> Iterator[None]:
    """Raise the errors of the decoder with the name of the journal, as NewerFormat or Damaged."""
    try:
        yield
    except events.NewerJournal as error:
        raise NewerFormat(f"the journal {folder} was {error}", "it is left unchanged until then")
    except ValueError as error:
        raise Damaged(
            f"the journal {folder} is damaged: {error}", "set it aside: git track doctor --fix"
        )
