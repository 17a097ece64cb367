"""record/ending/daemon: only a process that left the session of a parent that ended owns its run."""

from __future__ import annotations

import os
import shutil
import sys
from types import SimpleNamespace

import pytest

from gittrack.core import layout
from gittrack.disk import lock
from gittrack.record.ending import daemon
from gittrack.record.ending.daemon import Daemon


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(daemon, "_PATIENCE_SECONDS", -1.0)


@pytest.fixture
def process(monkeypatch) -> dict[str, int]:
    """The parent and the session of this process; a test changes them as a daemon does."""
    values = {"parent": 100, "session": 100}
    monkeypatch.setattr(os, "getppid", lambda: values["parent"])
    monkeypatch.setattr(os, "getsid", lambda pid: values["session"] if pid == 0 else 100)
    return values


@pytest.fixture
def child(process, book) -> Daemon:
    """The child of the process that began the run, which has released it."""
    forked = Daemon(lambda run: None)
    book.release()
    return forked


def become_daemon(process: dict[str, int]) -> None:
    process.update(parent=1, session=102)


def test_a_daemon_owns_the_run(child, process, book):
    become_daemon(process)
    assert child.survives(book)
    assert book.owner
    assert lock.is_held(book.folder / layout.LOCK)


@pytest.mark.parametrize(
    "change", [{}, {"parent": 1}, {"session": 102}], ids=["child", "orphan", "own session"]
)
def test_another_child_does_not(child, process, book, change):
    process.update(change)
    assert not child.survives(book)
    assert not book.owner


def test_a_child_may_become_a_daemon_later(child, process, book):
    assert not child.survives(book)
    become_daemon(process)
    assert child.survives(book)


@pytest.mark.parametrize(("parent", "owns"), [(SimpleNamespace(pid=1), False), (None, True)])
def test_a_worker_of_multiprocessing_is_not_a_daemon(
    child, process, book, monkeypatch, parent, owns
):
    workers = SimpleNamespace(parent_process=lambda: parent)
    monkeypatch.setitem(sys.modules, "multiprocessing.process", workers)
    become_daemon(process)
    assert child.survives(book) is owns


def test_a_run_that_another_process_owns_is_left_to_it(child, process, book):
    other = lock.acquire(book.folder / layout.LOCK)
    become_daemon(process)
    assert not child.survives(book)
    os.close(other)
    assert not child.survives(book), "the answer stays"


def test_a_run_that_was_committed_is_over(child, process, book):
    shutil.rmtree(book.folder)
    become_daemon(process)
    assert not child.survives(book)
