"""disk/flush: few files are flushed at the same time, many with one call for their file system."""

from __future__ import annotations

import errno
import os
import resource
import sys
import threading
from pathlib import Path

import pytest

from gittrack.disk import flush
from gittrack.disk.flush import MOST_TOGETHER

linux = pytest.mark.skipif(sys.platform != "linux", reason="syncfs(2) is a call of Linux")


def make(count: int) -> list[str]:
    paths = [Path(f"{number:03d}") for number in range(count)]
    for path in paths:
        path.touch()
    return list(map(str, paths))


def opened() -> int:
    return len(os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd"))


@pytest.fixture
def flushed(monkeypatch) -> list[str]:
    """What is flushed: the name of a file, or ``all``."""
    names: list[str] = []
    inodes = {}

    def fsync(handle: int) -> None:
        inodes.update({path.stat().st_ino: path.name for path in Path().iterdir()})
        names.append(inodes[os.fstat(handle).st_ino])

    def whole(handle: int) -> bool:
        names.append("all")
        return True

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(flush, "_file_system", whole)
    return names


@pytest.mark.parametrize("count", [0, 1, MOST_TOGETHER])
def test_each_of_few_files_is_flushed(flushed, count):
    paths = make(count)
    flush.files(paths)
    assert sorted(flushed) == paths


def test_few_files_are_flushed_at_the_same_time(monkeypatch):
    """One flush that waits for the others would otherwise wait for ever."""
    everyone = threading.Barrier(4, timeout=30)
    monkeypatch.setattr(os, "fsync", lambda handle: everyone.wait())
    flush.files(make(8))


def test_without_threads_each_file_is_flushed_too(flushed, monkeypatch):
    def refuse(*arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(flush, "start_new_thread", refuse)
    flush.files(paths := make(8))
    assert sorted(flushed) == paths


def test_a_program_that_can_open_one_more_file_can_flush_many(monkeypatch):
    inodes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: inodes.append(os.fstat(handle).st_ino))
    paths, before = make(5), resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(".", os.O_RDONLY)  # the lowest number that is free
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, before[1]))
    try:
        flush.files(paths)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert inodes == [os.stat(path).st_ino for path in paths]


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="a call of Linux")
def test_the_disk_begins_to_write_few_files_before_one_is_waited_for(flushed, monkeypatch):
    monkeypatch.setattr(os, "posix_fadvise", lambda *arguments: flushed.append("begun"))
    paths = make(3)
    flush.files(paths)
    assert flushed[:3] == ["begun", "begun", "begun"]
    assert sorted(flushed[3:]) == paths


@pytest.mark.parametrize("count", [MOST_TOGETHER + 1, 10 * MOST_TOGETHER])
def test_many_files_are_flushed_by_one_call(flushed, count):
    flush.files(make(count))
    assert flushed == ["all"]


def test_without_that_call_each_of_many_files_is_flushed(flushed, monkeypatch):
    monkeypatch.setattr(flush, "_file_system", lambda handle: False)
    paths = make(MOST_TOGETHER + 5)
    flush.files(paths)
    assert sorted(flushed) == paths


def test_a_file_that_was_removed_is_left_out(flushed):
    paths = make(3)
    Path(paths[1]).unlink()
    flush.files(paths)
    assert sorted(flushed) == [paths[0], paths[2]]


@pytest.mark.parametrize(
    ("count", "removed", "calls"),
    [(MOST_TOGETHER + 3, 2, 1), (MOST_TOGETHER + 1, 1, MOST_TOGETHER)],
)
def test_only_files_that_exist_are_many_or_few(flushed, count, removed, calls):
    paths = make(count)
    for path in paths[:removed]:
        Path(path).unlink()
    flush.files(paths)
    assert len(flushed) == calls


def test_an_error_of_the_disk_is_raised_and_nothing_stays_open(monkeypatch):
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fsync", fail)
    before = opened()
    with pytest.raises(OSError, match="the disk is broken"):
        flush.files(make(2))
    assert opened() == before


def test_other_errors_than_a_missing_file_are_raised():
    [path] = make(1)
    with pytest.raises(NotADirectoryError):
        flush.files([f"{path}/inside"])


@linux
def test_the_file_system_of_an_open_file_is_flushed():
    with open(make(1)[0]) as file:
        assert flush._file_system(file.fileno())


@linux
def test_a_failure_of_the_system_call_has_its_error_number():
    with open(make(1)[0]) as file:
        handle = file.fileno()
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the number is what matters
        flush._file_system(handle)
    assert caught.value.errno == errno.EBADF


def test_other_systems_have_no_such_call(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with open(make(1)[0]) as file:
        assert not flush._file_system(file.fileno())
