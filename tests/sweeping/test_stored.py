"""A sweep is a commit: its file, its plan and its code, which no garbage collection takes."""

import subprocess
from pathlib import Path

import pytest
from helpers import git

from gittrack import git as track_git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.sweeping import stored

IDS = ("20260101-000000-aaaa1111", "20260102-000000-aaaa2222", "20260103-000000-bbbb3333")
TEXT = b"method: grid  # as it was written\n"


def read(repo, index=0):
    return stored.read(repo, stored.list_refs(repo)[index])


def test_a_sweep_is_read_as_it_was_created(repo, create):
    created = create(name="first")
    sweep = read(repo)
    assert (sweep.id, sweep.commit, sweep.text) == (created.id, created.commit, TEXT)
    assert (sweep.name, sweep.facts["params"]) == ("first", {"lr": 0.1})
    assert sweep.code == git(".", "rev-parse", "HEAD")
    assert sweep.required_code.tree == git(".", "rev-parse", "HEAD^{tree}")


def test_uncommitted_code_is_kept_with_the_sweep(repo, create):
    Path("train.py").write_text("changed\n")
    Path("new.py").write_text("new\n")
    sweep = create()
    assert git(".", "show", f"{sweep.code}:train.py") == "changed"
    assert git(".", "show", f"{sweep.code}:new.py") == "new"
    assert sweep.required_code.new == {"new.py"}
    git(".", "gc", "-q", "--prune=now")
    assert git(".", "cat-file", "-t", sweep.required_code.tree) == "tree"


def test_files_that_changed_since_are_named(repo, create, scratch):
    sweep = create()
    same = stored.capture_code(repo, scratch / "same", sweep.required_code)
    assert stored.changed_files(repo, sweep, same) == []
    Path("train.py").write_text("changed\n")
    Path("made_by_training").touch()
    changed = stored.capture_code(repo, scratch / "changed", sweep.required_code)
    assert stored.changed_files(repo, sweep, changed) == ["train.py"]


def test_other_code_is_another_commit_on_top(repo, create, scratch):
    sweep = create()
    Path("train.py").write_text("changed\n")
    accepted = stored.accept_code(repo, sweep, stored.capture_code(repo, scratch / "now"))
    assert read(repo).commit == accepted.commit
    assert read(repo).required_code != sweep.required_code
    assert sweep.commit in git(".", "rev-list", "--parents", "-1", accepted.commit).split()


def test_a_sweep_needs_a_work_tree(repo, scratch):
    git(".", "clone", "-q", "--bare", ".", str(scratch / "bare"))
    with pytest.raises(TrackError, match="cannot be run in a bare repository"):
        stored.capture_code(track_git.find(str(scratch / "bare")), scratch / "code")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"cwd": "/etc"}, "cwd is '/etc'"),
        ({"cwd": "a/../../b"}, "cwd is 'a/../../b'"),
        ({"created": "yesterday"}, "yesterday"),
        ({"command": "rm -rf"}, "command"),
    ],
)
def test_a_plan_that_could_lead_elsewhere_is_damaged(repo, create, more, problem):
    create(**more)
    with pytest.raises(Damaged) as caught:
        read(repo)
    assert problem in caught.value.message


def test_code_that_looks_like_an_option_is_damaged(repo, create):
    ref, head = layout.sweep_ref(IDS[0]), git(".", "rev-parse", "HEAD")
    create()
    plan = git(".", "show", f"{ref}:{layout.PLAN}")
    Path("forged.yaml").write_text(plan.replace(head, "--upload-pack=x"))
    plan_blob = git(".", "hash-object", "-w", "forged.yaml")
    text_blob = git(".", "rev-parse", f"{ref}:{layout.SWEEP}")
    entries = f"100644 blob {plan_blob}\t{layout.PLAN}\n100644 blob {text_blob}\t{layout.SWEEP}\n"
    tree = subprocess.run(["git", "mktree"], input=entries, capture_output=True, text=True).stdout
    git(".", "update-ref", ref, git(".", "commit-tree", "-m", "forged", tree.strip()))
    with pytest.raises(Damaged, match=r"code\.commit is '--upload-pack=x'"):
        read(repo)
