"""record/session: what a run knows of its start and its end, and what refuses it before it begins."""

from __future__ import annotations

import errno
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import from_iso
from gittrack.disk import journal_owner
from gittrack.git import refs
from gittrack.record import session
from gittrack.record.appender import Appender
from gittrack.record.evidence import neighbours
from gittrack.record.publish import running_gc, upkeep
from gittrack.record.request import RequiredCode
from gittrack.record.session import RunRequest, Session


@pytest.fixture(autouse=True)
def no_collections(monkeypatch):
    """No garbage collection of this machine is of this repository."""
    monkeypatch.setattr(running_gc, "processes", lambda common_dir: set())


@pytest.fixture
def repo(project) -> git.Repo:
    return git.find()


@pytest.fixture
def begin(repo) -> Iterator[Callable[..., Session]]:
    """Begin a run; its journal is released after the test."""
    sessions: list[Session] = []

    def call(request: RunRequest | None = None, outputs: tuple[str, ...] = ()) -> Session:
        sessions.append(session.begin(git.find(), request or RunRequest(), outputs))
        return sessions[-1]

    yield call
    for begun in sessions:
        begun.journal.release()


def facts_of(begun: Session) -> dict:
    return begun.journal.state().facts


class TestBegin:
    def test_the_facts_of_the_start(self, begin):
        before = time.time()
        facts = facts_of(begin(RunRequest(name="first", seed=0, tags=["a", "b", "a"], group="g")))
        assert (facts["name"], facts["seed"], facts["tags"]) == ("first", 0, ["a", "b"])
        assert (facts["experiment"], facts["group"], facts["status"]) == ("default", "g", "running")
        assert before - 0.01 <= from_iso(facts["started"]) <= time.time()
        assert facts["host"] == os.uname().nodename
        assert facts["code"]["commit"] == run_git(".", "rev-parse", "HEAD")
        assert facts["code"]["tree"] == run_git(".", "rev-parse", "HEAD^{tree}")

    def test_facts_without_a_value_are_left_out(self, begin):
        facts = facts_of(begin())
        assert not {"name", "note", "tags", "group", "seed", "sweep", "parent"} & set(facts)
        assert None not in facts.values()

    def test_the_id_is_of_the_moment_of_the_start(self, begin):
        begun = begin()
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(begun.started))
        assert begun.journal.id.startswith(moment)

    def test_the_first_line_names_the_process_and_the_tree(self, begin):
        path = begin().journal.events.path
        process = json.loads(path.read_text().splitlines()[0])["process"]
        assert process["pid"] == os.getpid()
        assert process[neighbours.TREE] == os.path.realpath(".")

    def test_params_are_recorded(self, begin):
        assert begin(RunRequest(params={"lr": 0.1})).journal.params() == {"lr": 0.1}

    def test_the_folder_is_that_from_which_the_run_was_started(self, begin, monkeypatch):
        Path("sub/deep").mkdir(parents=True)
        assert facts_of(begin())["cwd"] == "."
        monkeypatch.chdir("sub/deep")
        assert facts_of(begin())["cwd"] == "sub/deep"

    def test_secrets_of_the_command_and_the_note_are_hidden(self, begin):
        token = "ghp_" + "a1B2" * 9
        request = RunRequest(command=("train", f"--token={token}"), note=f"with {token}")
        begun = begin(request)
        assert token not in begun.journal.events.path.read_text()

    def test_the_experiment_of_the_settings_is_the_default(self, begin):
        run_git(".", "config", "track.experiment", "mnist")
        assert facts_of(begin())["experiment"] == "mnist"
        assert facts_of(begin(RunRequest(experiment="my try")))["experiment"] == "my-try"

    def test_changes_of_the_code_are_in_the_journal(self, begin):
        Path("train.py").write_text("changed\n")
        begun = begin()
        patches = yaml_read.load((begun.journal.folder / layout.DIFF).read_bytes(), "diff.yaml")
        assert [entry["path"] for entry in patches["files"]] == ["train.py"]
        assert facts_of(begun)["code"]["snapshot"]

    def test_outputs_are_not_code(self, begin):
        Path("out").mkdir()
        Path("out/model.bin").write_text("x")
        assert "snapshot" not in facts_of(begin(outputs=("out",)))["code"]

    def test_a_setting_that_nothing_reads_is_a_warning(self, begin):
        run_git(".", "config", "track.experimnt", "mnist")
        [warning] = begin().warnings
        assert "experimnt" in warning


class TestRefused:
    def live(self, repo) -> list[str]:
        folder = Path(layout.live_dir(repo.common_dir))
        return os.listdir(folder) if folder.exists() else []

    def test_a_bare_repository_has_no_code(self, repo):
        with pytest.raises(TrackError, match="in a bare repository"):
            session.begin(repo._replace(work_tree=None), RunRequest())

    @pytest.mark.parametrize("request_", [{"name": "@"}, {"tags": "x"}, {"experiment": ".."}])
    def test_a_value_that_cannot_be_stored_leaves_nothing(self, repo, request_):
        with pytest.raises(TrackError):
            session.begin(repo, RunRequest(**request_))
        assert self.live(repo) == []

    def test_a_hook_that_refuses_leaves_nothing(self, repo):
        hook = Path(".git/hooks/pre-run")
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
        hook.chmod(0o755)
        with pytest.raises(TrackError):
            session.begin(repo, RunRequest())
        assert self.live(repo) == []
        begun = session.begin(repo, RunRequest(verify=False))
        assert facts_of(begun)["verified"] is False
        begun.journal.release()

    def test_other_code_than_that_of_the_sweep_leaves_nothing(self, repo):
        tree = run_git(".", "rev-parse", "HEAD^{tree}")
        Path("train.py").write_text("changed\n")
        with pytest.raises(session.CodeMismatch):
            session.begin(repo, RunRequest(code=RequiredCode(tree)))
        assert self.live(repo) == []

    def test_new_files_since_the_sweep_began_are_named_and_are_not_code(self, repo, begin):
        tree = run_git(".", "rev-parse", "HEAD^{tree}")
        for name in "abcde":
            Path(f"{name}.txt").touch()
        begun = begin(RunRequest(code=RequiredCode(tree)))
        assert begun.warnings == (
            "ignored new files, created since the sweep began: "
            "a.txt, b.txt, c.txt and 2 more (add them to .gitignore)",
        )

    def test_a_full_disk_is_an_error_before_anything_runs(self, repo, monkeypatch):
        full = OSError(errno.ENOSPC, "No space left on device")
        monkeypatch.setattr(Appender, "write", lambda self, data: full)
        with pytest.raises(TrackError, match="No space left on device") as caught:
            session.begin(repo, RunRequest())
        assert caught.value.hint == "make room on the disk and start again"
        assert self.live(repo) == []

    def test_a_disk_without_room_for_a_lock_file_is_the_same_error(self, repo):
        Path("uv.lock").write_bytes(b"#" * (2 << 20))
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, usual[1]))
        try:
            with pytest.raises(TrackError, match="File too large") as caught:
                session.begin(repo, RunRequest())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        assert caught.value.hint == "make room on the disk and start again"
        assert self.live(repo) == []

    def test_an_error_while_the_code_is_captured_leaves_nothing(self, repo, monkeypatch):
        def fail(*args: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(session.capture, "capture_code", fail)
        with pytest.raises(KeyboardInterrupt):
            session.begin(repo, RunRequest())
        assert self.live(repo) == []


class TestEnd:
    def test_the_run_is_committed_with_its_end(self, begin):
        published = session.end(begin(), {"status": "failed", "exit_code": 3})
        info = published.info
        assert (info.status, info.exit_code) == ("failed", 3)
        assert from_iso(info.ended) >= from_iso(info.started)
        assert 0 <= info.duration < 60
        assert published.notes == ()

    def test_the_time_before_a_run_was_continued_counts(self, begin):
        begun = begin()
        begun.journal.append("facts", values={"earlier_s": 1000.0})
        assert 1000 <= session.end(begun, {"status": "finished"}).info.duration < 1060

    def test_code_that_changed_meanwhile_is_named(self, begin):
        begun = begin()
        Path("train.py").write_text("changed while the run was going on\n")
        published = session.end(begun, {"status": "finished"})
        assert published.info.more["changed"] == ["train.py"]
        assert any("train.py" in note for note in published.notes)

    def test_changes_that_cannot_be_looked_up_are_a_note(self, begin, monkeypatch):
        def fail(*args: object) -> None:
            raise OSError("strange")

        monkeypatch.setattr(session.changes, "look", fail)
        published = session.end(begin(), {"status": "finished"})
        assert published.notes == ("what changed while the run was going on is not known: strange",)

    def test_the_next_run_in_the_tree_can_know_of_it(self, repo, begin):
        begun = begin()
        session.end(begun, {"status": "finished"})
        assert neighbours.other_runs(repo.common_dir, ".", "another", 0) == [begun.journal.id]

    def test_neighbours_know_of_it_at_each_moment_of_its_end(self, repo, begin, monkeypatch):
        begun, remove = begin(RunRequest(parent="p")), session.writer.remove
        seen = []

        def remove_and_look(journal: object) -> None:
            remove(journal)
            seen.extend(neighbours.other_runs(repo.common_dir, ".", "another", 0))
            seen.extend(neighbours.other_runs(repo.common_dir, ".", "p", 0))  # its parent

        monkeypatch.setattr(session.writer, "remove", remove_and_look)
        session.end(begun, {"status": "finished"})
        assert seen == [begun.journal.id]

    def test_an_end_that_cannot_be_appended_is_kept_in_the_reserved_room(self, begin, monkeypatch):
        begun = begin()
        full = OSError(errno.ENOSPC, "No space left on device")
        with monkeypatch.context() as patch:
            patch.setattr(Appender, "write", lambda self, data: full)
            with pytest.raises(OSError, match="No space left"):
                session.end(begun, {"status": "finished", "exit_code": 0})
        assert journal_owner.stored_end(begun.journal.folder, {})["status"] == "finished"
        assert begun.journal.folder.exists()


class TestPackRefs:
    @pytest.fixture
    def packed(self, monkeypatch) -> list[str]:
        calls: list[str] = []
        monkeypatch.setattr(refs, "pack_in_background", lambda repo: calls.append("pack"))
        return calls

    @pytest.mark.parametrize(
        ("threshold", "calls"), [(-1, 0), (0, 0), (1, 1), (5, 1), (6, 0), (1000, 0)]
    )
    def test_refs_are_packed_if_there_are_many_loose_ones(self, repo, packed, threshold, calls):
        for experiment, count in (("a", 3), ("b/c", 2)):
            folder = Path(repo.common_dir, layout.RUNS, experiment)
            folder.mkdir(parents=True)
            for number in range(count):
                (folder / str(number)).touch()
        upkeep.pack_refs_sometimes(repo, threshold)
        assert len(packed) == calls

    def test_without_runs_nothing_is_packed(self, repo, packed):
        upkeep.pack_refs_sometimes(repo, 1)
        assert packed == []
