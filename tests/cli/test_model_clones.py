"""The model registry among several: processes at once, clones apart, other tools."""

import json
import subprocess
import sys

import pytest
from helpers import git, model, record, repo, run_cli, start

import gittrack


@pytest.fixture
def three(project):
    """Three registered versions, the first of them in production."""
    for number in (1, 2, 3):
        record(f"r{number}")
        gittrack.registry().register("m", f"r{number}")
    gittrack.registry().promote("m", 1, "production")
    return project


PROMOTING = """
import sys, gittrack
registry = gittrack.registry()
for turn in range(6):
    registry.promote("m", (turn + int(sys.argv[1])) % 3 + 1, sys.argv[2])
"""


def test_processes_that_promote_at_once(three, tmp_path):
    """One event a number, none lost, whatever the stage; and another tool may write in between."""
    started = [
        start(sys.executable, "-c", PROMOTING, str(n), stage)
        for n, stage in ((1, "staging"), (2, "canary"), (3, "eu/west"))
    ]
    for process in started:
        assert process.wait() == 0, process.communicate()
    tags = [tag for tag in git(".", "tag").split("\n") if "#" in tag]
    assert sorted(int(tag.rpartition("#")[2]) for tag in tags) == list(range(1, 20))
    assert run_cli("doctor").out.endswith("all is well\n")


def test_a_plan_is_made_anew_where_another_tool_was_quicker(three):
    hook = three / ".git/hooks/reference-transaction"
    # The first transaction fails, and there is a tag then that was not there when it was planned.
    hook.write_text(
        '#!/bin/sh\n[ "$1" = prepared ] || exit 0\n[ ! -e raced ] || exit 0\n: > raced\n'
        "git tag -a -m x 'm#production#7' 'm@v2.0.0^{}'\nexit 1\n"
    )
    hook.chmod(0o755)
    model("promote", "m@3", "production")
    found = json.loads(model("history", "m", "--stage", "production", "--json"))
    assert [(e["number"], e["version"]) for e in found] == [(1, 1), (7, 2), (8, 3)]


def test_two_clones_that_promoted_offline(three, tmp_path):
    """Both sides are shown, nothing is overwritten, and the next promotion settles it for both."""
    fetch = ("fetch", "-q", str(three), "refs/tags/*:refs/tags/*", "refs/models/*:refs/models/*")
    bob = repo(path=tmp_path / "bob")
    git(bob, *fetch)
    git(bob, "config", "user.name", "Bob")
    assert run_cli("model", "promote", "m@2", "production", cwd=bob).code == 0
    model("promote", "m@3", "production")
    before = git(".", "for-each-ref")
    subprocess.run(["git", "fetch", "-q", bob, "refs/tags/*:refs/tags/*"], check=False)
    assert git(".", "for-each-ref") == before
    for shown in (model("ls"), model("show", "m"), run_cli("doctor").out):
        assert "conflict: two events of m are number 2\n" in shown
        assert "promote v3 production, by Ada" in shown
        assert "promote v2 production, by Bob" in shown
    assert json.loads(model("ls", "--json"))[0]["conflicts"][0]["theirs"]["version"] == 2
    assert model("promote", "m@3", "production") == "m v3: stays in production\n"
    assert "conflict" not in model("ls")
    subprocess.run(["git", "fetch", "-q", three, "refs/tags/*:refs/tags/*"], cwd=bob, check=False)
    shown = json.loads(run_cli("model", "show", "m@production", "--json", cwd=bob).out)
    assert shown["version"] == 3
    assert (
        "repaired: refs/models/m/production said v2, the events say v3"
        in run_cli("doctor", cwd=bob).out
    )
    assert git(bob, "rev-parse", "refs/models/m/production") == git(".", "rev-parse", "m@v3.0.0")


def test_tags_of_a_remote_that_are_kept_apart(three, tmp_path):
    bob = repo(path=tmp_path / "bob")
    git(bob, "fetch", "-q", str(three), "refs/tags/*:refs/tags/*")
    run_cli("model", "promote", "m@2", "staging", cwd=bob)
    model("promote", "m@3", "staging")
    git(".", "fetch", "-q", str(bob), "+refs/tags/*:refs/remotes/bob/tags/*")
    git(".", "fetch", "-q", str(bob), "HEAD")  # so that it is not the last fetch that tells
    assert "promote v2 staging" in model("ls")
    assert "in bob" in model("ls")


def test_stage_refs_that_other_tools_left_behind(three):
    """The events win; the next change of the model, or doctor, puts the refs right."""
    git(".", "tag", "-a", "-m", "by hand", "m#production#2", "m@v2.0.0^{}")
    assert json.loads(model("show", "m@production", "--json"))["version"] == 2
    model("promote", "m@3", "staging")
    assert git(".", "rev-parse", "refs/models/m/production") == git(".", "rev-parse", "m@v2.0.0")
    git(".", "update-ref", "refs/models/m/production", "HEAD")
    git(".", "update-ref", "refs/models/n/production", "HEAD")
    git(".", "update-ref", "-d", "refs/models/m/staging")
    head = git(".", "rev-parse", "HEAD")[:12]
    told = run_cli("doctor")
    assert told.out.split("\n")[1:4] == [
        f"repaired: refs/models/m/production said {head}, the events say v2",
        "repaired: refs/models/m/staging said nothing, the events say v3",
        "not repaired (it has no tag: fetch the tags, or delete the ref with git update-ref -d): "
        f"refs/models/n/production said {head}, the events say nothing",
    ]
    assert told.code == 1
    git(".", "update-ref", "-d", "refs/models/n/production")
    assert run_cli("doctor").out.endswith("all is well\n")


def test_one_damaged_tag_among_others(three):
    """The others are shown, the exit status says so, and doctor tells which."""
    oid = git(".", "rev-parse", "m@v2.0.0")
    path = three / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(b"rubbish")
    for spoilt in (lambda: None, path.unlink):
        spoilt()
        done = run_cli("model", "ls", "m", "--json")
        assert (done.code, [one["version"] for one in json.loads(done.out)]) == (1, [3, 1])
        assert "1 tags cannot be read; see: git track doctor" in done.err
        assert "refs/tags/m@v2.0.0: " in run_cli("doctor").out
    git(".", "tag", "-d", "m@v2.0.0")
    (three / ".git/refs/models/m/production").write_text("")
    assert "said nothing that can be read, the events say v1" in run_cli("doctor").out
    assert model("promote", "m@3", "production").startswith("m v3: ")


def test_a_tag_that_somebody_forged(three):
    head = git(".", "cat-file", "tag", "m@v1.0.0").partition("\n\n")[0].replace("v1.0.0", "v9.0.0")
    facts = 'metrics: 7\nrun: [1]\nby: E\nat: "\\u001b[31m"\nwhy: "\\u001b[31m"\n'
    (three / "forged").write_text(f"{head}\n\nregister: m\n\n{facts}")
    oid = git(".", "hash-object", "-t", "tag", "-w", "forged")
    git(".", "update-ref", "refs/tags/m@v9.0.0", oid)
    for words in (("ls",), ("ls", "m"), ("show", "m"), ("history", "m"), ("show", "m@9", "--json")):
        assert "\x1b" not in model(*words)


def test_looking_at_a_registry_that_cannot_be_written(three):
    git(".", "config", "track.stages", "production")
    bare = three / "bare.git"
    git(".", "clone", "-q", "--mirror", ".", str(bare))
    assert run_cli("model", "show", "m@production", cwd=bare).code == 0
    assert run_cli("model", "promote", "m@2", "production", cwd=bare).code == 0
    assert run_cli("model", "ls", cwd=three.parent).err.startswith(
        "error: this is not inside a git"
    )
