"""Where media are among the artifacts, and what the index of a name says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.core.layout import check_artifact_name
from gittrack.core.run import media_index


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("confusion", "media/confusion"),
        ("val/confusion", "media/val/confusion"),
        ("net.0.weight", "media/net.0.weight"),
        ("a/3.png", "media/a/3%2Epng"),  # is a folder, and never the file of another name
        ("a/index.jsonl", "media/a/index%2Ejsonl"),
        ("..", "media/%2E%2E"),
        (".git", "media/%2Egit"),
        ("/etc/passwd", "media/%/etc/passwd"),
        ("a:b*c", "media/a%3Ab%2Ac"),
        ("größe", "media/größe"),
    ],
)
def test_each_name_has_a_folder(name, folder):
    assert media_index.folder(name) == folder
    assert check_artifact_name(folder) == folder


@settings(max_examples=20)
@given(st.text(min_size=1, max_size=150).filter(lambda name: "\0" not in name))
def test_every_name_has_a_valid_folder(name):
    folder = media_index.folder(name)
    assert check_artifact_name(folder) == folder


def test_different_names_have_different_folders():
    names = ["a", "a.", "a ", "a/b", "a.b", "a%", "a%2E", "x" * 200, "x" * 201, "."]
    assert len({media_index.folder(name) for name in names}) == len(names)


def entry(name, step, path, **facts):
    media = {"name": name, "step": step, "type": "image", **facts}
    return {"path": path, "size": 9, "sha256": "ab", "where": "git", "media": media}


def test_the_index_of_a_name_has_a_line_for_each_file():
    outputs = [
        entry("a", 1, "media/a/1.png"),
        {"path": "model.bin", "size": 1},
        entry("b", 1, "media/b/1.png", caption="cat"),
        entry("a", 0.5, "media/a/0.5.png"),
    ]
    names = media_index.by_name(outputs)
    assert {name: len(entries) for name, entries in names.items()} == {"a": 2, "b": 1}
    assert media_index.index_path(names["a"]) == "media/a/index.jsonl"
    lines = [json.loads(line) for line in media_index.index(names["a"]).splitlines()]
    assert [(line["step"], line["file"]) for line in lines] == [(1, "1.png"), (0.5, "0.5.png")]
    assert json.loads(media_index.index(names["b"]))["caption"] == "cat"


def test_files_of_one_step_have_different_names():
    names = [
        media_index.file_name(step, n, ".png") for step, n in [(3, 0), (3, 1), (-3, 0), (0.5, 0)]
    ]
    assert names == ["3.png", "3_1.png", "-3.png", "0.5.png"]
