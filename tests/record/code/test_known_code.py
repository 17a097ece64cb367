"""record/code/known_code: a second run in an unchanged tree asks git nothing, and records the same code."""

from __future__ import annotations

from pathlib import Path

import pytest

from gittrack import git
from gittrack.core import settings
from gittrack.record.code import known_code, tree_inspection
from gittrack.record.code.known_code import KnownCode


@pytest.fixture
def known() -> KnownCode:
    return KnownCode()


def captured(known: KnownCode, folder: Path, config: dict[str, str] | None = None):
    """Return the code of the current folder as a run records it."""
    repo = git.find()
    folder.mkdir()
    values = config or {}
    configuration = values, settings.from_config(values)
    inspection = known_code.start(repo, known)
    return known_code.capture_code(repo, inspection, folder, configuration, (), None, known)


def test_a_clean_tree_is_captured_once(project, scratch, known, monkeypatch):
    first = captured(known, scratch / "1")
    with monkeypatch.context() as patch:
        patch.setattr(tree_inspection, "start", None)  # no process looks at the tree
        assert captured(known, scratch / "2") == first
    assert first.tree is not None


def test_another_configuration_is_captured_anew(project, scratch, known):
    captured(known, scratch / "1")
    remote = captured(known, scratch / "2", {"track.remote": "origin"}).code.remote
    assert remote == settings.from_config({"track.remote": "origin"}).remote


def test_uncommitted_changes_are_captured_for_each_run(project, scratch, known):
    Path("new.py").write_text("x = 1\n")
    snapshots = [captured(known, scratch / name).code.snapshot for name in ("1", "2")]
    assert snapshots[0] is not None
    assert snapshots[0] == snapshots[1]
    assert all((scratch / name / "objects").is_dir() for name in ("1", "2"))
