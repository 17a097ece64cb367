"""record/dead_journals: a journal is taken over only if its owner is dead and something is in it."""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import pytest

from gittrack.core import layout
from gittrack.core.errors import Damaged, NewerFormat, OnAnotherHost
from gittrack.core.run import events
from gittrack.disk import lock
from gittrack.record import dead_journals

IDS = ("20260101-000000-00000001", "20260102-000000-00000002")


@pytest.fixture
def dead(book) -> Path:
    """The folder of a run whose process is dead."""
    book.release()
    return book.folder


def age(folder: Path, seconds: float) -> None:
    past = time.time() - seconds
    for path in (*folder.iterdir(), folder):
        os.utime(path, (past, past))


def of_other_host(folder: Path) -> None:
    """Let the first line of a journal name a process of another host."""
    path = folder / layout.EVENTS
    first, _, rest = path.read_text().partition("\n")
    process = {"host": "elsewhere", "boot": "b", "pid": 5}
    path.write_text(json.dumps({**json.loads(first), "process": process}) + "\n" + rest)


class TestList:
    def test_live_journals_are_not_listed_and_the_oldest_comes_first(self, common_dir, book):
        live = Path(layout.live_dir(common_dir))
        for run_id in reversed(IDS):
            (live / run_id).mkdir()
        assert [path.name for path in dead_journals.list_dead(common_dir)] == list(IDS)
        book.release()
        assert {path.name for path in dead_journals.list_dead(common_dir)} == {*IDS, book.id}

    def test_the_lock_of_a_journal_of_this_process_is_not_tried(
        self, common_dir, book, monkeypatch
    ):
        tried = []
        monkeypatch.setattr(lock, "is_held", lambda path: bool(tried.append(path)))
        assert dead_journals.list_dead(common_dir) == []
        book.release()
        assert dead_journals.list_dead(common_dir) == [book.folder]
        assert tried == [book.folder / layout.LOCK]

    def test_without_journals_there_is_none(self, common_dir):
        assert dead_journals.list_dead(common_dir) == []

    def test_other_files_are_not_journals(self, common_dir, book):
        live = Path(layout.live_dir(common_dir))
        (live / "notes.txt").touch()
        (live / "mine").mkdir()
        assert dead_journals.list_dead(common_dir) == []

    def test_a_removal_that_was_killed_is_finished(self, common_dir, dead):
        gone = dead.rename(dead.with_name(f"{layout.REMOVING}{dead.name}-99999999"))
        assert dead_journals.list_dead(common_dir) == []
        assert not gone.exists()

    def test_a_removal_that_goes_on_is_left_alone(self, common_dir, dead):
        going_on = dead.rename(dead.with_name(f"{layout.REMOVING}{dead.name}-{os.getpid()}"))
        (going_on / "removed").touch()
        assert dead_journals.list_dead(common_dir) == []
        assert going_on.exists()
        os.utime(going_on, (0, 0))
        assert dead_journals.list_dead(common_dir) == []
        assert not going_on.exists()


class TestAdopt:
    def test_a_dead_journal_belongs_to_this_process_then(self, dead):
        book = dead_journals.adopt(dead)
        assert book is not None
        assert book.owner
        assert lock.is_held(dead / layout.LOCK)
        assert book.append(events.TAGS, add=["late"]) is None
        book.release()

    def test_a_live_journal_is_left(self, book):
        assert dead_journals.adopt(book.folder) is None

    def test_only_one_process_gets_a_journal(self, dead):
        book = dead_journals.adopt(dead)
        assert dead_journals.adopt(dead) is None
        book.release()

    def test_a_journal_that_was_removed_meanwhile_is_none(self, common_dir):
        assert dead_journals.adopt(Path(layout.live_dir(common_dir), IDS[0])) is None

    def test_an_incomplete_last_line_is_cut_and_the_rest_stays(self, dead):
        path = dead / layout.EVENTS
        whole = path.read_bytes()
        path.write_bytes(whole + b'{"op": "params", "val')
        dead_journals.adopt(dead).release()
        assert path.read_bytes() == whole

    @pytest.mark.parametrize("content", [None, b""])
    def test_a_young_journal_without_a_line_may_be_in_the_making(self, dead, content):
        (dead / layout.EVENTS).unlink()
        if content is not None:
            (dead / layout.EVENTS).write_bytes(content)
        assert dead_journals.adopt(dead) is None
        assert dead.exists()

    @pytest.mark.parametrize("content", [None, b""])
    def test_an_old_journal_without_a_line_is_removed(self, dead, content):
        (dead / layout.EVENTS).unlink()
        if content is not None:
            (dead / layout.EVENTS).write_bytes(content)
        age(dead, 61)
        assert dead_journals.adopt(dead) is None
        assert not dead.exists()

    @pytest.mark.parametrize(
        ("line", "error"),
        [
            (b"garbage\n", Damaged),
            (b'{"op": "params", "values": {}}\n', Damaged),
            (b'{"op": "start", "values": {"format": 99, "id": "x"}}\n', NewerFormat),
        ],
    )
    def test_a_journal_that_cannot_be_read_stays_as_it_is(self, dead, line, error):
        (dead / layout.EVENTS).write_bytes(line)
        age(dead, 1e6)
        with pytest.raises(error, match=dead.name):
            dead_journals.adopt(dead)
        assert (dead / layout.EVENTS).read_bytes() == line
        assert not lock.is_held(dead / layout.LOCK)

    @pytest.mark.parametrize("free", [1, 2])  # for the lock; for the lock and the events
    def test_a_journal_that_cannot_be_opened_now_is_not_locked_after_that(self, dead, free):
        usual = resource.getrlimit(resource.RLIMIT_NOFILE)
        next_number = os.dup(0)
        os.close(next_number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (next_number + free, usual[1]))
        try:
            with pytest.raises(OSError, match="Too many open files"):
                dead_journals.adopt(dead)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, usual)
        assert not lock.is_held(dead / layout.LOCK)
        dead_journals.adopt(dead).release()


class TestOtherHost:
    @pytest.fixture(autouse=True)
    def elsewhere(self, dead):
        of_other_host(dead)

    def test_a_process_that_wrote_lately_may_be_alive(self, dead):
        with pytest.raises(OnAnotherHost, match=r"may be alive on the host elsewhere") as caught:
            dead_journals.adopt(dead, patience=60.0)
        assert caught.value.hint == "if that process has ended: git track recover --force"
        assert not lock.is_held(dead / layout.LOCK)

    def test_after_the_patience_it_counts_as_dead(self, dead):
        age(dead, 61)
        dead_journals.adopt(dead, patience=60.0).release()

    @pytest.mark.parametrize("name", [layout.SERIES, layout.POINTS, layout.LOG_HEAD])
    def test_every_file_that_grows_shows_life(self, dead, name):
        age(dead, 61)
        (dead / name).write_text("new\n")
        with pytest.raises(OnAnotherHost):
            dead_journals.adopt(dead, patience=60.0)

    def test_the_user_can_decide_that_it_is_dead(self, dead):
        dead_journals.adopt(dead, patience=60.0, force=True).release()
