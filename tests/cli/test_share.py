"""Sharing with plain git, by the lines of docs/by-hand.md; and the settings that doctor warns about."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT, git, listed, model, record, repo, run_cli

import gittrack

PAGE = (ROOT / "docs" / "by-hand.md").read_text().partition("## Share runs with plain git\n")[2]
RUNS, MODELS = (block.strip().splitlines() for block in PAGE.split("```")[1:4:2])
STAGES, FETCH, DOCTOR, ENDED, PUSH = MODELS


@pytest.fixture
def clones(tmp_path, monkeypatch):
    """Three clones of one bare repository, which prune at each fetch."""
    git(repo(path=tmp_path / "first"), "clone", "-q", "--bare", ".", "../server.git")
    folders = [tmp_path / name for name in ("ann", "bob", "cid")]
    for folder in folders:
        git(tmp_path, "clone", "-q", "server.git", folder.name)
        git(folder, "config", "fetch.prune", "true")
    return folders


def sh(folder, *lines, code=0):
    """Run lines of the page, of which the first that fails ends it."""
    tool = f'git() {{ if [ "$1" = track ]; then shift; {shlex.quote(sys.executable)} -m gittrack "$@"; '
    tool += 'else command git "$@"; fi; }\n'
    done = subprocess.run(
        ["sh", "-e", "-c", tool + "\n".join(lines)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def share(folder):
    sh(folder, *RUNS)


def begin(folder, name):
    assert run_cli("run", "-n", name, "--", "true", cwd=folder).code == 0


def names(folder):
    return sorted(run["name"] for run in listed(cwd=folder))


def test_nothing_to_share_is_no_error(clones):
    for folder in clones:
        share(folder)


@pytest.mark.parametrize("order", [(0, 1, 2), pytest.param((2, 1, 0), marks=pytest.mark.slow)])
def test_runs_and_annotations_of_three_people(clones, order):
    ann, bob, cid = (clones[number] for number in order)
    begin(ann, "a")
    begin(bob, "b")
    for folder in (cid, ann, bob, cid):
        share(folder)
    assert names(cid) == names(bob) == ["a", "b"]
    begin(cid, "c")
    for folder, word in ((ann, "first"), (bob, "second"), (cid, "third")):
        assert run_cli("note", "a", word, cwd=folder).code == 0
    for folder in (cid, bob, ann, cid, bob):
        share(folder)
    for folder in clones:
        assert names(folder) == ["a", "b", "c"]
        shown = run_cli("show", "a", cwd=folder).out
        assert [word in shown for word in ("first", "second", "third")] == [True] * 3
        assert run_cli("doctor", cwd=folder).code == 0


def test_a_push_without_annotations_works(clones):
    ann, bob, _ = clones
    ref = "refs/runs/x/20260101-000000-00000001"
    git(ann, "update-ref", ref, "HEAD")
    share(ann)
    share(bob)
    assert git(bob, "rev-parse", ref) == git(ann, "rev-parse", "HEAD")


def test_notes_that_somebody_pushed_in_between_are_kept(clones):
    ann, bob, _ = clones
    begin(ann, "a")
    share(ann)
    share(bob)
    run_cli("note", "a", "mine", cwd=ann)
    run_cli("note", "a", "theirs", cwd=bob)
    sh(ann, *RUNS[:2])
    share(bob)
    assert "rejected" in sh(ann, *RUNS[2:], code=1)
    share(ann)
    share(bob)
    for folder in (ann, bob):
        shown = run_cli("show", "a", cwd=folder).out
        assert ("mine" in shown, "theirs" in shown) == (True, True)


@pytest.fixture
def registered(clones, monkeypatch):
    """Two clones that have a model with two versions."""
    ann, bob, _ = clones
    monkeypatch.chdir(ann)
    for name in ("r1", "r2"):
        record(name)
        model("register", "m", name)
    for folder in (ann, bob):
        share(folder)
        sh(folder, *MODELS)
    return ann, bob


def test_a_promotion_that_is_rejected_moves_no_stage(registered, monkeypatch):
    ann, bob = registered
    server = ann.parent / "server.git"
    for folder, version in ((ann, "m@1"), (bob, "m@2")):
        monkeypatch.chdir(folder)
        model("promote", version, "production")
    sh(ann, *MODELS)
    before = git(server, "for-each-ref")
    assert "rejected" in sh(bob, *(STAGES, ENDED, PUSH), code=1)
    assert git(server, "for-each-ref") == before
    # The way out: the next promotion settles it, and the tag that was refused goes.
    sh(bob, FETCH, code=1)
    model("promote", "m@2", "production")
    git(bob, "tag", "-d", "m#production#1")
    sh(bob, *MODELS)
    sh(ann, *MODELS)
    for folder in (ann, bob, server):
        stage = git(folder, "rev-parse", "refs/models/m/production^{commit}")
        assert stage == git(folder, "rev-parse", "m@v2.0.0^{commit}")


def test_a_promotion_that_two_clones_made_alike_says_why_git_refuses_its_tag(registered):
    ann, bob = registered
    for folder in (ann, bob):
        assert run_cli("model", "promote", "m@1", "production", cwd=folder).code == 0
    sh(ann, *MODELS)
    sh(bob, FETCH, code=1)
    assert "rejected" in sh(bob, STAGES, ENDED, PUSH, code=1)
    done = run_cli("doctor", cwd=bob)
    assert done.code == 1
    assert "both mean the same" in done.out
    assert "git tag -d 'm#production#1', and fetch theirs" in done.out
    git(bob, "tag", "-d", "m#production#1")
    sh(bob, *MODELS)
    assert "all is well" in run_cli("doctor", cwd=bob).out


def test_tags_that_were_not_pushed_outlive_a_fetch_that_prunes_tags(registered):
    ann, _ = registered
    git(ann, "config", "fetch.pruneTags", "true")
    model("promote", "m@1", "production")
    sh(ann, FETCH)
    assert git(ann, "tag", "-l", "m#*") == "m#production#1"


def test_an_old_stage_is_not_pushed_over_a_newer_one(registered, monkeypatch):
    ann, bob = registered
    model("promote", "m@1", "production")
    for folder in (ann, bob):
        sh(folder, *MODELS)
    model("promote", "m@2", "production")
    sh(ann, *MODELS)
    sh(bob, *MODELS)
    server = ann.parent / "server.git"
    assert git(server, "rev-parse", "refs/models/m/production^{commit}") == (
        git(server, "rev-parse", "m@v2.0.0^{commit}")
    )


def test_a_stage_that_ended_goes_from_the_remote(registered, monkeypatch):
    ann, bob = registered
    server = ann.parent / "server.git"
    for stage in ("production", "staging"):
        model("promote", "m@1", stage)
    for folder in (ann, bob):
        sh(folder, *MODELS)
    model("demote", "m@1", "production")
    git(bob, "tag", "own")  # a tag that only the remote has is never deleted
    sh(bob, *MODELS)
    sh(ann, *MODELS)
    for folder in (ann, server):
        assert git(folder, "for-each-ref", "--format=%(refname)", "refs/models/m/") == (
            "refs/models/m/staging"
        )
    assert git(server, "tag", "-l", "own") == "own"


def test_a_stage_that_somebody_began_again_is_not_deleted(registered, monkeypatch):
    ann, bob = registered
    server = ann.parent / "server.git"
    model("promote", "m@1", "production")
    for folder in (ann, bob):
        sh(folder, *MODELS)
    model("demote", "m@1", "production")
    monkeypatch.chdir(bob)
    model("promote", "m@2", "production")
    # Bob's push arrives between Ann's fetch and her push.
    seen = sh(ann, STAGES, 'echo "$stages"')
    sh(bob, *MODELS)
    before = git(server, "for-each-ref")
    sh(ann, f"stages='{seen.strip()}'", ENDED, PUSH, code=1)
    assert git(server, "for-each-ref") == before


def test_of_two_clones_that_register_one_version_the_second_registers_again(
    registered, monkeypatch
):
    ann, bob = registered
    server = ann.parent / "server.git"
    for folder, name in ((ann, "r3"), (bob, "r4")):
        monkeypatch.chdir(folder)
        record(name)
        model("register", "m", name)
        model("promote", "m@3", "production")
    for folder in (ann, bob):
        share(folder)
    sh(ann, *MODELS)
    before = git(server, "for-each-ref")
    sh(bob, FETCH, code=1)
    assert "rejected" in sh(bob, STAGES, ENDED, PUSH, code=1)
    assert git(server, "for-each-ref") == before
    # The way out: the own tags go, and the run gets the next number.
    shown = run_cli("doctor", cwd=bob).out
    assert "two events" not in shown
    assert "settle it: git tag -d 'm@v3.0.0' 'm#production#1', fetch again" in shown
    git(bob, "tag", "-d", "m@v3.0.0", "m#production#1")
    sh(bob, *MODELS)
    model("register", "m", "r4")
    model("promote", "m@4", "production")
    sh(bob, *MODELS)
    sh(ann, *MODELS)
    for folder in (ann, bob, server):
        stage = git(folder, "rev-parse", "refs/models/m/production^{commit}")
        assert stage == git(folder, "rev-parse", "m@v4.0.0^{commit}")
    assert run_cli("doctor", cwd=bob).code == 0


RISKS = {
    "fetch refs/runs/*:refs/runs/*": "git fetch --prune deletes runs that were not pushed",
    "fetch +refs/runs/*:refs/runs/*": "git fetch overwrites runs with those of the remote",
    "fetch +refs/notes/runs:refs/notes/runs": "git fetch overwrites annotations",
    "fetch +refs/notes/*:refs/notes/*": "git fetch overwrites annotations",
    "fetch refs/sweeps/*:refs/sweeps/*": "git fetch --prune deletes sweeps",
    "fetch +refs/models/*:refs/models/*": "git fetch overwrites models",
    "fetch +refs/trash/*:refs/trash/*": "git fetch overwrites the trash",
    "fetch +refs/*:refs/*": "git fetch overwrites runs, sweeps, the trash, models, annotations",
    "push +refs/notes/runs": "git push overwrites annotations on the remote",
    "push +refs/models/*:refs/models/*": "git push overwrites models on the remote",
    "push :refs/runs/x/20260101-000000-00000001": "git push deletes runs on the remote",
    "mirror true": "git push deletes refs on the remote that others pushed and you did not fetch",
}


@pytest.mark.parametrize("line", RISKS)
def test_doctor_and_init_name_a_setting_that_can_lose_something(project, line):
    name, value = line.split(" ", 1)
    git(".", "remote", "add", "origin", "../server.git")
    git(".", "config", "--add", f"remote.origin.{name}", value)
    told = f"remote.origin.{name} is {value}: {RISKS[line]}"
    doctor = run_cli("doctor")
    assert (doctor.code, told in doctor.out) == (1, True), doctor.out
    assert f"warning: {told}" in run_cli("init").err
    remedy = re.search(r"remove it: (.*?); docs/sharing.md", doctor.out)
    sh(".", remedy[1])
    assert run_cli("doctor").out.endswith("all is well\n")


@pytest.mark.parametrize("key", ["fetch.prune", "remote.origin.prune"])
def test_doctor_says_that_pruning_is_on(project, key):
    git(".", "remote", "add", "origin", "../server.git")
    git(".", "config", "--global", key, "true")
    assert run_cli("doctor").code == 0
    git(".", "config", "--add", "remote.origin.fetch", "refs/runs/*:refs/runs/*")
    told = "git fetch deletes runs that were not pushed, because pruning is on"
    assert told in run_cli("doctor").out


def test_tags_count_only_if_there_are_models(project):
    git(".", "remote", "add", "origin", "../server.git")
    git(".", "config", "fetch.prune", "true")
    git(".", "config", "fetch.pruneTags", "true")
    git(".", "config", "--add", "remote.origin.fetch", "+refs/tags/*:refs/tags/*")
    git(".", "tag", "v1")
    assert run_cli("doctor").code == 0
    model_run = record("a")
    gittrack.registry().register("m", model_run)
    doctor = run_cli("doctor").out
    assert "fetch.prunetags is true: git fetch deletes tags of models" in doctor
    assert "remote.origin.fetch is +refs/tags/*:refs/tags/*: git fetch deletes tags" in doctor


@pytest.mark.parametrize(
    "line",
    [
        "fetch +refs/heads/*:refs/remotes/origin/*",
        "fetch +refs/notes/runs*:refs/notes/origin/runs*",
        "fetch +refs/notes/commits:refs/notes/commits",
        "push refs/runs/*:refs/runs/*",
        "push refs/heads/main",
        "mirror false",
    ],
)
def test_doctor_is_content_with_lines_that_lose_nothing(project, line):
    name, value = line.split(" ", 1)
    git(".", "remote", "add", "origin", "../server.git")
    git(".", "config", "fetch.prune", "true")
    git(".", "config", "--add", f"remote.origin.{name}", value)
    assert run_cli("doctor") == (0, "0 runs, 0 going on\nall is well\n", "")


def test_a_mirror_that_is_a_backup_is_no_risk(project):
    git(".", "clone", "-q", "--mirror", ".", "../backup.git")
    assert "remote.origin" not in run_cli("doctor", cwd=Path("../backup.git")).out
