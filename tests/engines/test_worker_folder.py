"""The folder of an agent that was killed is removed by the next agent, and no other is."""

import os
import tempfile

import pytest

from gittrack.engines import worker_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_is_removed_when_its_agent_and_its_launchers_are_gone(tmp_path):
    folder = worker_folder.make()
    (folder.path / "artifact").touch()
    launcher = os.dup(folder.handle)  # what a forked process has
    os.close(folder.handle)  # as if the agent was killed
    other = worker_folder.make()
    assert folder.path.exists()
    os.close(launcher)
    last = worker_folder.make()
    assert {*tmp_path.iterdir()} == {other.path, last.path}
    worker_folder.remove(other)
    assert {*tmp_path.iterdir()} == {last.path}
    worker_folder.remove(last)


def test_what_may_be_in_use_stays(tmp_path):
    (tmp_path / "gittrack-worker-unlocked").mkdir()  # on a file system without locks
    folder = worker_folder.make()
    (tmp_path / "gittrack-worker-link").symlink_to(folder.path)
    worker_folder.remove(worker_folder.make())
    assert len([*tmp_path.iterdir()]) == 3
    worker_folder.remove(folder)
