"""SIGKILL at every step of a push and of a pull: nothing is lost, and doing it again completes it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import look

from gittrack.models import promote, register
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import trash_of
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.tidy import trash

FOREVER = 1_000_000
# Counts down at each change of refs, and ends all processes of the command when it comes to zero.
HOOK = """#!/bin/sh
left=$(($(cat '{counter}') - 1))
echo $left > '{counter}'
test $left -ne 0 || kill -9 0
"""


@pytest.fixture
def prepared(team) -> Path:
    """The folder of three clones in which ann's next push and bob's next pull have much to do."""
    ann, bob, _ = team
    for clone in team:
        run_git(clone.folder, "remote", "set-url", "origin", "../server.git")
    for name in ("old", "gone", "back"):
        ann.record(name)
    trash.remove(ann.repo, [ann.run("back")])
    ann.push()
    bob.pull()
    trash.restore(ann.repo, trash_of(ann.repo).select(Request()).runs)
    trash.remove(ann.repo, [ann.run("gone")])
    annotate.tag(ann.repo, [Target(ann.run("old").id, ann.run("old").commit)], ["good"], [])
    (ann.folder / "new.py").write_text("1\n")
    ann.record("new")
    ann.enter()
    register.register(ann.repo, "net", ann.run("new"))
    promote.promote(ann.repo, "net@v1", "prod")
    bob.record("mine")
    annotate.note(bob.repo, Target(bob.run("old").id, bob.run("old").commit), "by bob")
    return ann.folder.parent


class Copy:
    """A copy of the prepared folder, in which one command of one person is killed."""

    def __init__(self, prepared: Path, clone_class, monkeypatch, name: str) -> None:
        self.folder = prepared.with_name(f"{prepared.name}-{name}")
        shutil.copytree(prepared, self.folder, symlinks=True)
        self.ann, self.bob = (clone_class(self.folder / who, monkeypatch) for who in ("ann", "bob"))
        self.counter = self.folder / "left"

    def kill(self, action: str, kind: str, at: int) -> tuple[bool, int]:
        """Run ``push`` of ann or ``pull`` of bob; return whether it was killed, and its steps."""
        clone = self.ann if action == "push" else self.bob
        self.counter.write_text(str(at))
        hooks = [self.folder / name / "hooks" for name in ("ann/.git", "bob/.git", "server.git")]
        if kind == "refs":
            for hook in (folder / "reference-transaction" for folder in hooks):
                hook.parent.mkdir(exist_ok=True)
                hook.write_text(HOOK.format(counter=self.counter))
                hook.chmod(0o755)
        status = self._in_child(clone, action, at if kind == "git" else FOREVER)
        for hook in hooks:
            (hook / "reference-transaction").unlink(missing_ok=True)
        assert status in (0, -signal.SIGKILL)
        return status != 0, at - int(self.counter.read_text())

    def _in_child(self, clone, action, starts_of_git) -> int:
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                left = starts_of_git

                def step(event, args):
                    nonlocal left
                    if event == "os.posix_spawn" and args[0] == "git":
                        left -= 1
                        if left == 0:
                            os.killpg(0, signal.SIGKILL)

                sys.addaudithook(step)
                clone.enter()
                getattr(clone, action)()
                if starts_of_git < FOREVER:
                    self.counter.write_text(str(left))
                os._exit(0)
            finally:
                os._exit(1)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def delete_locks(self, *, really: bool = True) -> list[Path]:
        """Delete the lock files that killed processes left, as doctor and git advise."""
        places = (self.folder / "ann/.git", self.folder / "bob/.git", self.folder / "server.git")
        walk = (entry for place in places for entry in os.walk(place))
        files = (Path(folder, name) for folder, _, names in walk for name in names)
        locks = [path for path in files if path.name.endswith((".lock", "packed-refs.new"))]
        locks = [path for path in locks if "gittrack" not in path.relative_to(self.folder).parts]
        for lock in locks if really else ():
            lock.unlink(missing_ok=True)  # of the packing in the background
        return locks

    def refs(self, name: str) -> dict[str, str]:
        form = "--format=%(refname) %(objectname)"
        lines = run_git(self.folder / name, "for-each-ref", form).splitlines()
        return dict(line.split() for line in lines)

    def state(self) -> dict[str, object]:
        """Return all refs of all repositories; of notes the content, because merges have dates."""
        names = ("ann", "bob", "server.git")
        every = {name: self.refs(name) for name in names}
        for name, values in every.items():
            values.pop("refs/notes/origin/runs", None)  # what the last look at the remote showed
            for ref in [ref for ref in values if ref.startswith("refs/notes/")]:
                values[ref] = run_git(self.folder / name, "ls-tree", "-r", ref)
        for list_name in ("pulled", "removed-by-others"):
            path = self.folder / "bob/.git/gittrack" / list_name
            lines = path.read_text().splitlines() if path.exists() else []
            every[list_name] = {line.split()[0] for line in lines}
        return every

    def assert_sound(self, runs: dict[str, set[str]]) -> None:
        """Assert that no repository has a ref without all of its objects, and that no run is lost."""
        for name in ("ann", "bob", "server.git"):
            run_git(self.folder / name, "fsck", "--connectivity-only", "--no-dangling")
            assert runs[name] <= {ref.rpartition("/")[2] for ref in self.refs(name)}, name

    def ids(self) -> dict[str, set[str]]:
        """Return the ids of the runs of each repository, in the trash or not."""
        return {
            name: {ref.rpartition("/")[2] for ref in self.refs(name) if "/default/" in ref}
            for name in ("ann", "bob", "server.git")
        }


def kill_at(prepared, team, monkeypatch, action: str, kind: str, at: int, whole: dict) -> bool:
    """Kill a command at a step and do it again; return whether there was such a step."""
    copy = Copy(prepared, type(team[0]), monkeypatch, f"{action}-{kind}-{at}")
    before = copy.ids()
    was_killed, _ = copy.kill(action, kind, at)
    copy.delete_locks()
    copy.assert_sound(before)
    getattr(copy.ann if action == "push" else copy.bob, action)()
    assert copy.state() == whole, f"{action} killed at step {at} of {kind}"
    shutil.rmtree(copy.folder, ignore_errors=True)  # refs may still be packed in the background
    return was_killed


def uninterrupted(prepared, team, monkeypatch, action: str) -> dict:
    copy = Copy(prepared, type(team[0]), monkeypatch, f"{action}-whole")
    assert copy.kill(action, "git", FOREVER - 1)[0] is False
    return copy.state()


def test_a_kill_while_the_refs_of_a_pull_are_written(prepared, team, monkeypatch):
    """The lock file that it leaves blocks one run until somebody deletes the lock; others come."""
    ann, bob, _ = team
    ann.push()
    whole = uninterrupted(prepared, team, monkeypatch, "pull")
    copy = Copy(prepared, type(bob), monkeypatch, "pull-locked")
    before = copy.ids()
    assert copy.kill("pull", "refs", 5)
    [lock] = copy.delete_locks(really=False)
    run_id = lock.stem
    copy.assert_sound(before)
    copy.bob.enter()
    done = look("pull")
    assert done.code == 1
    assert f"conflict: {run_id}: another git process locked it, or was killed" in done.err
    assert f"rm {lock}, then pull again" in done.err
    copy.delete_locks()
    copy.bob.pull()
    assert copy.state() == whole


@pytest.mark.slow
@pytest.mark.parametrize("action", ["push", "pull"])
@pytest.mark.parametrize("kind", ["git", "refs"])
def test_a_kill_at_every_step(prepared, team, monkeypatch, action, kind):
    if action == "pull":
        team[0].push()
    whole = uninterrupted(prepared, team, monkeypatch, action)
    steps = 1
    while kill_at(prepared, team, monkeypatch, action, kind, steps, whole):
        steps += 1
    assert steps > 8
