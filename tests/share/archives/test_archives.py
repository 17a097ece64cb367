"""share/archives: folded runs go to a remote as one archive, and two clones that fold differently agree."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git
from helpers import look

import gittrack
from gittrack import git
from gittrack.core import layout
from gittrack.folding import archive, checking
from gittrack.folding.archive import Chunk
from gittrack.git import objects
from gittrack.share import push, remotes
from gittrack.share.archives import looking, sending
from gittrack.tidy import collect, fold, fold_plan


class Clone:
    """A clone of the team's remote, with the verbs that the tests use."""

    def __init__(self, name: str) -> None:
        run_git(".", "init", "-q", name)
        run_git(name, "remote", "add", "origin", str(Path("remote.git").absolute()))
        self.path, self.repo = Path(name), git.find(name)

    def do(self, patch, *words: str, code: int = 0) -> str:
        with patch.context() as inside:
            inside.chdir(self.path)
            done = look(*words)
        assert done.code == code, (words, done)
        return done.out + done.err

    def commit(self, *numbers: int) -> None:
        for number in numbers:
            run_values.commit(self.repo, number, name=f"n{number}", metrics={"acc": number})

    def fold(self, *numbers: int) -> None:
        """Fold these runs; none: all."""
        members = fold_plan.plan(self.repo, 0, time.time() + 1).members
        ids = {run_values.run_id(number) for number in numbers}
        fold.fold(self.repo, [m for m in members if not numbers or m.id in ids])

    @property
    def refs(self) -> list[str]:
        """The refs of runs, and of the archive, each as its last character."""
        names = run_git(
            self.path, "for-each-ref", "--format=%(refname)", "refs/runs", "refs/archive"
        )
        return sorted(name[-1] for name in names.split())

    @property
    def names(self) -> list[str | None]:
        return [run.name for run in gittrack.runs(repo=self.path)]

    @property
    def tip(self) -> str | None:
        return archive.tip(self.repo)


@pytest.fixture
def team(tmp_path) -> tuple[Clone, Clone]:
    """Two clones; the first has runs 0 to 3."""
    run_git(".", "init", "-q", "--bare", "remote.git")
    ada, bob = Clone("ada"), Clone("bob")
    ada.commit(0, 1, 2, 3)
    return ada, bob


def there() -> list[str]:
    names = run_git(
        "remote.git", "for-each-ref", "--format=%(refname)", "refs/runs", "refs/archive"
    )
    return sorted(name[-1] for name in names.split())


EVERY = ["n3", "n2", "n1", "n0"]


def test_an_archive_goes_and_comes_as_one_ref(team, monkeypatch):
    ada, bob = team
    ada.fold(0, 1, 2)
    assert "4 runs" in ada.do(monkeypatch, "push", "--yes")
    assert there() == ["3", "s"]  # run 3 and the archive of runs
    assert "everything already" in ada.do(monkeypatch, "push")
    assert bob.do(monkeypatch, "pull") == "4 new from origin\n"
    assert (bob.names, bob.refs, bob.tip) == (EVERY, ["3", "s"], ada.tip)
    assert run_git("bob", "for-each-ref", "refs/gittrack") == ""
    assert "everything already" in bob.do(monkeypatch, "push", "--yes")


@pytest.mark.slow
def test_a_clone_that_has_not_folded_sees_each_run_once(team, monkeypatch):
    ada, bob = team
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    assert there() == bob.refs == ["0", "1", "2", "3"]
    ada.fold()
    ada.do(monkeypatch, "push")
    assert there() == ["s"]
    bob.do(monkeypatch, "pull")
    assert bob.names == EVERY
    assert bob.refs == ["0", "1", "2", "3", "s"]
    bob.do(monkeypatch, "push", "--yes")
    assert there() == ["s"]
    bob.fold()
    assert (bob.refs, bob.tip) == (["s"], ada.tip)


def test_each_push_deletes_some_refs_of_folded_runs_until_none_is_left(team, monkeypatch):
    ada, _ = team
    ada.do(monkeypatch, "push", "--yes")
    ada.fold()
    monkeypatch.setattr(sending, "_MOST_DELETED", 2)
    assert "the archive of folded runs" in ada.do(monkeypatch, "push")
    assert there() == ["2", "3", "s"]  # the archive of runs is one
    assert "deletes 2 refs" in ada.do(monkeypatch, "push", "--dry-run")
    run_git("remote.git", "config", "receive.denyDeletes", "true")
    assert "everything already" in ada.do(monkeypatch, "push")
    assert ada.do(monkeypatch, "push") == "origin has everything already\n"  # it is not tried again
    run_git("remote.git", "config", "receive.denyDeletes", "false")
    ada.commit(4)
    ada.do(monkeypatch, "push")
    assert there() == ["4", "s"]
    assert ada.do(monkeypatch, "push") == "origin has everything already\n"


def test_folded_runs_of_one_remote_go_to_another_only_if_asked(team, monkeypatch):
    ada, bob = team
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    bob.commit(5)
    bob.fold()
    run_git(".", "init", "-q", "--bare", "public.git")
    run_git("bob", "remote", "add", "public", str(Path("public.git").absolute()))
    out = bob.do(monkeypatch, "push", "public", "--yes")
    assert "pushed 1 run to public; 4 runs of other people left out (--all)" in out
    names = ("for-each-ref", "--format=%(refname)")
    assert run_git("public.git", *names).split() == [
        layout.run_ref("default", run_values.run_id(5))
    ]
    assert "everything already; 4 runs" in bob.do(monkeypatch, "push", "public")
    assert "1 run, the archive" in bob.do(
        monkeypatch, "push", "--yes"
    )  # it has the other runs already
    assert "4 runs, the archive" in bob.do(monkeypatch, "push", "public", "--all")


def test_two_clones_that_fold_differently_merge(team, monkeypatch):
    ada, bob = team
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    bob.commit(4)
    ada.fold(0, 1)
    bob.fold(1, 2, 4)
    ada.do(monkeypatch, "push")
    bob.do(monkeypatch, "push", "--yes")
    ada.do(monkeypatch, "pull")
    assert ada.tip == bob.tip
    assert ada.names == bob.names == ["n4", *EVERY]
    both = archive.read(ada.repo, ada.tip)
    assert len(archive.commits(ada.repo, both)) == 4
    assert checking.check(ada.repo, both) == ""
    assert there() == ["3", "s"]


def test_a_remote_may_have_any_name(team, monkeypatch):
    ada, bob = team
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    ada.fold(0, 1)
    bob.fold(2)
    run_git(bob.path, "remote", "rename", "origin", "next")
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull", "next")
    assert bob.names == EVERY
    assert run_git(bob.path, "for-each-ref", "refs/gittrack/archives") == ""


def test_the_newest_runs_are_pulled_without_the_archive(team, monkeypatch):
    ada, bob = team
    ada.fold(0, 1)
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull", "-n", "2")
    assert (bob.names, bob.refs) == (["n3", "n2"], ["2", "3"])
    bob.do(monkeypatch, "pull", run_values.run_id(1))  # one of the archive brings it
    assert bob.names == EVERY


def test_old_runs_that_have_refs_are_not_taken_for_the_newest(team, monkeypatch):
    ada, bob = team
    ada.fold(2, 3)
    ada.do(monkeypatch, "push", "--yes")
    assert there() == ["0", "1", "s"]
    bob.do(monkeypatch, "pull", "-n", "2")
    assert bob.names == ["n3", "n2"]


def test_the_newest_folded_runs_come_without_the_others(team, monkeypatch):
    ada, bob = team
    ada.fold(0, 1, 2, 3)
    ada.do(monkeypatch, "push", "--yes")
    assert "2 new" in bob.do(monkeypatch, "pull", "-n", "2")
    assert bob.names == ["n3", "n2"]
    assert run_git("bob", "for-each-ref", layout.ARCHIVE) == ""
    run_git("bob", "fsck", "--connectivity-only")
    bob.do(monkeypatch, "push", "--yes")  # they are runs of others
    assert there() == ["s"]
    bob.do(monkeypatch, "pull")
    assert bob.names == EVERY
    assert run_git("bob", "for-each-ref", layout.ARCHIVE) != ""


def test_the_archive_comes_if_a_ref_has_another_attempt_of_a_run(team, monkeypatch):
    ada, bob = team
    ref = layout.run_ref("default", run_values.run_id(3))
    first = run_git("ada", "rev-parse", ref)
    later = run_values.resume(ada.repo, 3)
    ada.fold(0, 1, 2, 3)
    ada.do(monkeypatch, "push", "--yes")
    run_git("ada", "push", "-q", "origin", f"+{first}:{ref}")
    bob.do(monkeypatch, "pull", "-n", "1")
    assert gittrack.get(run_values.run_id(3), repo="bob").info.commit == later


def test_a_host_that_gives_out_only_refs_sends_the_archive(team, monkeypatch):
    ada, bob = team
    ada.fold(0, 1, 2, 3)
    ada.do(monkeypatch, "push", "--yes")
    run_git("bob", "config", "protocol.version", "0")
    bob.do(monkeypatch, "pull", "-n", "2")
    assert run_git("bob", "for-each-ref", layout.ARCHIVE) != ""
    assert bob.names[:2] == ["n3", "n2"]


@pytest.mark.parametrize(
    ("count", "expected"), [(1, "d"), (2, "d"), (3, "dcb"), (7, "dcb"), (8, "dcba"), (99, "dcba")]
)
def test_the_names_of_chunks_tell_where_the_newest_runs_are(count, expected):
    spans = {"a": (1, 5, 2), "b": (10, 18, 2), "c": (14, 30, 3), "d": (31, 40, 2)}
    chunks = [
        Chunk(f"{first:024}.{last:024}.{size}.{name}", name, name)
        for name, (first, last, size) in spans.items()
    ]
    assert "".join(chunk.refs for chunk in looking.newest_chunks(chunks, count)) == expected


def test_looks_at_a_remote_see_its_folded_runs_and_bring_nothing(team, monkeypatch):
    ada, bob = team
    run_git("remote.git", "config", "uploadpack.allowFilter", "true")
    ada.fold(0, 1, 2)
    ada.do(monkeypatch, "push", "--yes")
    assert "4 there, 4 here\nto push  0 runs" in ada.do(monkeypatch, "remote")
    assert "4 there, 0 here" in bob.do(monkeypatch, "remote")
    assert "4 new" in bob.do(monkeypatch, "pull", "--dry-run")
    assert run_git("bob", "count-objects") == "0 objects, 0 kilobytes"
    bob.do(monkeypatch, "pull")
    ada.commit(4)
    ada.fold()
    ada.do(monkeypatch, "push")
    assert there() == ["s"]
    assert "00000004  default" in bob.do(monkeypatch, "ls", "--remote")
    assert "1 new" in bob.do(monkeypatch, "pull", "--dry-run")


def test_a_part_of_an_id_may_be_that_of_a_folded_run_too(team, monkeypatch):
    ada, bob = team
    ada.fold(0, 1, 2)
    ada.do(monkeypatch, "push", "--yes")
    assert "4 runs of origin begin" in bob.do(monkeypatch, "pull", "0000000", code=1)
    bob.do(monkeypatch, "pull", "00000003")
    assert "n3" in bob.names


@pytest.mark.slow
def test_a_folded_run_is_pushed_alone(team, monkeypatch):
    ada, bob = team
    ada.fold()
    ada.do(monkeypatch, "push", "--yes", "n1")
    assert there() == ["1"]
    bob.do(monkeypatch, "pull")
    assert bob.names == ["n1"]


def test_a_pull_names_the_archive_to_the_remote_and_not_newer_runs(team, monkeypatch):
    ada, bob = team
    ada.fold(0, 1)
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    ada.fold(2)
    ada.do(monkeypatch, "push", "--yes")
    trace, earlier = Path("trace").absolute(), bob.tip
    monkeypatch.setenv("GIT_TRACE_PACKET", str(trace))
    bob.do(monkeypatch, "pull")
    first = trace.read_text().partition("fetch> have ")[2]
    assert bob.tip == ada.tip
    assert first.startswith(str(earlier))


def test_runs_that_were_folded_since_the_plan_go_and_removed_ones_do_not(team, monkeypatch):
    ada, _ = team
    planned = push.plan(ada.repo)
    ada.fold(0, 1, 2)
    ada.do(monkeypatch, "rm", "n1")
    ada.do(monkeypatch, "rm", "n3")
    assert len(push.push(ada.repo, planned).runs) == 2
    assert there() == ["0", "2"]


def test_a_removed_run_does_not_come_back(team, monkeypatch):
    ada, bob = team
    ada.fold()
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    ada.do(monkeypatch, "rm", "n2")
    ada.do(monkeypatch, "push")
    bob.do(monkeypatch, "pull")
    assert ada.names == bob.names == ["n3", "n1", "n0"]
    # It is deleted for good: the archives lose it too, wherever that comes first.
    assert collect.plan(ada.repo, 0, time.time()).runs
    ada.do(monkeypatch, "gc", "--older-than", "0d")
    assert len(archive.commits(ada.repo, archive.read(ada.repo, ada.tip))) == 3
    ada.do(monkeypatch, "pull")
    assert (ada.names, len(trash(ada))) == (["n3", "n1", "n0"], 0)
    ada.do(monkeypatch, "push")
    assert ada.tip in run_git("remote.git", "for-each-ref")
    bob.do(monkeypatch, "pull")
    bob.do(monkeypatch, "gc", "--older-than", "0d")
    assert (bob.names, bob.tip) == (ada.names, ada.tip)


def test_a_run_that_was_removed_before_a_push_stays_here(team, monkeypatch):
    ada, bob = team
    removed = gittrack.get("n2", repo="ada").info.commit
    ada.fold()
    ada.do(monkeypatch, "rm", *EVERY)
    assert "archive" not in ada.do(monkeypatch, "push", "--yes")
    assert there() == []
    ada.do(monkeypatch, "restore", "n0", "n1", "n3")
    ada.do(monkeypatch, "push", "--yes")
    assert removed not in run_git("remote.git", "rev-list", "--all")
    bob.do(monkeypatch, "pull")
    assert bob.names == ada.names == ["n3", "n1", "n0"]
    assert removed in run_git("ada", "for-each-ref", layout.TRASH)
    ada.do(monkeypatch, "restore", "n2")
    ada.do(monkeypatch, "push")
    bob.do(monkeypatch, "pull")
    assert bob.names == ada.names == EVERY


def trash(clone: Clone) -> list[str]:
    return run_git(clone.path, "for-each-ref", layout.TRASH).splitlines()


def test_a_run_that_leaked_leaves_every_archive(team, monkeypatch):
    ada, bob = team
    leaked = gittrack.get("n2", repo="ada").info.commit
    ada.fold()
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    bob.commit(5)
    bob.fold()
    ada.do(monkeypatch, "rm", "--everywhere", "--yes", "n2")
    assert leaked not in run_git("remote.git", "rev-list", "--all")
    bob.do(monkeypatch, "pull")
    bob.do(monkeypatch, "push", "--yes")
    assert leaked not in run_git("remote.git", "rev-list", "--all")
    assert bob.names == ["n5", "n3", "n1", "n0"]
    ada.do(monkeypatch, "pull")
    assert (ada.names, ada.tip) == (bob.names, bob.tip)


@pytest.mark.slow
def test_a_run_that_was_resumed_elsewhere_has_its_ref(team, monkeypatch):
    ada, bob = team
    ada.fold()
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    ref = layout.run_ref("default", run_values.run_id(1))
    first = gittrack.get("n1", repo="bob").info.commit
    message = run_git("bob", "log", "-1", "--format=%B", first)
    later = run_git("bob", "commit-tree", f"{first}^{{tree}}", "-p", first, "-m", message)
    run_git("bob", "update-ref", ref, later)
    bob.do(monkeypatch, "push", "--yes")
    ada.do(monkeypatch, "pull")
    assert gittrack.get("n1", repo="ada").info.commit == later
    bob.fold()
    bob.do(monkeypatch, "push")
    ada.do(monkeypatch, "pull")
    assert gittrack.get("n1", repo="ada").info.commit == later
    ada.fold()
    assert ada.tip == bob.tip
    assert gittrack.get("n1", repo="ada").info.commit == later


def test_an_archive_with_a_later_attempt_is_not_replaced(team, monkeypatch):
    ada, bob = team
    ada.fold(0, 1)
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    first = gittrack.get("n1", repo="bob").info.commit
    message = run_git("bob", "log", "-1", "--format=%B", first)
    later = run_git("bob", "commit-tree", f"{first}^{{tree}}", "-p", first, "-m", message)
    run_git("bob", "update-ref", layout.run_ref("default", run_values.run_id(1)), later)
    bob.fold(1)
    run_git("bob", "push", "-q", "-f", "origin", layout.ARCHIVE)
    run_git("ada", "fetch", "-q", "origin", str(bob.tip))
    ada.fold(2)
    done = sending.send(ada.repo, remotes.look(ada.repo), ())
    assert [update.reason for update in done.refused] == [
        "the remote has folded runs that are not here: git track pull"
    ]
    ada.do(monkeypatch, "push", "--yes")
    assert gittrack.get("n1", repo="ada").info.commit == later


def test_a_later_attempt_that_comes_folded_moves_the_ref_here(team, monkeypatch):
    ada, bob = team
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    later = run_values.resume(ada.repo, 1)
    ada.fold()
    ada.do(monkeypatch, "push")
    assert there() == ["s"]
    assert bob.do(monkeypatch, "pull") == "0 new, 1 resumed from origin\n"
    assert gittrack.get("n1", repo="bob").info.commit == later
    run_git(
        "remote.git", "update-ref", layout.run_ref("default", run_values.run_id(1)), f"{later}^"
    )
    carol = Clone("carol")
    assert carol.do(monkeypatch, "pull") == "4 new from origin\n"
    assert gittrack.get("n1", repo="carol").info.commit == later


def test_no_attempt_is_lost_if_two_people_resumed_a_run_and_folded_it(team, monkeypatch):
    """One of the attempts is listed; the archives keep both alive, in each clone and on the remote."""
    ada, bob = team
    ada.do(monkeypatch, "push", "--yes")
    bob.do(monkeypatch, "pull")
    attempts = {
        run_values.resume(clone.repo, 1, by=name) for clone, name in ((ada, "ada"), (bob, "bob"))
    }
    assert len(attempts) == 2
    ada.fold()
    bob.fold()
    ada.do(monkeypatch, "push")
    bob.do(monkeypatch, "push", "--yes")
    for clone in (ada, bob):
        clone.do(monkeypatch, "pull")
    assert ada.tip == bob.tip == run_git("remote.git", "rev-parse", layout.ARCHIVE)
    for folder in ("ada", "bob", "remote.git"):
        assert attempts < set(run_git(folder, "rev-list", layout.ARCHIVE).split())
        assert gittrack.get("n1", repo=folder).info.commit in attempts


def forge(clone: Clone, commit: str, run_id: str, message: bytes) -> None:
    """Push an archive whose only line names a commit as a run."""
    store = objects.Store(git.object_store_path(clone.repo), "sha1")
    refs = store.blob(f"{commit} {layout.run_ref('default', run_id)}\n".encode())
    name = f"{run_id}.{run_id}.1.{refs[:8]}"
    entries = [
        objects.Entry("100644", f"{name}.refs", refs),
        objects.Entry("100644", f"{name}.messages", store.blob(message)),
    ]
    tree = store.tree(entries)
    forged = store.commit(tree, [str(clone.tip)], "A <a@b>", 1e9, "m\n\narchives: 1\n")
    run_git(clone.path, "push", "-q", "origin", f"{forged}:{layout.ARCHIVE}")


def test_an_archive_cannot_replace_a_run_here(team, monkeypatch):
    ada, bob = team
    ada.fold()
    ada.do(monkeypatch, "push", "--yes")
    run_values.commit(bob.repo, 3, name="mine")
    forge(ada, "+" + gittrack.get("n2", repo="ada").info.commit, run_values.run_id(3), b"\0")
    for _ in range(2):  # before and after git has brought its objects
        assert "has a wrong line '+" in bob.do(monkeypatch, "remote", code=1)
        assert "is not one of its parents" in bob.do(monkeypatch, "pull", "-n", "1", code=1)
    assert bob.names == ["mine"]


@pytest.mark.parametrize(
    ("number", "message", "problem"),
    [
        (9, b"\0", "is not one of its parents"),
        (2, b"x\n\nname: another\n\0", "has another message of refs/runs/default"),
    ],
)
def test_an_archive_that_lies_is_not_taken(team, monkeypatch, number, message, problem):
    ada, bob = team
    commit = gittrack.get("n2", repo="ada").info.commit if number == 2 else "1" * 40
    ada.fold()
    ada.do(monkeypatch, "push", "--yes")
    forge(ada, commit, run_values.run_id(number), message)
    assert problem in bob.do(monkeypatch, "pull", code=1)
    assert (bob.tip, bob.names) == (None, [])
