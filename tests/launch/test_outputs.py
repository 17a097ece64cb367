"""launch/outputs: what a command wrote is kept, and what cannot be kept is a note and not an error."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.run import events
from gittrack.core.settings import Settings
from gittrack.launch import outputs
from gittrack.record import journal
from gittrack.record.evidence import neighbours

LONG_AGO = 1_000_000_000


@pytest.fixture
def session(tmp_path):
    """What these functions use of a session, of a run that began long ago."""
    tree = tmp_path / "tree"
    tree.mkdir()
    os.chdir(tree)
    common_dir = str(tmp_path / "git")
    book = journal.create(common_dir)
    values = {"id": book.id, "experiment": "e", "status": "running"}
    book.append(events.START, values={**values, "started": "2026-03-01T00:00:00.000Z"})
    os.utime(book.folder / layout.LOCK, (LONG_AGO, LONG_AGO))
    repo = git.Repo(str(tree), common_dir, common_dir, str(tree), "", "sha1")
    yield SimpleNamespace(journal=book, settings=Settings(), repo=repo)
    book.release()


def entries(session) -> list[dict[str, Any]]:
    return session.journal.state().outputs


def written(session) -> dict[str, Any]:
    data = (session.journal.folder / layout.WRITTEN).read_bytes()
    return yaml_read.load(data, "written.yaml")


class TestKeep:
    def test_files_and_folders_are_copied_into_the_journal(self, session):
        Path("out").mkdir()
        Path("out/a.txt").write_text("a")
        Path("model.bin").write_text("weights")
        assert outputs.keep(session, ["model.bin", "out"]) == []
        assert [entry["path"] for entry in entries(session)] == ["model.bin", "out/a.txt"]
        artifacts = session.journal.folder / layout.ARTIFACTS
        assert (artifacts / "out" / "a.txt").read_text() == "a"

    def test_an_output_that_is_missing_is_a_note_and_the_others_are_kept(self, session):
        Path("b.txt").write_text("b")
        [note] = outputs.keep(session, ["a.txt", "b.txt"])
        assert note == "the output a.txt does not exist: not stored"
        assert [entry["path"] for entry in entries(session)] == ["b.txt"]

    def test_a_full_disk_is_a_note(self, session, monkeypatch):
        def fail(*args: object, **options: object) -> list[dict]:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(outputs.artifacts, "copy_in", fail)
        assert outputs.keep(session, ["a"]) == [
            "the output a was not stored: No space left on device"
        ]

    def test_a_file_from_before_the_run_is_not_what_it_wrote(self, session):
        Path("old.bin").write_text("old")
        now = os.stat("old.bin").st_mtime + 60
        os.utime(session.journal.folder / layout.LOCK, (now, now))
        [note] = outputs.keep(session, ["old.bin"])
        assert "old.bin" in note
        assert entries(session)[0]["unwritten"]

    def test_a_large_output_without_room_has_only_its_digest(self, session):
        session.settings = Settings(max_artifact_size=3, max_store_size=0)
        Path("large.bin").write_text("larger")
        [note] = outputs.keep(session, ["large.bin"])
        assert "large.bin" in note
        assert entries(session)[0]["where"] == "left out"


class TestWritten:
    def test_files_of_the_command_are_listed_with_digests(self, session):
        Path("result.json").write_text("{}")
        assert outputs.note_written(session, [], []) == []
        [entry] = written(session)["files"]
        assert (entry["path"], entry["size"], len(entry["sha256"])) == ("result.json", 2, 64)

    def test_outputs_and_inputs_are_not_looked_at(self, session):
        Path("out.bin").write_text("x")
        Path("result.json").write_text("{}")
        outputs.note_written(session, ["out.bin"], [])
        assert [entry["path"] for entry in written(session)["files"]] == ["result.json"]

    def test_without_files_the_list_is_empty(self, session):
        assert outputs.note_written(session, [], []) == []
        assert written(session)["files"] == []

    def test_folders_from_before_the_command_are_written_down(self, session):
        outputs.note_written(session, [], ["runs", "tmp/empty"])
        assert written(session)["folders"] == ["runs", "tmp/empty"]

    def other_run(self, session) -> str:
        """List another run in the same tree that ended meanwhile."""
        other = neighbours.Neighbour("20260101-000000-0000000b", None)
        repo = session.repo
        neighbours.remember(repo.common_dir, repo.work_tree, other, LONG_AGO * 10**9 + 1)
        return other.id[16:]

    def test_files_beside_another_run_are_no_evidence(self, session):
        other = self.other_run(session)
        Path("result.json").write_text("{}")
        [note] = outputs.note_written(session, [], [])
        assert note.startswith(f"another run was going on in the same folder ({other})")
        assert written(session) == {"files": [], "folders": [], "problem": note}

    def test_trials_side_by_side_print_nothing(self, session):
        self.other_run(session)
        session.journal.append(events.FACTS, values={"sweep": {"id": "s", "trial": "1"}})
        Path("result.json").write_text("{}")
        assert outputs.note_written(session, [], []) == []
        assert written(session)["problem"]

    def test_a_list_that_cannot_be_written_is_a_note(self, session):
        (session.journal.folder / layout.WRITTEN).mkdir()
        [note] = outputs.note_written(session, [], [])
        assert note == "what the command wrote is not known: Is a directory"
