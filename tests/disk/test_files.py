"""disk/files: templates and hooks are in the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from gittrack.core.errors import TrackError
from gittrack.disk import files


@pytest.mark.parametrize("parts", [("templates", "demo"), ("hooks",), ("templates",)])
def test_the_files_of_this_installation_are_there(parts):
    assert files.bundled(*parts).is_dir()
    assert files.bundled(*parts).parts[-len(parts) :] == parts


def test_a_wheel_has_its_own_copy_which_comes_first(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "gittrack"
    inside, beside = package / "_files" / "hooks", package.parent / "hooks"
    beside.mkdir(parents=True)
    monkeypatch.setattr(files, "_PACKAGE", package)
    assert files.bundled("hooks") == beside
    inside.mkdir(parents=True)
    assert files.bundled("hooks") == inside


def test_a_missing_file_is_named_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_PACKAGE", tmp_path)
    with pytest.raises(TrackError) as caught:
        files.bundled("templates", "demo")
    assert caught.value.message == "templates/demo is missing from this installation"
    assert caught.value.hint == "install gittrack again"


def test_the_current_folder_does_not_matter(tmp_path):
    (tmp_path / "hooks").mkdir()
    assert files.bundled("hooks") != Path("hooks").absolute()
