"""record/annotate: an annotation is a line in the note of a run, or in the journal of a live one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import run_values
from helpers import git as run_git

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.disk import lock
from gittrack.git import notes
from gittrack.record import annotate
from gittrack.record.annotate import Target


@pytest.fixture
def committed(repo) -> Target:
    raw = run_values.commit(repo, name="first")
    return Target(raw.id, raw.commit)


def operations(repo, target: Target) -> list[dict[str, Any]]:
    """Return the operations in the note of a run, without who and when."""
    tip = notes.tip(repo, layout.NOTES)
    lines = notes.read(repo, tip).get(target.commit, b"").splitlines() if tip else []
    entries = [json.loads(line) for line in lines]
    return [{k: v for k, v in entry.items() if k not in ("by", "at")} for entry in entries]


class TestCommitted:
    def test_tags_are_added_and_removed(self, repo, committed):
        annotate.tag(repo, [committed], ["good"], ["slow"])
        assert operations(repo, committed) == [{"op": "tag", "add": ["good"], "remove": ["slow"]}]

    def test_several_runs_are_one_commit_of_notes(self, repo, committed):
        second = run_values.commit(repo, 2)
        annotate.tag(repo, [committed, Target(second.id, second.commit)], ["good"], [])
        assert operations(repo, Target(second.id, second.commit)) == operations(repo, committed)
        assert run_git(".", "rev-list", "--count", layout.NOTES) == "1"
        subject = run_git(".", "log", "-1", "--format=%s", layout.NOTES)
        assert subject == "gittrack: tag 2 runs +good"

    @pytest.mark.parametrize("replace", [False, True])
    def test_a_remark_is_added_or_replaces_the_others(self, repo, committed, replace):
        annotate.note(repo, committed, "seen", replace=replace)
        more = {"replace": True} if replace else {}
        assert operations(repo, committed) == [{"op": "note", "text": "seen", **more}]

    def test_who_and_when_are_recorded_in_order(self, repo, committed):
        for _ in range(3):
            annotate.archive(repo, [committed])
        lines = notes.read(repo, layout.NOTES)[committed.commit].splitlines()
        entries = [json.loads(line) for line in lines]
        assert {entry["by"] for entry in entries} == {"Ada Lovelace <ada@example.org>"}
        moments = [entry["at"] for entry in entries]
        assert moments == sorted(set(moments)), "later lines have later times"

    @pytest.mark.parametrize("archived", [True, False])
    def test_a_run_is_hidden_or_shown(self, repo, committed, archived):
        annotate.archive(repo, [committed], archived)
        assert operations(repo, committed) == [{"op": "archive", "archived": archived}]

    def test_a_secret_is_not_stored(self, repo, committed):
        token = "ghp_" + "a1B2" * 9
        annotate.note(repo, committed, f"the token is {token}")
        assert token not in notes.read(repo, layout.NOTES)[committed.commit].decode()

    def test_the_commit_of_the_run_stays(self, repo, committed):
        annotate.tag(repo, [committed], ["good"], [])
        assert (
            run_git(".", "for-each-ref", "--format=%(objectname)", "refs/runs") == committed.commit
        )

    def test_without_runs_nothing_is_written(self, repo):
        annotate.archive(repo, [])
        assert run_git(".", "for-each-ref") == ""

    @pytest.mark.parametrize("name", ["", "a" * 2000, 5])
    def test_a_tag_that_cannot_be_stored_is_refused(self, repo, committed, name):
        with pytest.raises(TrackError):
            annotate.tag(repo, [committed], ["good", name], [])
        assert operations(repo, committed) == []


class TestRename:
    def test_a_name_of_another_run_is_refused(self, repo, committed):
        other = run_values.run_id(2)
        with pytest.raises(TrackError, match=f"'second' is the name of the run {other}"):
            annotate.rename(repo, committed, "second", lambda name: [other])
        assert operations(repo, committed) == []

    def test_the_own_name_and_a_free_one_are_fine(self, repo, committed):
        annotate.rename(repo, committed, "first", lambda name: [committed.id])
        annotate.rename(repo, committed, "second", lambda name: [])
        assert [entry["name"] for entry in operations(repo, committed)] == ["first", "second"]

    def test_an_empty_name_removes_the_name_without_a_question(self, repo, committed):
        annotate.rename(repo, committed, "", lambda name: pytest.fail("nobody has that name"))
        assert operations(repo, committed) == [{"op": "name", "name": ""}]

    def test_the_names_are_looked_up_while_no_other_process_renames(self, repo, committed):

        path = Path(layout.home(repo.common_dir), "names.lock")
        held = []
        annotate.rename(repo, committed, "x", lambda name: held.append(lock.is_held(path)) or [])
        assert held == [True]
        assert not lock.is_held(path)

    def test_a_repository_that_cannot_be_written_is_named(self, repo, committed):
        home = Path(layout.home(repo.common_dir))
        home.mkdir(exist_ok=True)
        (home / "names.lock").mkdir()
        with pytest.raises(TrackError, match="the run cannot be renamed"):
            annotate.rename(repo, committed, "x", lambda name: [])


class TestLive:
    @pytest.fixture
    def live(self, repo, book) -> Target:
        return Target(book.id, None)

    def test_annotations_are_in_the_journal_and_not_in_a_note(self, repo, book, live):
        annotate.tag(repo, [live], ["good", "bad"], [])
        annotate.tag(repo, [live], [], ["bad"])
        annotate.note(repo, live, "seen")
        annotate.rename(repo, live, "second", lambda name: [])
        facts = book.state().facts
        assert (facts["tags"], facts["note"], facts["name"]) == (["good"], "seen", "second")
        assert run_git(".", "for-each-ref") == ""

    def test_a_remark_can_replace_the_others(self, repo, book, live):
        annotate.note(repo, live, "first")
        annotate.note(repo, live, "second", replace=True)
        assert book.state().facts["note"] == "second"

    def test_a_live_run_cannot_be_archived(self, repo, live):
        with pytest.raises(TrackError, match="is not committed yet") as caught:
            annotate.archive(repo, [live])
        assert caught.value.hint == "wait for its end"

    def test_a_run_that_died_is_recovered_and_annotated_then(self, repo, book, live):
        book.release()
        annotate.tag(repo, [live], ["late"], [])
        commit = run_git(".", "for-each-ref", "--format=%(objectname)", "refs/runs")
        assert operations(repo, Target(live.id, commit)) == [{"op": "tag", "add": ["late"]}]

    def test_a_run_that_was_committed_meanwhile_gets_a_note(self, repo, committed):
        annotate.tag(repo, [Target(committed.id, None)], ["late"], [])
        assert operations(repo, committed) == [{"op": "tag", "add": ["late"]}]

    def test_a_line_after_the_end_is_not_in_the_commit(self, book):
        line = events.line(events.TAGS, add=["late"])
        book.append(events.TAGS, add=["late"])
        assert annotate._is_before_end(book.folder, line)
        other = events.line(events.TAGS, add=["later"])
        book.append(events.FACTS, values={"ended": "2026-03-01T00:00:01.000Z"})
        book.append(events.TAGS, add=["later"])
        assert annotate._is_before_end(book.folder, line)
        assert not annotate._is_before_end(book.folder, other)

    def test_a_run_that_is_never_committed_is_an_error(self, repo, monkeypatch):
        monkeypatch.setattr(annotate, "_PATIENCE_SECONDS", -1.0)
        with pytest.raises(TrackError, match="is not committed yet") as caught:
            annotate.tag(repo, [Target(run_values.run_id(9), None)], ["late"], [])
        assert caught.value.hint == "try: git track recover"


def test_a_move_to_the_trash_is_recorded(repo, committed):
    annotate.record_move(repo, [committed], "rm")
    assert operations(repo, committed) == [{"op": "rm"}]
