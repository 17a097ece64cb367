"""record/evidence/untracked_folders: the folders that a command may expect and that no commit has."""

import os
from pathlib import Path

from helpers import git

from gittrack.record.evidence import untracked_folders


def listed():
    tracked = git(".", "ls-files", "-v", "-z").encode()
    return untracked_folders.untracked(".", untracked_folders.tracked_by(tracked))


def test_ignored_and_empty_folders(project):
    for folder in ("models/net", "src/empty", ".venv/bin", "other/.git", "src/__pycache__", "a b"):
        os.makedirs(folder)
    for file in ("src/a.py", "models/net/m.bin", ".venv/pyvenv.cfg"):
        Path(file).touch()
    Path(".gitignore").write_text("models\n")
    os.symlink("models", "tracked")
    git(".", "add", ".gitignore", "src", "tracked")
    os.symlink("models", "link")
    assert listed() == ["a b", "link", "models", "models/net", "src/empty"]


def test_a_large_tree_is_not_searched_to_its_end(project, monkeypatch):
    os.makedirs("data/x/y")
    os.makedirs("logs")
    monkeypatch.setattr(untracked_folders, "_MOST_FOLDERS", 2)
    assert listed() == ["data", "logs"]
    monkeypatch.setattr(untracked_folders, "_MOST_ENTRIES", 0)
    assert listed() == []
