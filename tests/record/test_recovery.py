"""record/recovery: the run of a dead process is committed with its end, as far as the journal shows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git

import gittrack
from gittrack.core import layout
from gittrack.core.errors import Damaged, OnAnotherHost
from gittrack.core.run import events, series
from gittrack.core.run.run_info import from_iso
from gittrack.record import dead_journals, recovery
from gittrack.record.evidence import neighbours
from gittrack.record.publish.writer import Published

STARTED = from_iso("2026-03-01T00:00:00.000Z")


@pytest.fixture
def dead(repo, book):
    """The journal of a run that has logged a point, and whose process is dead."""
    book.series.write(series.line("loss", 0.5, 0, 1.0).encode())
    book.release()
    return book


def touch(folder: Path, seconds: float) -> None:
    """Let all files of a journal be written so many seconds after the start of the run."""
    for path in folder.iterdir():
        os.utime(path, (STARTED + seconds, STARTED + seconds))


def recovered(repo) -> Published:
    [result] = recovery.recover(repo)
    assert isinstance(result, Published), result
    return result


def test_without_journals_nothing_is_done(repo):
    assert recovery.recover(repo._replace(git_dir="/nowhere")) == []


def test_a_run_whose_process_died_is_crashed_and_ended_with_its_last_write(repo, dead):
    touch(dead.folder, 60)
    os.utime(dead.folder / layout.LOCK, (STARTED + 99, STARTED + 99))  # by who looked at it
    info = recovered(repo).info
    assert (info.id, info.status, info.duration) == (dead.id, "crashed", 60.0)
    assert info.ended == "2026-03-01T00:01:00.000Z"
    assert info.metrics["loss"].last == 0.5
    assert not dead.folder.exists()


def test_a_run_that_was_live_beside_it_knows_of_it_after_the_recovery(repo, new_journal, tmp_path):
    book = new_journal(process={neighbours.TREE: str(tmp_path)}, parent="p")
    book.release()
    touch(book.folder, 60)
    recovered(repo)
    ends = [(STARTED + seconds) * 10**9 for seconds in (59, 61)]
    known = [neighbours.other_runs(repo.common_dir, str(tmp_path), "me", end) for end in ends]
    assert known == [[book.id], []]


def test_a_clock_that_went_back_gives_no_negative_duration(repo, dead):
    touch(dead.folder, -60)
    info = recovered(repo).info
    assert (info.ended, info.duration) == ("2026-03-01T00:00:00.000Z", 0.0)


def test_a_second_recovery_finds_nothing(repo, dead):
    recovered(repo)
    assert recovery.recover(repo) == []
    assert len(gittrack.runs()) == 1


def test_a_run_that_had_ended_keeps_its_end(repo, new_journal):
    end = {"status": "finished", "ended": "2026-03-01T00:00:05.000Z", "duration_s": 5.0}
    new_journal(**end).release()
    info = recovered(repo).info
    assert (info.status, info.ended, info.duration) == ("finished", end["ended"], 5.0)


def test_an_end_that_only_the_reserved_room_has_counts(repo, book):
    book.write_end({"status": "failed", "ended": "2026-03-01T00:00:07.000Z", "exit_code": 3})
    book.release()
    info = recovered(repo).info
    assert (info.status, info.exit_code) == ("failed", 3)


def test_what_the_end_derives_is_computed(repo, new_journal):
    book = new_journal()
    book.append(events.PARAMS, values={"lr": 0.1})
    book.release()
    assert recovered(repo).info.fingerprint


def test_further_facts_are_those_of_the_run(repo, dead):
    book = dead_journals.adopt(dead.folder)
    published = recovery.publish_dead(repo, book, "Ada <a@e.org>", False, {"seed": 7})
    assert published.info.seed == 7
    assert not book.owner


def test_the_end_is_written_before_the_commit_so_that_the_next_process_makes_the_same(
    repo, dead, monkeypatch
):
    def dies(*args: object, **options: object) -> None:
        raise OSError("killed")

    touch(dead.folder, 60)
    with monkeypatch.context() as patch:
        patch.setattr(recovery.writer, "publish", dies)
        [(folder, error)] = recovery.recover(repo)
    assert (folder, str(error)) == (dead.folder, "killed")
    touch(dead.folder, 600)
    assert recovered(repo).info.duration == 60.0


def test_one_bad_journal_never_stops_the_others(repo, new_journal):
    bad, good = new_journal(), new_journal()
    bad.release(), good.release()
    bad.events.path.write_bytes(b"garbage\n")
    results = recovery.recover(repo)
    assert [type(result) is Published for result in results].count(True) == 1
    [(folder, error)] = [result for result in results if not isinstance(result, Published)]
    assert folder == bad.folder
    assert isinstance(error, Damaged)
    assert bad.folder.exists()
    assert run_git(".", "for-each-ref", "--format=%(refname)") == layout.run_ref("e", good.id)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError("No space left"), "No space left; its journal stays in {folder}"),
        (ValueError(), "ValueError; its journal stays in {folder}"),
        (Damaged("the journal /j is damaged", ""), "the journal /j is damaged"),
    ],
)
def test_a_failure_is_a_warning_with_the_folder(tmp_path, error, text):
    [warning] = recovery.failures([(tmp_path, error)])
    expected = text.format(folder=tmp_path)
    assert warning == f"the earlier run {tmp_path.name} cannot be committed: {expected}"


def test_what_was_committed_or_may_live_elsewhere_is_no_failure(repo, dead, tmp_path):
    results = [*recovery.recover(repo), (tmp_path, OnAnotherHost("may be alive", ""))]
    assert recovery.failures(results) == []
