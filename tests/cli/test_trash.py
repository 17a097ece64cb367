"""git track rm, restore, gc: runs go to the trash, come back, and go for good only after saying so."""

import os
import shutil
from pathlib import Path

import pytest
from helpers import git, listed, look, masked, record, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


def done(*argv):
    found = run_cli(*argv)
    assert (found.code, found.err) == (0, "")
    return found.out


def refs(prefix):
    return git(".", "for-each-ref", "--format=%(refname)", prefix).splitlines()


def test_there_and_back():
    commit = gittrack.get(record("a", {"acc": 0.5})).info.commit
    record("b")
    assert masked(done("rm", "a")) == (
        "moved to the trash: SHORT a\ntake them back: git track restore SHORT\n"
    )
    assert [run["name"] for run in listed()] == ["b"]
    assert [ref.startswith("refs/trash/runs/default/") for ref in refs("refs/trash")] == [True]
    assert masked(done("restore")) == "SHORT  default  a  removed AGE\n"
    assert look("restore", "other").err == (
        "error: there is no run 'other' in the trash\nhint: see what there is: git track restore\n"
    )
    assert masked(done("restore", "a")) == "restored SHORT a\n"
    assert gittrack.get("a").info.commit == commit
    assert refs("refs/trash") == []


def test_all_or_none():
    record("a")
    found = look("rm", "a", "nobody")
    assert (found.code, len(listed())) == (1, 1)


def test_a_run_that_is_going_on_stays():
    with gittrack.init(name="live"):
        found = look("rm", "live")
        assert (found.code, "not committed yet" in found.err) == (1, True)


def test_restoring_says_when_the_name_is_taken_by_now():
    record("a")
    done("rm", "a")
    record("a")
    found = look("restore", "a")
    assert found.code == 0
    assert "warning: a is also the name of" in found.err


def come_back(run, commit=None):
    """Bring a removed run's ref back, as a fetch of refs/runs/* does."""
    git(".", "update-ref", run.ref, commit or run.info.commit)


def test_a_removed_run_that_a_fetch_brought_back_can_be_removed_again():
    run = gittrack.get(record("a"))
    done("rm", "a")
    come_back(run)
    assert masked(done("rm", "a")).startswith("moved to the trash: SHORT a\n")
    assert (refs("refs/runs"), len(refs("refs/trash"))) == ([], 1)
    done("restore", "a")
    assert (refs("refs/runs"), refs("refs/trash")) == ([run.ref], [])


def test_restoring_a_run_that_a_fetch_brought_back_clears_its_trash():
    run = gittrack.get(record("a"))
    done("rm", "a")
    come_back(run)
    assert masked(done("restore", "a")) == "SHORT a exists already; removed it from the trash\n"
    assert (refs("refs/runs"), refs("refs/trash")) == ([run.ref], [])


@pytest.mark.parametrize("verb", ["rm", "restore"])
def test_a_run_and_its_trash_with_different_commits_both_stay(verb):
    run = gittrack.get(record("a"))
    other = gittrack.get(record("b")).info.commit
    done("rm", "a")
    come_back(run, other)
    found = look(verb, run.id)
    assert (found.code, "with different commits\nhint: compare them: git diff" in found.err) == (
        1,
        True,
    )
    assert git(".", "rev-parse", run.ref) == other
    assert git(".", "rev-parse", *refs("refs/trash")) == run.info.commit


def test_gc_takes_what_is_old_and_says_how_much():
    record("a")
    record("b")
    done("rm", "a", "b")
    done("restore", "b")
    assert done("gc") == "kept: 1 run in the trash for less than 30 days\n"
    told = done("gc", "--older-than", "0d", "--dry-run")
    assert "1 run of the trash: " in told
    assert "nothing was removed" in told
    assert len(refs("refs/trash")) == 1
    assert "freed by the next git gc" in done("gc", "--older-than", "0d")
    assert refs("refs/trash") == []
    assert [run["name"] for run in listed()] == ["b"]
    git(".", "gc", "-q", "--prune=now")
    assert git(".", "fsck") == ""
    assert done("gc", "--older-than", "0d") == "nothing to remove\n"


@pytest.mark.parametrize("how", ["tag", "branch", "note", "remark"])
def test_what_is_named_elsewhere_stays(how):
    run = gittrack.get(record("a"))
    record("other")
    commit = run.info.commit
    done("rm", "a")
    reason = {
        "tag": "refs/tags/v1 names it",
        "branch": "refs/heads/keep names it",
        "note": "it has a note in refs/notes/commits",
        "remark": "names it",
    }[how]
    if how == "tag":
        git(".", "tag", "-a", "-m", "x", "v1", commit)
    elif how == "branch":
        git(".", "branch", "keep", commit)
    elif how == "note":
        git(".", "notes", "add", "-m", "seen", commit)
    else:
        done("note", "other", f"better than {run.id[16:]}")
    assert reason in done("gc", "--older-than", "0d")
    assert len(refs("refs/trash")) == 1


def test_moved_by_hand_nobody_knows_since_when():
    run = gittrack.get(record("a"))
    git(".", "update-ref", run.ref.replace("runs", "trash/runs", 1), run.info.commit)
    git(".", "update-ref", "-d", run.ref)
    assert "the time of its removal is unknown" in done("gc")
    assert "1 run of the trash" in done("gc", "--older-than", "0d")


def test_gc_clears_what_crashes_left():
    record("a")
    live = Path(".git/gittrack/live")
    gone = live / ".gone-20260101-000000-aaaaaaaa-99999999"
    empty = live / "20260101-000000-bbbbbbbb"
    cached = Path(".git/gittrack/cache/artifacts/0123")
    for folder in (gone, empty, cached):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(bytes(3000))
        os.utime(folder, (0, 0))
    told = done("gc")
    assert "3 leftover folders of the journal and the cache: 8.8 KiB" in told
    assert [folder.exists() for folder in (gone, empty, cached)] == [False] * 3
    assert [run["name"] for run in listed()] == ["a"]


def test_gc_commits_a_crashed_run_before_anything(tmp_path):
    with gittrack.init(name="a") as run:
        shutil.copytree(f".git/gittrack/live/{run.id}", tmp_path / "saved")
    git(".", "update-ref", "-d", gittrack.get("a").ref)
    shutil.copytree(tmp_path / "saved", f".git/gittrack/live/{run.id}")
    done("gc", "--older-than", "0d")
    assert [(one["name"], one["status"]) for one in listed()] == [("a", "crashed")]


def test_keep_best():
    for n in range(5):
        record(f"r{n}", {"acc": n / 10})
    record("without")
    git(".", "tag", "protected", gittrack.get("r0").info.commit)
    told = done("gc", "--keep-best", "2", "--by", "acc", "--dry-run")
    assert "nothing was moved" in told
    assert len(listed()) == 6
    told = done("gc", "--keep-best", "2", "--by", "acc")
    assert told.startswith(
        "the best 2 of 5 runs by acc (largest, because the name has the word 'acc') stay\n"
    )
    assert "refs/tags/protected names it" in told
    assert {run["name"] for run in listed()} == {"r4", "r3", "r0", "without"}
    assert look("gc", "--keep-best", "2").code == 2
    for ignored in (
        ("-e", "x"),
        ("--min",),
        ("--keep-best", "2", "--by", "acc", "--older-than", "1d"),
    ):
        assert look("gc", *ignored).code == 2
    assert "no run has the metric" in look("gc", "--keep-best", "2", "--by", "nope").err


def test_keep_best_keeps_the_smallest_losses_and_never_guesses():
    for name, loss in (("a", 0.1), ("b", 0.2), ("c", 0.3), ("diverged", float("inf"))):
        record(name, {"val_loss": loss, "score": loss})
    told = done("gc", "--keep-best", "1", "--by", "val_loss", "--dry-run")
    assert told.startswith(
        "the best 1 of 3 runs by val_loss (smallest, because the name has the word 'loss') stay\n"
        "kept: 1 run with NaN or infinity, which cannot be ranked\n"
    )
    assert (" a\n" in told, " b\n" in told, " c\n" in told) == (False, True, True)
    refused = look("gc", "--keep-best", "1", "--by", "score")
    assert refused.code == 2
    assert "it is not known which direction of score is better" in refused.err
    assert "add --min or --max" in refused.err
    assert len(listed()) == 4
    assert done("gc", "--keep-best", "1", "--by", "score", "--max").startswith(
        "the best 1 of 3 runs by score stay\n"
    )
    assert {run["name"] for run in listed()} == {"c", "diverged"}


def test_a_run_that_gc_took_while_it_was_being_restored(monkeypatch):
    """The hook of the user stands for another process that is quicker."""
    record("a")
    done("rm", "a")
    (ref,) = refs("refs/trash/")
    hook = Path(".git/hooks/reference-transaction")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\n[ "$1" = prepared ] && grep -q notes || exit 0\nrm -f {os.getcwd()}/.git/{ref}\n'
    )
    hook.chmod(0o755)
    failed = look("restore", "a")
    assert failed.code == 1
    assert "is not in the trash any more; another process removed or moved it" in failed.err
