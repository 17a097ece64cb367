"""record/journal_files: the files of a journal survive what a program does to their descriptors."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from gittrack.core import layout
from gittrack.core.run import events
from gittrack.disk import journal_owner, lock
from gittrack.record.appender import RecordingEnded
from gittrack.record.journal_files import _END_BYTES

END = {"status": "finished", "ended": "2026-03-01T00:00:02.000Z"}


def tags(book) -> list[str]:
    return book.state().facts.get("tags", [])


class TestReopen:
    def test_descriptors_that_the_program_closed_are_opened_again(self, book):
        for handle in (book.events.fd, book.series.fd, book.lock_fd):
            os.close(handle)
        assert book.append(events.TAGS, add=["a"]) is None
        assert tags(book) == ["a"]
        assert lock.is_held(book.folder / layout.LOCK)

    def test_a_run_that_another_process_took_over_has_ended_here(self, book):
        for handle in (book.events.fd, book.lock_fd):
            os.close(handle)
        other = lock.acquire(book.folder / layout.LOCK)
        assert isinstance(book.append(events.TAGS, add=["a"]), RecordingEnded)
        os.close(other)

    def test_a_journal_that_was_removed_is_written_again_by_its_owner(self, book):
        book.append(events.TAGS, add=["a"])
        shutil.rmtree(book.folder)
        book.ensure_open()
        assert book.rewritten
        assert book.append(events.TAGS, add=["b"]) is None
        assert tags(book) == ["a", "b"]
        assert lock.is_held(book.folder / layout.LOCK)

    def test_a_removed_journal_that_another_process_began_again_has_ended(self, book):
        shutil.rmtree(book.folder)
        book.folder.mkdir()
        with pytest.raises(RecordingEnded, match="another process"):
            book.ensure_open()

    def test_a_removed_journal_without_open_files_has_ended(self, book):
        shutil.rmtree(book.folder)
        os.close(book.events.fd)
        with pytest.raises(RecordingEnded, match="does not exist any more"):
            book.ensure_open()


class TestReservedEnd:
    def test_the_room_is_there_from_the_start(self, book):
        assert (book.folder / layout.LOCK).stat().st_size >= _END_BYTES
        assert journal_owner.stored_end(book.folder, {}) == {}

    def test_an_end_is_read_back(self, book):
        book.write_end({**END, "exit_code": 0})
        assert journal_owner.stored_end(book.folder, {}) == {**END, "exit_code": 0}

    def test_an_end_that_is_too_long_is_not_written(self, book):
        book.write_end({**END, "x": "y" * _END_BYTES})
        assert journal_owner.stored_end(book.folder, {}) == {}

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0" * 100,
            b"garbage\n",
            b"[]\n",
            b"5\n",
            json.dumps({"ended": END["ended"]}).encode(),
            json.dumps({**END, "status": "running"}).encode(),
            json.dumps({"status": "finished"}).encode(),
            json.dumps({**END, "exit_code": "x"}).encode(),
            b"[" * 100_000,
        ],
    )
    def test_something_else_is_not_an_end(self, book, content):
        (book.folder / layout.LOCK).write_bytes(content)
        assert journal_owner.stored_end(book.folder, {}) == {}

    def test_a_lock_that_the_program_closed_is_not_written_to(self, book):
        os.close(book.lock_fd)
        with open("mine.txt", "w+b") as file:
            os.dup2(file.fileno(), book.lock_fd)
        book.write_end(END)
        assert Path("mine.txt").read_bytes() == b""


class TestReclaim:
    def test_a_child_owns_the_journal_again(self, book):
        book.release()
        assert book.reclaim()
        assert book.append(events.TAGS, add=["a"]) is None
        assert tags(book) == ["a"]

    def test_a_journal_of_another_process_is_not_taken(self, book):
        book.release()
        other = lock.acquire(book.folder / layout.LOCK)
        assert not book.reclaim()
        os.close(other)

    def test_a_journal_that_is_gone_is_not_made_again(self, book):
        book.release()
        book.events.path.unlink()
        assert not book.reclaim()
        assert not lock.is_held(book.folder / layout.LOCK)
        shutil.rmtree(book.folder)
        assert not book.reclaim()
        assert not book.folder.exists()

    def test_a_second_release_does_nothing(self, book):
        book.release()
        book.release()
        assert not book.owner
