"""record/publish/writer: a journal becomes a commit exactly once, whatever happened before and meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import events, series
from gittrack.disk import trust
from gittrack.git import objects, refs, signing
from gittrack.record import journal
from gittrack.record.publish import running_gc, writer
from gittrack.record.publish.tree import CommitWriter

AUTHOR = "Ada Lovelace <ada@example.org>"
END = {"status": "finished", "ended": "2026-03-01T00:00:02.000Z", "duration_s": 2.0}


@pytest.fixture(autouse=True)
def no_collections(monkeypatch):
    """No garbage collection of this machine is of this repository."""
    monkeypatch.setattr(running_gc, "processes", lambda common_dir: set())


def publish(repo, book, **options: object) -> writer.Published:
    return writer.publish(repo, book, END, AUTHOR, **options)


def ref_of(book: journal.Journal) -> str:
    return layout.run_ref("e", book.id)


def values_of(ref: str) -> list[str]:
    return run_git(".", "for-each-ref", "--format=%(objectname)", ref).splitlines()


def code_of(repo) -> str:
    """Make the commit that the code of a run is at; nothing else names it."""
    store = objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)
    return store.commit(store.tree([]), [], AUTHOR, 0, "code\n")


class TestPublish:
    def test_the_journal_is_committed_and_removed(self, repo, book):
        book.append(events.PARAMS, values={"lr": 0.1})
        book.series.write(series.line("loss", 0.5, 0, 0.1).encode())
        published = publish(repo, book)
        assert values_of(published.ref) == [published.commit]
        assert (published.ref, published.notes) == (ref_of(book), ())
        assert published.info.params == {"lr": 0.1}
        assert published.info.metrics["loss"].last == 0.5
        assert (published.info.status, published.info.duration) == ("finished", 2.0)
        assert os.listdir(layout.live_dir(repo.common_dir)) == []

    def test_further_refs_are_made_with_it_unless_one_exists(self, repo, book, monkeypatch):
        names = ("refs/sweeps/results/s/1", "refs/sweeps/results/s/2")
        calls: list[int] = []
        transact = refs.transact
        monkeypatch.setattr(refs, "transact", lambda *args: calls.append(1) or transact(*args))
        facts = dict(book.state().facts)
        published = publish(repo, book, more_refs=names)
        assert all(values_of(name) == [published.commit] for name in (published.ref, *names))
        assert len(calls) == 1, "one process"
        later = journal.create(repo.common_dir, now=2.0, run_id=None)
        start = {**facts, "id": later.id}
        later.append(events.START, values=start)
        other = publish(repo, later, more_refs=("refs/sweeps/results/s/3", names[0]))
        assert values_of(other.ref) == [other.commit] != [published.commit]
        assert values_of(names[0]) == [published.commit]
        assert values_of("refs/sweeps/results/s/3") == []

    def test_the_author_and_the_time_are_those_of_the_end(self, repo, book):
        published = publish(repo, book)
        form = "--format=%an|%ae|%at|%cn|%ct"
        moment = 1772323202  # 2026-03-01T00:00:02Z
        assert run_git(".", "log", "-1", form, published.commit) == (
            f"Ada Lovelace|ada@example.org|{moment}|Ada Lovelace|{moment}"
        )

    def test_the_commit_is_trusted_on_this_machine(self, repo, book):
        assert trust.is_trusted(publish(repo, book).commit)

    def test_a_home_that_cannot_be_written_costs_only_the_trust(self, repo, book, monkeypatch):
        def fail(commit: str) -> None:
            raise PermissionError

        monkeypatch.setattr(trust, "remember", fail)
        assert publish(repo, book).notes == ()

    def test_the_code_is_the_parent(self, repo, new_journal):
        code = code_of(repo)
        book = new_journal(code={"commit": code})
        assert run_git(".", "log", "-1", "--format=%P", publish(repo, book).commit) == code

    def test_code_that_is_lost_is_named_and_the_run_is_committed(self, repo, new_journal):
        lost = "1" * 40
        published = publish(repo, new_journal(code={"commit": lost}))
        assert run_git(".", "log", "-1", "--format=%P", published.commit) == ""
        assert f"parents_lost: [{lost!r}]" in run_git(
            ".", "show", f"{published.commit}:run.yaml"
        ).replace('"', "'")

    def test_the_objects_of_the_snapshot_come_into_the_repository(self, repo, new_journal):
        book = new_journal()
        own = objects.Store(str(book.folder / layout.OBJECTS), repo.hash_name, flush=False)
        snapshot = own.commit(own.tree([]), [], AUTHOR, 0, "snapshot\n")
        book.append(events.FACTS, values={"code": {"snapshot": snapshot}})
        published = publish(repo, book)
        assert run_git(".", "log", "-1", "--format=%P", published.commit) == snapshot
        assert run_git(".", "fsck", "--no-dangling") == ""


class TestAgain:
    """A process may have died at any point of an earlier call."""

    @pytest.fixture
    def copy(self, repo, book, monkeypatch):
        """The journal as it is if the process dies before it is removed."""
        with monkeypatch.context() as patch:
            patch.setattr(writer, "remove", lambda journal: None)
            first = publish(repo, book)
        return first, book

    def test_the_same_commit_is_made(self, repo, copy):
        first, book = copy
        assert publish(repo, book).commit == first.commit
        assert not book.folder.exists()

    def test_another_user_does_not_replace_the_commit(self, repo, copy):
        first, book = copy
        again = writer.publish(repo, book, END, "Bob <bob@example.org>")
        assert again.commit == first.commit
        assert values_of(ref_of(book)) == [first.commit]

    @pytest.mark.parametrize("content", ["", "\0" * 41], ids=["empty", "zeros"])
    def test_a_ref_that_a_power_failure_emptied_gets_its_commit(self, repo, copy, content):
        first, book = copy
        Path(repo.common_dir, ref_of(book)).write_text(content)
        assert publish(repo, book).commit == first.commit
        assert values_of(ref_of(book)) == [first.commit]

    def test_another_run_of_that_id_is_never_replaced(self, repo, copy):
        first, book = copy
        book.append(events.PARAMS, values={"lr": 0.2})
        with pytest.raises(TrackError, match="exists and is another commit") as caught:
            publish(repo, book)
        assert caught.value.hint == f"compare them with: git show {ref_of(book)}"
        assert values_of(ref_of(book)) == [first.commit]
        assert book.folder.exists()

    def test_a_continued_run_moves_its_ref_forward(self, repo, new_journal, copy):
        first, book = copy
        writer.remove(book)
        again = journal.create(repo.common_dir, run_id=book.id)
        start = {"format": 1, "id": book.id, "experiment": "e", "status": "running"}
        start |= {"started": "2026-03-01T00:00:00.000Z", "resumes": first.commit}
        again.append(events.START, values=start)
        second = publish(repo, again)
        assert run_git(".", "log", "-1", "--format=%P", second.commit) == first.commit
        assert values_of(ref_of(book)) == [second.commit]
        assert "resumes" not in run_git(".", "show", f"{second.commit}:run.yaml")


class TestSignature:
    def test_a_key_that_fails_costs_only_the_signature(self, repo, book, monkeypatch):
        def fail(*args: object) -> bytes:
            raise TrackError("git cannot sign: no key", "")

        monkeypatch.setattr(signing, "commit", fail)
        published = publish(repo, book, sign=True)
        assert published.notes == ("the run is not signed: git cannot sign: no key",)
        assert values_of(published.ref) == [published.commit]

    def test_the_user_is_asked_for_a_key_that_fails_only_once(self, repo, monkeypatch):
        calls = []

        def fail(*args: object) -> bytes:
            calls.append(args)
            raise TrackError("git cannot sign: no key", "")

        monkeypatch.setattr(signing, "commit", fail)
        store = objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)
        commits = CommitWriter(repo, store, AUTHOR, True)
        assert commits.write(store.tree([]), [], 0.0, "a") == commits.write(
            store.tree([]), [], 0.0, "a"
        )
        assert len(calls) == 1

    def test_the_same_content_is_signed_once(self, repo, monkeypatch):
        signatures = []

        def sign(repo, tree, parents, person, seconds, message) -> bytes:
            signatures.append(message)
            return b"tree %s\nauthor %d\n\n" % (tree.encode(), len(signatures))

        monkeypatch.setattr(signing, "commit", sign)
        store = objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)
        commits = CommitWriter(repo, store, AUTHOR, True)
        tree = store.tree([])
        assert commits.write(tree, [], 0.0, "a") == commits.write(tree, [], 0.0, "a")
        assert commits.write(tree, [], 0.0, "b") != commits.write(tree, [], 0.0, "a")
        assert signatures == ["a", "b"]


class TestSettle:
    @pytest.fixture
    def store(self, repo) -> objects.Store:
        return objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)

    def test_objects_that_exist_are_not_written_again(self, repo, store):
        store.blob(b"a")
        assert writer.settle(repo, store, lambda: pytest.fail("nothing is lost"), 0.0)

    def test_what_a_prune_removed_is_written_again(self, repo, store):
        oid = store.blob(b"a")
        os.unlink(store.path(oid))
        assert writer.settle(repo, store, lambda: store.blob(b"a"), 0.0)
        assert os.path.exists(store.path(oid))

    def test_an_object_in_a_pack_is_not_lost(self, repo, store):
        oid = store.commit(store.tree([]), [], AUTHOR, 0, "m\n")
        run_git(".", "update-ref", "refs/heads/main", oid)
        run_git(".", "repack", "-adq")
        assert store.missing()
        assert writer.settle(repo, store, lambda: pytest.fail("nothing is lost"), 0.0)

    def test_objects_that_are_removed_again_and_again_are_an_error(self, repo, store):
        os.unlink(store.path(store.blob(b"a")))
        calls = []
        with pytest.raises(TrackError, match="again and again"):
            writer.settle(repo, store, lambda: calls.append(1), 0.0)
        assert len(calls) == writer._TRIES

    def test_a_collection_that_runs_on_leaves_the_journal_for_later(self, repo, book, monkeypatch):
        monkeypatch.setattr(running_gc, "processes", lambda common_dir: {"123"})
        published = publish(repo, book, patience=0.0)
        assert values_of(published.ref) == [published.commit]
        assert book.folder.exists()

    def test_only_collections_from_before_the_ref_are_waited_for(self, repo, store, monkeypatch):
        running = iter([{"1", "2"}, {"2", "3"}, {"3"}])
        monkeypatch.setattr(running_gc, "processes", lambda common_dir: next(running))
        assert writer.settle(repo, store, lambda: None, 60.0)
        assert next(running, None) is None


def test_a_journal_is_renamed_before_it_is_removed(book, monkeypatch):
    seen = []
    monkeypatch.setattr(writer.folders, "remove", lambda path: seen.append(Path(path)))
    writer.remove(book)
    [path] = seen
    assert path.name.startswith(f"{layout.REMOVING}{book.id}-")
    assert path.is_dir()
    assert not book.folder.exists()
    assert book.lock_fd is None
