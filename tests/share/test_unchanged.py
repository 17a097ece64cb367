"""A push or a pull that had nothing to do is remembered, until anything changes on either side."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import look

from gittrack import git
from gittrack.core import layout
from gittrack.share import annotation_merge, remotes, unchanged
from gittrack.share.choosing.options import PullOptions
from gittrack.tidy import trash


def remembered(clone, call: str) -> bool:
    return unchanged.recall(clone.repo, unchanged.look(clone.repo, None, call)) is not None


PULL = PullOptions().call


@pytest.fixture
def settled(team):
    """Two clones with the same run, which have pushed and pulled all."""
    ann, bob, _ = team
    ann.record("a")
    ann.push(), bob.pull()
    ann.push(), bob.push(), bob.pull(), ann.pull()
    assert [remembered(ann, unchanged.PUSH), remembered(bob, PULL)] == [True, True]
    return ann, bob


def test_nothing_new_is_not_worked_out_again(settled, monkeypatch):
    ann, bob = settled

    def refuse(*args, **options):
        raise AssertionError("it is worked out again")

    monkeypatch.setattr(annotation_merge, "receive", refuse)
    ann.enter()
    assert look("push").out == "origin has everything already\n"
    bob.enter()
    assert look("pull").out == "0 new from origin\n"
    assert look("push").out == "origin has everything already\n"


def test_nothing_new_imports_little(settled):
    settled[0].enter()
    code = "import sys\nfrom gittrack.cli.main import main\nassert main(['push']) == 0\n"
    code += "slow = {'argparse', 'hashlib', 'json', 'pathlib', 'gittrack.share.remotes'} & set(sys.modules)\n"
    subprocess.run([sys.executable, "-c", f"{code}assert not slow, slow"], check=True)


def test_nothing_new_costs_two_calls_of_git(settled, monkeypatch):
    _, bob = settled
    run_git(bob.folder, "pack-refs", "--all")
    run_git(bob.folder, "fetch", "origin")  # with a symbolic ref of the remote's branch
    bob.pull(), bob.pull()
    calls = []
    start = git.Call.__init__

    def counted(call, args, **options):
        calls.append(next(word for word in args if word in ("config", "ls-remote")))
        start(call, args, **options)

    monkeypatch.setattr(git.Call, "__init__", counted)
    bob.enter()
    assert look("pull").out == "0 new from origin\n"
    assert calls == ["config", "ls-remote"]


def test_what_changes_while_it_is_worked_out_is_not_remembered(settled, monkeypatch):
    ann, _ = settled
    run_git(ann.folder, "tag", "v1")
    before = unchanged.look(ann.repo, None, unchanged.PUSH)
    ann.record("b")
    unchanged.remember(ann.repo, before, 0)
    assert unchanged.recall(ann.repo, before) is None


def test_a_ref_that_only_git_can_read_is_listed(settled):
    _, bob = settled
    target = bob.run("a").ref
    run_git(bob.folder, "symbolic-ref", "refs/tags/link", target)
    states = [unchanged.look(bob.repo, None, PULL) for _ in range(2)]
    assert states[0].here[0] == "listed"
    run_git(bob.folder, "update-ref", target, "HEAD")
    states.append(unchanged.look(bob.repo, None, PULL))
    assert [states[0].digest == state.digest for state in states] == [True, True, False]


def _write(clone, name: str) -> None:
    path = Path(layout.home(clone.repo.common_dir), name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("1\n")


def _commit(clone, name: str, text: str) -> None:
    Path(clone.folder, name).write_text(text)
    run_git(clone.folder, "add", name)
    run_git(clone.folder, "commit", "-qm", name)


CHANGES = {
    "a run here": lambda ann, bob: bob.record("b"),
    "a run there": lambda ann, bob: (ann.record("b"), ann.push()),
    "a note here": lambda ann, bob: (bob.enter(), look("note", "a", "text")),
    "a note there": lambda ann, bob: (ann.enter(), look("note", "a", "text"), ann.push()),
    "a branch there that is a run": lambda ann, bob: run_git(
        ann.folder, "push", "-q", "origin", "HEAD:refs/heads/gittrack/runs/x"
    ),
    "a tag here": lambda ann, bob: run_git(bob.folder, "tag", "v1"),
    "a setting": lambda ann, bob: run_git(bob.folder, "config", "track.store", "/nowhere"),
    "the URL": lambda ann, bob: run_git(bob.folder, "remote", "set-url", "origin", "../server.git"),
    "a run that waits": lambda ann, bob: _write(bob, f"waiting/{bob.run('a').id}"),
    "a run in the trash": lambda ann, bob: trash.remove(bob.repo, [bob.run("b")]),
    "a large file": lambda ann, bob: _write(bob, "store/sha256/ab/cd/abcd"),
    "the server of large files, in the project": lambda ann, bob: _commit(
        bob, ".lfsconfig", "[lfs]\n\turl = https://example.org/lfs\n"
    ),
    "no branch, as in the code of a run": lambda ann, bob: run_git(
        bob.folder, "checkout", "-q", "--detach"
    ),
    "a large file that is expected": lambda ann, bob: _write(bob, "expected"),
    "a list of what was sent": lambda ann, bob: _write(bob, "sent/abcd"),
    "a run that goes on": lambda ann, bob: Path(
        layout.live_dir(bob.repo.common_dir), bob.run("a").id
    ).mkdir(parents=True),
}


def test_a_change_makes_it_worked_out_again(settled):
    ann, bob = settled
    digests = [unchanged.look(bob.repo, None, PULL).digest]
    for name, change in CHANGES.items():
        change(ann, bob)
        digests.append(unchanged.look(bob.repo, None, PULL).digest)
        assert len(set(digests)) == len(digests), name


def test_what_is_not_settled_is_never_remembered(team):
    ann, *_ = team
    assert not remembered(ann, PullOptions(where="age > 1d").call)
    assert not unchanged.look(ann.repo, None, "").digest


def test_a_sweep_that_did_not_come_is_asked_for_again(settled):
    ann, bob = settled
    sweep = f"{layout.SWEEPS}20260101-000000-00000001"
    for clone, text in ((ann, "1"), (bob, "2")):  # they differ, so each side keeps its own
        oid = run_git(clone.folder, "commit-tree", "-m", text, "HEAD^{tree}").strip()
        run_git(clone.folder, "update-ref", sweep, oid)
    ann.push()
    bob.pull(), bob.pull()
    assert not remembered(bob, PULL)


def test_a_damaged_memory_only_costs_time(settled):
    _, bob = settled
    path = Path(layout.cache_dir(bob.repo.common_dir), "nothing-new")
    for content in (b"", b"\xff\n\n", path.read_bytes().replace(b" ", b" x")):
        path.write_bytes(content)
        assert not remembered(bob, PULL)
        assert not bob.pull().new
        assert remembered(bob, PULL)
    for _ in range(20):
        bob.pull(n=1)
        os.utime(layout.pulled_path(bob.repo.common_dir))  # each is another state
    assert len(path.read_bytes().splitlines()) <= 16


def test_names_of_remotes_are_those_of_git(team):
    ann, *_ = team
    for key, value in (("remote.my.server.url", "x"), ("remote.pushDefault", "origin")):
        run_git(ann.folder, "config", key, value)
    assert remotes.names_of(ann.repo) == set(run_git(ann.folder, "remote").split())
