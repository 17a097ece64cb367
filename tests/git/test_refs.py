"""git/refs: refs are listed in one process and change only together, from the value that was expected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core.errors import NotARepository
from gittrack.git import objects, refs
from gittrack.git.refs import Ref

MISSING = "0" * 39 + "1"


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    run_git(tmp_path, "init", "-q")
    return git.find()


@pytest.fixture
def commits(repo) -> list[str]:
    store = objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)
    tree = store.tree([])
    return [store.commit(tree, [], "Ada <a@e.org>", second, "m\n") for second in range(3)]


def make(repo, **values: str) -> None:
    """Make refs below ``refs/t/``."""
    for name, oid in values.items():
        refs.update(repo, f"refs/t/{name}", oid, None, "test")


def values(repo, prefix: str = "refs/t") -> dict[str, str]:
    return {ref.name.removeprefix("refs/t/"): ref.oid for ref in refs.now(repo, prefix)}


class TestListing:
    def test_refs_are_sorted_by_name(self, repo, commits):
        make(repo, b=commits[0], a=commits[1])
        expected = [Ref("refs/t/a", commits[1]), Ref("refs/t/b", commits[0])]
        assert refs.below(repo, "refs/t") == refs.now(repo, "refs/t") == expected

    def test_several_prefixes_are_one_listing(self, repo, commits):
        make(repo, a=commits[0])
        refs.update(repo, "refs/u/b", commits[1], None, "test")
        refs.update(repo, "refs/v/c", commits[1], None, "test")
        names = [ref.name for ref in refs.now(repo, "refs/t", "refs/u")]
        assert names == ["refs/t/a", "refs/u/b"]

    def test_a_prefix_is_a_folder_and_not_the_start_of_a_name(self, repo, commits):
        make(repo, ab=commits[0])
        assert refs.now(repo, "refs/t/a") == []

    def test_broken_refs_are_at_the_end_without_an_id(self, repo, commits):
        make(repo, z=commits[0])
        Path(".git/refs/t/a").write_text("")
        Path(".git/refs/t/b").write_text("not an id\n")
        Path(".git/refs/t/c").write_text("ref: refs/t/none\n")
        listing = refs.now(repo, "refs/t")
        assert listing[0] == Ref("refs/t/z", commits[0])
        assert {ref for ref in listing[1:] if not ref.oid} >= {
            Ref("refs/t/a", ""),
            Ref("refs/t/b", ""),
        }

    def test_a_name_with_a_character_that_ends_lines_elsewhere_is_one_ref(self, repo, commits):
        make(repo, **{"a\u2028b": commits[0], "é": commits[1]})
        assert values(repo) == {"a\u2028b": commits[0], "é": commits[1]}

    def test_a_folder_that_is_not_a_repository_is_an_error(self, repo, tmp_path):
        outside = str(tmp_path / "none")
        Path(outside).mkdir()
        with pytest.raises(NotARepository):
            refs.now(repo._replace(common_dir=outside, git_dir=outside), "refs/t")

    def test_a_call_ahead_of_time_is_used_once(self, repo, commits):
        make(repo, a=commits[0])
        refs.look_ahead(repo.start, "refs/t")
        assert [ref.name for ref in refs.below(repo, "refs/t")] == ["refs/t/a"]
        make(repo, b=commits[1])
        assert [ref.name for ref in refs.below(repo, "refs/t")] == ["refs/t/a", "refs/t/b"]


def test_tags_are_peeled_to_their_commits(repo, commits):
    run_git(".", "tag", "light", commits[0])
    run_git(".", "tag", "-a", "-m", "m", "full", commits[1])
    assert refs.peeled(repo) == [("refs/tags/full", commits[1]), ("refs/tags/light", commits[0])]


def test_the_commits_of_tags_of_tags_are_found(repo, commits):
    run_git(".", "tag", "-a", "-m", "m", "inner", commits[0])
    run_git(".", "tag", "-a", "-m", "m", "outer", "inner")
    inner, outer = (run_git(".", "rev-parse", name) for name in ("inner", "outer"))
    tree = run_git(".", "rev-parse", f"{commits[0]}^{{tree}}")
    assert refs.commits(repo, [outer, inner, commits[2], tree, MISSING]) == [
        *(commits[0], commits[0], commits[2], "", "")
    ]
    assert refs.commits(repo._replace(common_dir="/nowhere"), []) == []


def test_the_tags_of_the_last_fetch_include_those_that_git_refused(repo, commits):
    assert refs.fetched_tags(repo) == []
    lines = [
        f"{commits[0]}\t\tbranch 'main' of /origin",
        f"{commits[1]}\tnot-for-merge\ttag 'm@v1.0.0' of /path/with 'quotes' of it",
        "short\tnot-for-merge\ttag 'm@v2.0.0' of /origin",
        f"{commits[2]}\tnot-for-merge\ttag 'm#prod#2' of https://example.org/r",
    ]
    Path(".git/FETCH_HEAD").write_text("\n".join(lines) + "\n")
    assert refs.fetched_tags(repo) == [
        ("m@v1.0.0", commits[1], "/path/with 'quotes' of it"),
        ("m#prod#2", commits[2], "https://example.org/r"),
    ]


class TestExists:
    @pytest.fixture(autouse=True)
    def ref(self, repo, commits):
        make(repo, **{"runs/a": commits[0]})

    @pytest.mark.parametrize("packed", [False, True])
    def test_loose_and_packed_refs_are_seen(self, repo, packed):
        if packed:
            run_git(".", "pack-refs", "--all")
        assert refs.exists(repo, "refs/t/runs/a")
        for name in ("refs/t/runs/b", "refs/t/runs/aa", "t/runs/a", "a", "refs/t/runs/a/b"):
            assert not refs.exists(repo, name)

    def test_a_folder_of_refs_is_not_a_ref(self, repo):
        assert not refs.exists(repo, "refs/t/runs")
        run_git(".", "pack-refs", "--all")
        Path(".git/refs/t/runs").mkdir(parents=True, exist_ok=True)
        assert not refs.exists(repo, "refs/t/runs")

    def test_refs_in_tables_are_asked_of_git(self, repo):
        run_git(".", "pack-refs", "--all")
        Path(".git", refs.TABLES).mkdir()
        assert refs.exists(repo, "refs/t/runs/a")
        assert not refs.exists(repo, "refs/t/runs/b")


class TestChanges:
    def test_a_ref_moves_only_from_the_value_that_was_expected(self, repo, commits):
        make(repo, a=commits[0])
        refs.update(repo, "refs/t/a", commits[1], commits[0], "test")
        with pytest.raises(git.GitError):
            refs.update(repo, "refs/t/a", commits[2], commits[0], "test")
        assert values(repo) == {"a": commits[1]}

    def test_a_ref_that_exists_is_another_error_than_a_name_below_a_ref(self, repo, commits):
        make(repo, a=commits[0])
        with pytest.raises(git.GitError) as caught:
            make(repo, a=commits[0])
        assert type(caught.value) is git.GitError

    @pytest.mark.parametrize("name", ["a/b", "a/b/c"])
    def test_a_ref_below_another_one_is_refused_with_a_hint(self, repo, commits, name):
        make(repo, a=commits[0])
        with pytest.raises(refs.BelowAnotherRef) as caught:
            make(repo, **{name: commits[0]})
        assert caught.value.hint == "git cannot store a ref below another ref: choose another name"

    def test_a_ref_above_another_one_is_refused_too(self, repo, commits):
        make(repo, **{"a/b": commits[0]})
        with pytest.raises(refs.BelowAnotherRef):
            make(repo, a=commits[0])

    def test_a_file_that_a_killed_git_left_is_explained(self, repo, commits):
        make(repo, a=commits[0])
        repo.read("pack-refs", "--all")
        Path(repo.common_dir, "packed-refs.new").touch()
        with pytest.raises(git.GitError) as caught:
            refs.transact(repo, [f"delete refs/t/a\0{commits[0]}"], "test")
        assert "git track doctor" in caught.value.hint

    def test_all_commands_of_a_transaction_are_executed_or_none(self, repo, commits):
        make(repo, a=commits[0])
        zero = "0" * 40
        create, wrong = f"update refs/t/b\0{commits[1]}\0{zero}", f"delete refs/t/a\0{commits[1]}"
        with pytest.raises(git.GitError):
            refs.transact(repo, [create, wrong], "test")
        assert values(repo) == {"a": commits[0]}
        refs.transact(repo, [create, f"delete refs/t/a\0{commits[0]}"], "test")
        assert values(repo) == {"b": commits[1]}

    def test_no_commands_start_no_process(self, repo):
        refs.transact(repo._replace(common_dir="/nowhere"), [], "test")

    def test_a_symbolic_ref_is_replaced_and_not_its_target(self, repo, commits):
        make(repo, a=commits[0])
        run_git(".", "symbolic-ref", "refs/t/link", "refs/t/a")
        refs.update(repo, "refs/t/link", commits[1], commits[0], "test")
        assert values(repo) == {"a": commits[0], "link": commits[1]}

    def test_the_hook_of_the_user_sees_a_change(self, repo, commits):
        hook = Path(".git/hooks/reference-transaction")
        hook.parent.mkdir(exist_ok=True)
        hook.write_text('#!/bin/sh\n[ "$1" = committed ] && cat >> audit || exit 0\n')
        hook.chmod(0o755)
        make(repo, a=commits[0])
        assert f"{commits[0]} refs/t/a" in Path(".git/audit").read_text()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_repository_that_cannot_be_written_is_an_error_of_its_own(self, repo, commits):
        Path(".git/refs").chmod(0o500)
        with pytest.raises(refs.Unwritable) as caught:
            make(repo, a=commits[0])
        Path(".git/refs").chmod(0o700)
        assert caught.value.reason == "Permission denied"

    def test_moves_are_all_done_or_none(self, repo, commits):
        make(repo, a=commits[0], b=commits[1])
        wrong = ("refs/t/b", "refs/t/y", commits[2])
        with pytest.raises(git.GitError):
            refs.move(repo, [("refs/t/a", "refs/t/x", commits[0]), wrong], "test")
        assert values(repo) == {"a": commits[0], "b": commits[1]}

    def test_a_move_to_a_ref_that_exists_only_deletes_the_old_one(self, repo, commits):
        make(repo, a=commits[0], x=commits[0])
        move = [("refs/t/a", "refs/t/x", commits[0])]
        with pytest.raises(git.GitError):
            refs.move(repo, move, "test")
        refs.move(repo, move, "test", existing=("refs/t/x",))
        assert values(repo) == {"x": commits[0]}

    def test_a_move_to_a_ref_with_another_value_is_refused(self, repo, commits):
        make(repo, a=commits[0], x=commits[1])
        with pytest.raises(git.GitError):
            refs.move(repo, [("refs/t/a", "refs/t/x", commits[0])], "test", existing=("refs/t/x",))
        assert values(repo) == {"a": commits[0], "x": commits[1]}


class TestBrokenFiles:
    @pytest.mark.parametrize(
        "content", ["", "\0" * 41, "garbage\n"], ids=["empty", "zeros", "text"]
    )
    def test_a_ref_without_a_value_can_be_repaired_and_deleted(self, repo, commits, content):
        path = Path(".git/refs/t/a")
        path.parent.mkdir(parents=True)
        path.write_text(content)
        refs.repair(repo, "refs/t/a", commits[0])
        assert values(repo) == {"a": commits[0]}
        path.write_text(content)
        refs.drop(repo, "refs/t/a")
        assert values(repo) == {}
        assert list(path.parent.iterdir()) == []

    def test_a_ref_that_has_a_value_meanwhile_is_not_deleted_as_a_broken_one(self, repo, commits):
        make(repo, a=commits[0])
        assert not refs._remove_unreadable(repo, "refs/t/a")
        assert not refs._remove_unreadable(repo, "refs/t/none")
        assert not refs._remove_unreadable(repo, "refs/t")
        assert values(repo) == {"a": commits[0]}
        assert [path.name for path in Path(".git/refs/t").iterdir()] == ["a"]

    def test_a_ref_that_git_has_locked_stays_as_it_is(self, repo, commits):
        make(repo, a=commits[0])
        Path(".git/refs/t/a").write_text("")
        Path(".git/refs/t/a.lock").touch()
        with pytest.raises(git.GitError, match=r"a\.lock"):
            refs.drop(repo, "refs/t/a")
        assert Path(".git/refs/t/a").exists()

    @pytest.mark.parametrize("packed", [False, True])
    def test_a_sound_ref_is_deleted_by_git(self, repo, commits, packed):
        make(repo, a=commits[0], b=commits[1])
        if packed:
            run_git(".", "pack-refs", "--all")
        refs.drop(repo, "refs/t/a")
        assert values(repo) == {"b": commits[1]}

    def test_a_symbolic_ref_is_deleted_and_not_its_target(self, repo, commits):
        make(repo, a=commits[0])
        run_git(".", "symbolic-ref", "refs/t/link", "refs/t/a")
        refs.drop(repo, "refs/t/link")
        assert values(repo) == {"a": commits[0]}


@pytest.mark.parametrize("text", [mark.decode() for mark in refs._BUSY])
def test_a_change_waits_for_other_processes(monkeypatch, text):
    monkeypatch.setattr(refs, "back_off", lambda: None)
    answers = [git.Answer(1, b"", text.encode()), git.Answer(1, b"", text.encode())]
    answers.append(git.Answer(0, b"ok", b""))

    class Call:
        def wait(self) -> git.Answer:
            return answers.pop(0)

    assert refs._patiently(Call).out == b"ok"
    assert answers == []


def test_a_change_waits_for_ten_seconds_at_most(monkeypatch):
    monkeypatch.setattr(refs, "_PATIENCE_SECONDS", -1.0)
    busy = git.Answer(128, b"", refs._BUSY[0])

    class Call:
        def wait(self) -> git.Answer:
            return busy

    assert refs._patiently(Call) == busy
