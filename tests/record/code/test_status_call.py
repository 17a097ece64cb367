"""record/code/status_call: a status that began ahead of time counts only for a moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from helpers import git as run_git

import gittrack
from gittrack import git
from gittrack.record import session
from gittrack.record.code import status_call, tree_inspection
from gittrack.record.code.index import PrivateIndex
from gittrack.record.request import RunRequest


def test_a_status_that_began_ahead_is_taken_once(project):
    status_call.look_ahead(git.find())
    status = status_call.ahead(git.find())
    assert status is not None
    assert status.output().startswith(b"# branch.oid ")
    assert status_call.ahead(git.find()) is None


def test_a_status_that_began_long_ago_is_asked_again(project, tmp_path_factory, monkeypatch):
    monkeypatch.setattr(status_call, "_FRESH_SECONDS", -1)
    status_call.look_ahead(git.find())
    Path("train.py").write_text("changed\n")
    inspection = tree_inspection.start(git.find())
    index = PrivateIndex(git.find(), tmp_path_factory.mktemp("journal"))
    status = tree_inspection.read_status(git.find(), inspection, index)
    assert [change.path for change in status.changes] == ["train.py"]


def look(folder: Path) -> git.Call:
    """Read the status in a thread that waits for its turn, too; return its call."""
    repo = git.find()
    with status_call.shared():
        inspection = tree_inspection.start(repo)
        tree_inspection.read_status(repo, inspection, PrivateIndex(repo, folder))
    return inspection.status


@pytest.fixture
def patient(monkeypatch):
    """Keep a status for longer than a busy machine needs for a test."""
    monkeypatch.setattr(status_call, "_FRESH_SECONDS", 60)


def test_a_thread_that_waits_takes_a_status_that_began_since(project, tmp_path_factory, patient):
    folder = tmp_path_factory.mktemp("journal")
    with status_call.shared(), ThreadPoolExecutor(1) as other:
        call = other.submit(look, folder).result()
        assert status_call.ahead(git.find()) is call
        assert status_call.ahead(git.find()._replace(work_tree="/elsewhere")) is None
    assert status_call.ahead(git.find()) is None
    with status_call.shared():
        assert status_call.ahead(git.find()) is None, "the status is older than the wait"


def test_a_status_of_another_thread_is_too_old_after_a_hook(project, tmp_path_factory, patient):
    folder = tmp_path_factory.mktemp("journal")
    hook = Path(".git/hooks/pre-run")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'x = 2' > train.py\n")
    hook.chmod(0o755)
    with status_call.shared(), ThreadPoolExecutor(1) as other:
        call = other.submit(look, folder).result()
        assert status_call.ahead(git.find()) is call
        begun = session.begin(git.find(), RunRequest())
    begun.journal.release()
    assert list(begun.code.ids) == ["train.py"]


def test_each_of_many_threads_records_what_it_changed(project):
    def record(number: int) -> tuple[str, str]:
        Path(f"model_{number}.py").write_text(f"x = {number}\n")
        with gittrack.init(reinit="create_new") as run:
            pass
        return f"model_{number}.py", run.id

    with ThreadPoolExecutor(24) as pool:
        for name, run in pool.map(record, range(24)):
            facts = run_git(project, "show", f"refs/runs/default/{run}:run.yaml")
            snapshot = facts.partition("snapshot: ")[2].split()[0].strip('"')
            assert name in run_git(project, "ls-tree", "--name-only", snapshot).split()
