"""folding/archive: an archive that somebody else made, by another version or to do harm."""

from __future__ import annotations

import time

import pytest
import run_values
from helpers import look

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged
from gittrack.folding import archive, building, checking
from gittrack.folding.archive import Archive
from gittrack.git import object_store_path, objects, refs
from gittrack.tidy import fold_plan

IDS = [run_values.run_id(number) for number in range(3)]
NAME = f"{IDS[0]}.{IDS[2]}.3.11111111"


@pytest.fixture
def folded(empty_repo) -> tuple[git.Repo, Archive]:
    """A repository with an archive of three runs."""
    raws = [run_values.commit(empty_repo, number) for number in range(3)]
    members = [member for _, member in fold_plan.members(empty_repo, raws)]
    return empty_repo, building.add(_store(empty_repo), None, members)


def _store(repo: git.Repo) -> objects.Store:
    return objects.Store(object_store_path(repo), repo.hash_name)


def forged(repo: git.Repo, sound: Archive, name: str = NAME, message: str = "m\n", order=1) -> str:
    """Return the commit of an archive with the same parents, and with other files or another message."""
    (chunk,) = sound.chunks
    (lines,) = archive.lines(repo, sound.chunks)
    store = _store(repo)
    content = "".join(f"{line}\n" for line in lines[::order]).encode()
    entries = [
        objects.Entry("100644", f"{name}.refs", store.blob(content)),
        objects.Entry("100644", f"{name}.messages", chunk.messages),
    ]
    return store.commit(
        store.tree(entries), archive.parents(repo, sound), "A <a@b>", 1_800_000_000, message
    )


def problem(repo: git.Repo, commit: str) -> str:
    try:
        return checking.check(repo, archive.read(repo, commit))
    except Damaged as error:
        return error.message


def test_a_sound_archive(folded):
    assert problem(folded[0], folded[1].commit) == ""
    assert problem(folded[0], forged(*folded)) == ""


@pytest.mark.parametrize(
    "name",
    [
        f"{IDS[0]}.{IDS[2]}.\N{SUPERSCRIPT THREE}.1",
        f"{IDS[0]}.{IDS[2]}.{'9' * 5000}.1",
        f"{IDS[0]}.{IDS[2]}.0.1",
    ],
)
def test_the_number_of_runs_of_a_chunk_is_a_short_one(folded, name):
    assert "has a wrong file" in problem(folded[0], forged(*folded, name))


@pytest.mark.parametrize("name", [f"{IDS[0]}.{IDS[1]}.3.1", f"{IDS[1]}.{IDS[2]}.3.1"])
def test_a_chunk_has_the_runs_that_its_name_says(folded, name):
    """Runs outside of the range would be listed twice, or not be found by their ids."""
    assert "cannot be read" in problem(folded[0], forged(*folded, name))


def test_runs_that_are_not_in_order(folded):
    commit = forged(*folded, f"{IDS[2]}.{IDS[0]}.3.1", order=-1)
    assert "not in order" in problem(folded[0], commit)


@pytest.mark.parametrize(
    "chunks", [[(0, 2), (1,)], [(0, 1, 2), (1,)], [(0, 2), (0, 2)], [(0, 1), (1, 2)]]
)
def test_a_run_in_two_chunks(folded, chunks):
    repo, sound = folded
    (lines,) = archive.lines(repo, sound.chunks)
    (texts,) = archive.messages(repo, sound.chunks)
    store = _store(repo)
    stored = [
        building.stored(store, [lines[n] for n in part], [b"%d" % at + texts[n] for n in part])
        for at, part in enumerate(chunks)
    ]
    has_twice = sum(map(len, chunks)) > 3 or chunks[0] == chunks[1]
    both = building.write(store, [sound], stored, [])._replace(chunks=tuple(stored[::-1]))
    assert checking.check(repo, both) == ("it has a run twice" if has_twice else "")


def test_thousands_of_chunks_of_one_time_are_checked_soon(folded):
    repo, sound = folded
    (line, *_), store = next(archive.lines(repo, sound.chunks)), _store(repo)
    with store.batch():
        pairs = [(run_values.run_id(n), run_values.run_id(10_000 + n)) for n in range(2000)]
        texts = [[line[:-24] + run_id for run_id in pair] for pair in pairs]
        stored = [building.stored(store, text, [b"", b""]) for text in texts]
        many = building.write(store, [sound], stored, [])
    before = time.process_time()
    assert checking.check(repo, many) == ""
    assert time.process_time() - before < 0.7  # of seconds: 0.05 on a quiet machine


def test_a_number_of_archives_without_end(folded):
    assert problem(folded[0], forged(*folded, message=f"m\n\narchives: {'9' * 5000}\n")) == ""


def test_an_archive_without_runs(folded):
    store = _store(folded[0])
    commit = store.commit(store.tree([]), [folded[1].commit], "A <a@b>", 0, "m\n")
    assert "has no runs" in problem(folded[0], commit)


def test_an_archive_of_a_later_format_is_named_and_left_unchanged(folded, caplog):
    repo, sound = folded
    later = forged(repo, sound, message="m\n\narchives: 0\nformat: 2\n")
    refs.update(repo, layout.ARCHIVE, later, None, "fold")
    assert look("ls").code == 0
    assert "written by a newer gittrack; update gittrack" in caplog.text
    assert "its runs are left unchanged: update gittrack" in look("doctor").out
    done = look("gc", "--fold", "--older-than", "0d")
    assert (done.code, "update gittrack" in done.err) == (1, True)
    assert archive.tip(repo) == later
