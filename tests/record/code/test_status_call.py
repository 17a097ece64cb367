"""record/code/status_call: a status that began ahead of time counts only for a moment."""

from __future__ import annotations

from pathlib import Path

from gittrack import git
from gittrack.record.code import status_call, tree_inspection
from gittrack.record.code.index import PrivateIndex


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
