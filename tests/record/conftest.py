"""A journal in a folder of its own: what most functions of record/ read or write needs no git."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gittrack.core.run import events
from gittrack.record import journal

STARTED = "2026-03-01T00:00:00.000Z"


@pytest.fixture
def new_journal(tmp_path: Path) -> Iterator[Callable[..., journal.Journal]]:
    """Make journals in ``tmp_path``, each with its facts of the start."""
    books: list[journal.Journal] = []

    def make(**facts: Any) -> journal.Journal:
        book = journal.create(str(tmp_path))
        start = {"id": book.id, "experiment": "e", "status": "running", "started": STARTED}
        book.append(events.START, values={**start, **facts})
        books.append(book)
        return book

    yield make
    for book in books:
        book.release()


@pytest.fixture
def book(new_journal: Callable[..., journal.Journal]) -> journal.Journal:
    """The journal of a live run that this process owns."""
    return new_journal()
