"""Small files of a cache: written as a whole, never through a link, and never needed."""

from __future__ import annotations

from pathlib import Path

from gittrack.disk import folders


def test_a_file_is_made_with_its_folder_and_replaced_as_a_whole():
    folders.keep("cache/one.json", b"first and longer")
    folders.keep("cache/one.json", b"second")
    assert [(path.name, path.read_bytes()) for path in Path("cache").iterdir()] == [
        ("one.json", b"second")
    ]


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone():
    Path("mine").write_text("mine")
    Path("cache").mkdir()
    Path("cache/one.json").symlink_to("../mine")
    folders.keep("cache/one.json", b"new")
    assert Path("mine").read_text() == "mine"
    assert Path("cache/one.json").read_bytes() == b"new"


def test_what_cannot_be_written_is_not_kept():
    Path("cache").write_text("a file")
    folders.keep("cache/one.json", b"new")
    assert Path("cache").read_text() == "a file"


def test_nothing_is_left_if_the_file_cannot_be_put_in_place():
    Path("cache/one.json/inside").mkdir(parents=True)
    folders.keep("cache/one.json", b"new")
    assert [path.name for path in Path("cache").iterdir()] == ["one.json"]


def test_a_file_in_a_folder_of_a_group_is_open_to_the_group():
    Path("cache").mkdir()
    Path("cache").chmod(0o2775)
    folders.keep("cache/one.json", b"new")
    assert Path("cache/one.json").stat().st_mode & 0o777 == 0o664


def test_a_folder_is_removed_with_everything_in_it_but_not_what_links_lead_to(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file").touch()
    (tmp_path / "folder/deep").mkdir(parents=True)
    (tmp_path / "folder/deep/file").touch()
    (tmp_path / "folder/link").symlink_to(tmp_path / "outside")
    folders.remove(tmp_path / "folder")
    folders.remove(tmp_path / "folder")  # it is gone already
    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
    assert (tmp_path / "outside/file").exists()
