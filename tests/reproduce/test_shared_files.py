"""reproduce/shared_files: what a worktree gets from the user's tree."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from gittrack.core.errors import TrackError
from gittrack.reproduce import shared_files


@pytest.fixture
def place(scratch):
    """The user's tree ``user/net``, and a worktree in its private folder ``home``."""
    os.makedirs("user/net")
    os.makedirs("home/up/up/up/tree")
    here = os.getcwd()
    return shared_files.TreePair(f"{here}/user/net", f"{here}/home/up/up/up/tree", f"{here}/home")


def write(path, text="1"):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def test_data_is_copied_beside_the_tracked_files_of_its_folder(place):
    write(f"{place.top}/data/x/y", "mine")
    write(f"{place.top}/data/.gitkeep", "mine")
    write(f"{place.folder}/data/.gitkeep", "tracked")
    shared_files.bring(place, "data")
    write(f"{place.folder}/data/x/y", "written by the rerun")
    assert Path(place.top, "data/x/y").read_text() == "mine"
    assert Path(place.folder, "data/.gitkeep").read_text() == "tracked"


def test_large_data_is_linked_file_by_file(place, monkeypatch):
    monkeypatch.setattr(shared_files, "_MOST_BYTES", 0)
    write(f"{place.top}/data/x")
    assert shared_files.bring(place, "data") == [f"{place.top}/data/x"]
    write(f"{place.folder}/data/x.cache")
    assert os.listdir(f"{place.top}/data") == ["x"]


def test_large_data_is_copied_if_it_cannot_be_made_read_only(place, monkeypatch):
    monkeypatch.setattr(shared_files, "_MOST_BYTES", 0)
    write(f"{place.top}/data/x")
    assert shared_files.bring(place._replace(can_link=False), "data") == []
    write(f"{place.folder}/data/x", "written by the rerun")
    assert Path(place.top, "data/x").read_text() == "1"


def test_data_that_can_be_neither_copied_nor_protected_is_refused(place, monkeypatch):
    monkeypatch.setattr(shared_files, "_MOST_BYTES", 0)
    monkeypatch.setattr(shared_files.shutil, "disk_usage", lambda path: SimpleNamespace(free=1))
    write(f"{place.top}/data/x")
    with pytest.raises(TrackError, match="too much to copy"):
        shared_files.bring(place._replace(can_link=False), "data")


def test_what_is_shared_is_read_only_or_watched(place, monkeypatch):
    """An environment, data behind an absolute link, and data that the command names by its absolute path."""
    write(f"{place.top}/.venv/pyvenv.cfg")
    write(f"{place.top}/store/x")
    write("away/y")
    os.symlink(f"{place.top}/store", f"{place.folder}/data")
    paths = ["data", os.path.abspath("away/y")]
    shared = (f"{place.top}/store", os.path.abspath("away/y"))
    monkeypatch.setattr(shared_files.read_only, "works", lambda view: True)
    brought = shared_files.bring_all(place, f"{place.top}/.git", paths)
    assert brought.not_code == ("data", ".venv")
    assert brought.users_files.shared == shared
    view = brought.users_files.view
    assert view.read_only == (place.top, os.path.abspath("away/y"))
    assert view.writable == (f"{place.top}/.git",)
    monkeypatch.setattr(shared_files.read_only, "works", lambda view: False)
    brought = shared_files.bring_all(place, f"{place.top}/.git", paths)
    assert brought.users_files.shared == (*shared, f"{place.top}/.venv")
    assert brought.users_files.view is None


@pytest.mark.parametrize("path", ["../set", "../../set"])
def test_data_beside_the_tree_is_brought_beside_the_worktree(place, path):
    write(os.path.join(place.top, path, "x"))
    shared_files.bring(place, path)
    assert Path(place.folder, path, "x").read_text() == "1"


@pytest.mark.parametrize("target", ["store/v1", "../store/v1"])
def test_a_tracked_link_leads_to_a_copy(place, target):
    write(os.path.join(place.top, target, "x"))
    for tree in (place.top, place.folder):
        os.symlink(target, f"{tree}/data")
    shared_files.bring(place, "data")
    assert Path(place.folder, "data/x").read_text() == "1"


def test_links_in_a_tracked_folder_lead_to_copies(place):
    write(f"{place.top}/.store/k")
    for tree in (place.top, place.folder):
        os.mkdir(f"{tree}/data")
        os.symlink("../.store/k", f"{tree}/data/x")
    shared_files.bring(place, "data")
    assert Path(place.folder, "data/x").read_text() == "1"


def test_an_environment_is_one_link(place):
    write(f"{place.top}/.venv/pyvenv.cfg")
    assert shared_files.environments(place.top) == [".venv"]
    shared_files.bring(place, ".venv")
    assert os.readlink(f"{place.folder}/.venv") == f"{place.top}/.venv"


def test_nothing_is_made_outside(place):
    os.symlink("../../../../../elsewhere", f"{place.folder}/data")
    for path in ("data", "../../../../../x", ".git/config"):
        with pytest.raises(TrackError):
            shared_files.bring(place, path)


def test_untracked_folders_are_made(place):
    os.makedirs(f"{place.top}/models/net")
    write(f"{place.folder}/taken")
    shared_files.make_folders(place, ["logs", "runs/a", "taken"])
    assert sorted(os.listdir(place.folder)) == ["logs", "runs", "taken"]
    shared_files.make_folders(place, None)
    assert os.path.isdir(f"{place.folder}/models/net")
    for path in ("/away", "../../../../../away", ".git/hooks"):
        with pytest.raises(TrackError):
            shared_files.make_folders(place, [path])


def test_what_absolute_tracked_links_lead_to_is_shared(place):
    write("away/x")
    for name, target in (("data", "away"), ("all", "."), ("gone", "gone"), ("root", "/")):
        os.symlink(os.path.abspath(target), f"{place.folder}/{name}")
    os.symlink("data", f"{place.folder}/relative")
    links = ["data", "all", "gone", "root", "relative"]
    brought = shared_files.bring_all(place, f"{place.top}/.git", [], links)
    assert brought.users_files.shared == (os.path.abspath("away"),)
