"""record/evidence/neighbours: which other runs were going on in the same folder at the same time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gittrack.core import layout
from gittrack.core.run import events
from gittrack.record import journal
from gittrack.record.evidence import neighbours
from gittrack.record.evidence.neighbours import Neighbour

BEGAN = 1_000
ME = "20260101-000000-00000000"


def ids(count: int) -> list[str]:
    return [f"20260101-000000-{number:08x}" for number in range(1, count + 1)]


@pytest.fixture
def remember(common_dir, tmp_path):
    """List a run that has ended, in the current folder by default."""

    def add(run_id: str, ended: int, parent: str | None = None, root: str | None = None) -> None:
        run = Neighbour(run_id, parent)
        neighbours.remember(common_dir, root or str(tmp_path), run, ended)

    return add


@pytest.fixture
def others(common_dir, tmp_path):
    return lambda: neighbours.other_runs(common_dir, str(tmp_path), ME, BEGAN)


def live(common_dir: str, root: Path, parent: str | None = None) -> journal.Journal:
    """Begin a run in a folder."""
    book = journal.create(common_dir)
    values = {"id": book.id, "experiment": "e", "status": "running", "parent": parent}
    process = {neighbours.TREE: os.path.realpath(root)}
    book.append(events.START, values=values, process=process)
    return book


def test_without_other_runs_there_is_none(others):
    assert others() == []


@pytest.mark.parametrize(
    ("ended", "counts"), [(BEGAN - 1, False), (BEGAN, True), (BEGAN + 1, True)]
)
def test_a_run_counts_if_it_ended_after_the_run_began(remember, others, ended, counts):
    [other] = ids(1)
    remember(other, ended)
    assert others() == ([other] if counts else [])


def test_a_live_run_counts(common_dir, tmp_path, others):
    book = live(common_dir, tmp_path)
    for path in book.folder.iterdir():
        os.utime(path, ns=(BEGAN - 1, BEGAN - 1))
    assert others() == [book.id]
    book.release()
    assert others() == []


@pytest.mark.parametrize(("last", "counts"), [(BEGAN - 1, False), (BEGAN, True)])
def test_a_dead_run_counts_if_it_wrote_after_the_run_began(
    common_dir, tmp_path, others, last, counts
):
    book = live(common_dir, tmp_path)
    book.release()
    for path in book.folder.iterdir():
        os.utime(path, ns=(last, last) if path.name != layout.LOCK else (BEGAN, BEGAN))
    assert others() == ([book.id] if counts else [])


def test_a_run_in_another_folder_does_not_count(common_dir, tmp_path, remember, others):
    [other] = ids(1)
    elsewhere = tmp_path / "worktree"
    elsewhere.mkdir()
    remember(other, BEGAN, root=str(elsewhere))
    book = live(common_dir, elsewhere)
    assert others() == []
    book.release()


def test_a_folder_is_the_same_by_every_path(common_dir, tmp_path, remember, others):
    (tmp_path / "link").symlink_to(tmp_path)
    [other] = ids(1)
    remember(other, BEGAN, root=str(tmp_path / "link"))
    assert others() == [other]


def test_runs_that_the_run_began_are_part_of_it(common_dir, tmp_path, remember, others):
    child, grandchild, other, of_other = ids(4)
    remember(grandchild, BEGAN, child)
    remember(child, BEGAN, ME)
    remember(other, BEGAN)
    remember(of_other, BEGAN, other)
    book = live(common_dir, tmp_path, parent=grandchild)
    assert others() == [other, of_other]
    book.release()


def test_the_run_itself_does_not_count(remember, others):
    remember(ME, BEGAN)
    assert others() == []


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"[]",
        b"[1, 2]",
        b'["a", null, "later"]',
        b"5",
        b"\xff",
        b'["a", nul',
        b'[["a"], null, 9000]',
        b'["a", [], 9000]',
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_of_the_list_is_skipped(common_dir, tmp_path, remember, others, line):
    first, second = ids(2)
    remember(first, BEGAN)
    with open(neighbours._file(common_dir, str(tmp_path)), "ab") as file:
        file.write(line + b"\n")
    remember(second, BEGAN)
    assert others() == [first, second]


def test_the_list_is_halved_before_it_grows_too_long(common_dir, tmp_path, remember, monkeypatch):
    monkeypatch.setattr(neighbours, "_MAX_BYTES", 200)
    for run_id in ids(8):
        remember(run_id, BEGAN)
    path = neighbours._file(common_dir, str(tmp_path))
    stored = [json.loads(line)[0] for line in path.read_text().splitlines()]
    assert stored == ids(8)[-len(stored) :]
    assert 3 < len(stored) < 8


def test_a_list_that_cannot_be_written_is_no_error(common_dir, remember, others):
    folder = Path(layout.cache_dir(common_dir))
    folder.mkdir(parents=True)
    (folder / "work-trees").touch()
    remember(ids(1)[0], BEGAN)
    assert others() == []


# What a version wrote whose journals do not name the process.
EARLIER = b'{"op": "start", "values": {"id": "20260101-000000-00000001", "experiment": "e"}}\n'


@pytest.mark.parametrize(
    "line", [EARLIER, b"", b"garbage\n", b"[]\n", b"{}\n", b'{"process": 5, "values": {}}\n']
)
def test_a_damaged_journal_does_not_hide_another(common_dir, tmp_path, others, line):
    damaged, sound = live(common_dir, tmp_path), live(common_dir, tmp_path)
    damaged.events.path.write_bytes(line)
    assert others() == [sound.id]
    damaged.release()
    sound.release()


def test_a_list_is_read_back_to_an_hour_before_the_run_began(remember, others):
    first, old, last = ids(3)
    hour = 3600 * 10**9
    remember(first, BEGAN)
    remember(old, BEGAN - hour)  # runs that end at the same time list themselves in any order
    remember(last, BEGAN)
    assert others() == [first, last]
    remember(old, BEGAN - hour - 1)
    assert others() == []


def test_a_run_that_ends_during_the_look_counts(
    common_dir, tmp_path, remember, others, monkeypatch
):
    book = live(common_dir, tmp_path)
    read_ended = neighbours._ended

    def ended(*arguments):
        runs = list(read_ended(*arguments))
        remember(
            book.id, BEGAN + 1
        )  # it lists itself, and its journal goes, after the list was read
        book.release()
        return runs

    monkeypatch.setattr(neighbours, "_ended", ended)
    assert others() == [book.id]
