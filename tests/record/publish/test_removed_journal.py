"""record/publish/removed_journal: a live run whose journal another host committed gets its files back."""

from __future__ import annotations

import hashlib
import time

import pytest

from gittrack.core import layout
from gittrack.core.run import events
from gittrack.core.run.run_info import iso
from gittrack.record.machine import lock_files
from gittrack.record.publish import removed_journal, writer
from gittrack.record.publish.tree import Artifact, RunContents
from gittrack.tidy import fold, fold_plan

AUTHOR = "Ada <ada@example.org>"
DATA = b"weights"
ENTRY = {"path": "m/a.bin", "where": "git", "size": len(DATA)}
ENTRY["sha256"] = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def live(book):
    """The journal that the owner wrote again: its operations, without artifacts and patches."""
    book.append(events.OUTPUT, values=ENTRY)
    return book


def commit(repo, book, **contents: object) -> str:
    """Commit the run as another host did."""
    facts = {"format": 1, "id": book.id, "experiment": "e", "status": "crashed"}
    facts |= {"started": "2026-03-01T00:00:00.000Z", "ended": iso(1_772_323_202)}
    values = RunContents(facts, outputs=[ENTRY], artifacts={ENTRY["path"]: Artifact(DATA)})
    return writer.write_run(repo, values._replace(**contents), AUTHOR)[0].commit


@pytest.mark.parametrize("folded", [False, True])
def test_artifacts_and_patches_come_back_and_the_commit_is_continued(repo, live, folded):
    oid = commit(repo, live, diff=b"patches: []\n")
    if folded:
        aside = live.folder.rename(live.folder.with_name("aside"))
        assert fold.fold(repo, fold_plan.plan(repo, 0, time.time()).members).runs == 1
        aside.rename(live.folder)
    assert removed_journal.restore(repo, live) == {"resumes": oid}
    assert (live.folder / layout.ARTIFACTS / "m" / "a.bin").read_bytes() == DATA
    assert (live.folder / layout.DIFF).read_bytes() == b"patches: []\n"
    assert live.state().outputs == [ENTRY]


def test_lock_files_come_back_and_are_facts_of_the_environment(repo, live):
    live.append(events.ENV, values={"python": {"version": "3.11.7"}})
    commit(repo, live, locks={"uv.lock": Artifact(b"a\n"), "sub/uv.lock": Artifact(b"b\n")})
    removed_journal.restore(repo, live)
    assert lock_files.copies(live.folder) == {"uv.lock": b"a\n", "sub/uv.lock": b"b\n"}
    env = live.state().env
    assert env["python"] == {"version": "3.11.7"}
    assert [entry["path"] for entry in env["locks"]] == ["sub/uv.lock", "uv.lock"]


def test_an_artifact_that_was_logged_again_stays(repo, live):
    commit(repo, live)
    path = live.folder / layout.ARTIFACTS / "m" / "a.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"newer")
    removed_journal.restore(repo, live)
    assert path.read_bytes() == b"newer"


def test_a_content_that_the_commit_does_not_have_is_left_out(repo, live):
    commit(repo, live, outputs=[], artifacts={})
    removed_journal.restore(repo, live)
    assert live.state().outputs == [{**ENTRY, "where": "left out"}]
    assert not (live.folder / layout.DIFF).exists()


def test_without_a_commit_nothing_is_continued(repo, live):
    assert removed_journal.restore(repo, live) == {}
    assert live.state().outputs == [{**ENTRY, "where": "left out"}]


def test_artifacts_outside_of_git_need_no_content(repo, book):
    stored = {**ENTRY, "where": "store"}
    book.append(events.OUTPUT, values=stored)
    commit(repo, book)
    removed_journal.restore(repo, book)
    assert book.state().outputs == [stored]
    assert not (book.folder / layout.ARTIFACTS).exists()
