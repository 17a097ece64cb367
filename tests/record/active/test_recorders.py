"""record/active/recorders: which run the process of a number records."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gittrack.core import layout
from gittrack.core.run import events
from gittrack.disk import lock, this_machine
from gittrack.record import journal
from gittrack.record.active import recorders

ME = os.getpid()
OTHER = 1  # a process that lives, and records nothing


@pytest.fixture
def live(tmp_path) -> Path:
    return Path(layout.live_dir(str(tmp_path)))


def start(tmp_path, **process: object) -> journal.Journal:
    """Begin a run whose journal names a process."""
    book = journal.create(str(tmp_path))
    values = {"id": book.id, "experiment": "e", "status": "running"}
    process = {**this_machine.process(), **process}
    book.append(
        events.START, values={**values, "started": "2026-03-01T00:00:00.000Z"}, process=process
    )
    return book


def test_the_owner_holds_the_lock_of_its_run(tmp_path, live):
    book = start(tmp_path, tree="/further/facts")
    assert recorders.lock_of(live, ME) == book.folder / layout.LOCK
    assert recorders.lock_of(live, OTHER) is None
    book.release()


def test_a_run_that_has_ended_is_recorded_by_nobody(tmp_path, live):
    start(tmp_path).release()
    assert recorders.lock_of(live, ME) is None


@pytest.mark.parametrize("other", [{"host": "elsewhere"}, {"pid": OTHER}])
def test_the_same_number_on_another_machine_is_another_process(tmp_path, live, other):
    book = start(tmp_path, **other)
    assert recorders.lock_of(live, ME) is None
    book.release()


def test_a_script_that_joined_has_a_lock_of_its_own(tmp_path, live):
    book = start(tmp_path, pid=OTHER)
    script = journal.join(book.folder)
    assert recorders.lock_of(live, ME) == book.folder / layout.JOINED
    assert recorders.lock_of(live, OTHER) == book.folder / layout.LOCK
    script.release()
    assert recorders.lock_of(live, ME) is None
    book.release()


def test_without_runs_nothing_is_recorded(live):
    assert recorders.lock_of(live, ME) is None
    live.mkdir(parents=True)
    assert recorders.lock_of(live, ME) is None


@pytest.mark.parametrize(
    "line", [b"", b"not json\n", b"[1]\n", b"null\n", b"[" * 100_000, b'{"process": 5}\n']
)
def test_a_damaged_journal_does_not_hide_another(tmp_path, live, line):
    damaged = start(tmp_path)
    damaged.events.path.write_bytes(line)
    (damaged.folder / layout.JOINED).write_bytes(line)
    book = start(tmp_path)
    assert recorders.lock_of(live, ME) == book.folder / layout.LOCK
    assert recorders.lock_of(live, OTHER) is None
    damaged.release()
    book.release()


def test_folders_that_are_no_journals_are_not_read(tmp_path, live):
    book = start(tmp_path)
    removed = live / f"{layout.REMOVING}{book.id}"
    removed.mkdir()
    (removed / layout.EVENTS).write_text(json.dumps({"process": this_machine.process()}))
    handle = lock.acquire(removed / layout.LOCK)
    book.release()
    assert recorders.lock_of(live, ME) is None
    os.close(handle)
