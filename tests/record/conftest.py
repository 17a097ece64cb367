"""A journal in a folder of its own: what most functions of record/ read or write needs no git."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core.run import events
from gittrack.record import journal

STARTED = "2026-03-01T00:00:00.000Z"


@pytest.fixture
def common_dir(tmp_path: Path) -> str:
    """The common directory of the repository, which only `repo` makes one."""
    return str(tmp_path / ".git")


@pytest.fixture
def repo(tmp_path: Path, common_dir: str) -> git.Repo:
    """A repository without commits, in the current folder."""
    run_git(tmp_path, "init", "-q")
    return git.find()


@pytest.fixture
def new_journal(common_dir: str) -> Iterator[Callable[..., journal.Journal]]:
    """Make journals in ``common_dir``, each with its facts of the start."""
    books: list[journal.Journal] = []

    def make(process: dict[str, Any] | None = None, **facts: Any) -> journal.Journal:
        book = journal.create(common_dir)
        start = {"format": 1, "id": book.id, "experiment": "e", "status": "running"}
        start["started"] = STARTED
        more = {"process": process} if process else {}
        book.append(events.START, values={**start, **facts}, **more)
        books.append(book)
        return book

    yield make
    for book in books:
        book.release()


@pytest.fixture
def book(new_journal: Callable[..., journal.Journal]) -> journal.Journal:
    """The journal of a live run that this process owns."""
    return new_journal()
