"""record/journal: what its owner may write, and what it reads of it."""

from __future__ import annotations

import pytest

from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.run.run_info import Metric
from gittrack.disk import lock
from gittrack.record import journal


@pytest.fixture
def book(tmp_path):
    made = journal.create(str(tmp_path))
    start = {"id": made.id, "experiment": "e", "status": "running"}
    made.append(events.START, values={**start, "started": "2026-03-01T00:00:00.000Z"})
    yield made
    made.release()


def test_the_owner_decodes_each_line_once(book, monkeypatch):
    kinds = []
    check = events.check
    monkeypatch.setattr(events, "check", lambda kind, op: (kinds.append(kind), check(kind, op)))
    for number in range(30):
        book.append(events.PARAMS, values={f"p{number}": number})
        assert book.params()[f"p{number}"] == number
    assert len(book.state().params) == 30
    assert len(kinds) == 1 + 30 + 30  # the start; each line as it is written, and as it is read


def test_the_owner_reads_what_other_processes_write(book):
    assert book.state().params == {}
    other = journal.join(book.folder)
    other.append(events.PARAMS, values={"a": 1})
    other.release()
    assert book.state().params == {"a": 1}


def test_only_one_process_joins_a_run(book):
    other = journal.join(book.folder)
    assert other is not None
    assert journal.join(book.folder) is None
    other.release()


def test_a_run_that_is_being_committed_cannot_be_joined(book):
    book.append(events.FACTS, values={"status": "finished", "ended": "2026-03-01T00:00:01.000Z"})
    assert journal.join(book.folder) is None


@pytest.mark.parametrize("use", [journal.join, journal.open_live])
def test_a_run_that_ends_at_this_moment_is_neither_joined_nor_opened(book, monkeypatch, use):
    held = lock.is_held

    def ends_after(path):
        answer = held(path)
        book.folder.rename(book.folder.with_name("removed"))
        return answer

    monkeypatch.setattr(lock, "is_held", ends_after)
    assert use(book.folder) is None


def test_a_journal_never_grows_beyond_what_can_be_read_back(book, monkeypatch):
    monkeypatch.setattr(events, "MAX_BYTES", 20 << 20)
    book.append(events.PARAMS, values={"a": "a" * (3 << 20)})
    with pytest.raises(TrackError, match="is full"):
        book.append(events.PARAMS, values={"a": "a" * (3 << 20)})
    book.append(events.FACTS, values={"status": "finished"})
    assert book.state().facts["status"] == "finished"


def test_a_summary_without_a_step_is_left_out_and_damages_no_journal(book):
    """Another thread may empty the mapping of a call of `log` while the lines are written."""
    book.append_summary({"loss": Metric(0.5, 0.5, 0.5, None, 5_000)})
    assert book.state().series == {}
