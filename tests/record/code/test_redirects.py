"""record/code/redirects: the file that a shell made for `> log` is not code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gittrack.record.code import redirects

PATHS = ["train.py", "out.log", "err.log", "deleted.log"]


@contextmanager
def redirected(**files: str) -> Iterator[None]:
    """Let stdout (``out``) and stderr (``err``) of this process go to files."""
    numbers = {"out": 1, "err": 2}
    saved = {name: os.dup(numbers[name]) for name in files}
    try:
        for name, path in files.items():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT)
            os.dup2(handle, numbers[name])
            os.close(handle)
        yield
    finally:
        for name, handle in saved.items():
            os.dup2(handle, numbers[name])
            os.close(handle)


@pytest.fixture(autouse=True)
def files() -> None:
    for name in PATHS[:3]:
        Path(name).touch()


@pytest.fixture(autouse=True)
def terminal() -> Iterator[None]:
    """Begin with streams that go to no file of the repository."""
    with redirected(out=os.devnull, err=os.devnull):
        yield


def found(paths: list[str] = PATHS) -> list[str]:
    return redirects.files(os.getcwd(), paths)


def test_without_a_redirection_there_is_no_such_file():
    assert found() == []


@pytest.mark.parametrize(
    ("streams", "names"),
    [
        ({"out": "out.log"}, ["out.log"]),
        ({"err": "err.log"}, ["err.log"]),
        ({"out": "out.log", "err": "err.log"}, ["out.log", "err.log"]),
        ({"out": "out.log", "err": "out.log"}, ["out.log"]),
    ],
)
def test_the_files_of_both_streams_are_returned_in_order(streams, names):
    with redirected(**streams):
        assert found() == names


def test_only_the_given_paths_are_looked_at():
    with redirected(out="out.log"):
        assert found(["train.py"]) == []


def test_a_hard_link_is_the_same_file_and_a_symbolic_link_is_not():
    os.link("out.log", "hard.log")
    Path("soft.log").symlink_to("out.log")
    with redirected(out="out.log"):
        assert found(["soft.log", "hard.log"]) == ["hard.log"]


def test_a_pipe_with_a_name_is_not_a_file():
    os.mkfifo("fifo")
    handle, saved = os.open("fifo", os.O_RDWR), os.dup(1)
    os.dup2(handle, 1)
    assert found(["fifo", *PATHS]) == []
    os.dup2(saved, 1)
    os.close(handle)
    os.close(saved)


def test_a_closed_stream_is_no_error():
    saved = os.dup(1)
    os.close(1)
    with redirected(err="err.log"):
        assert found() == ["err.log"]
    os.dup2(saved, 1)
    os.close(saved)
