"""Objects are read in one process, missing ones as None."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.git import config, exclude, objects

HASH = "0" * 40
MOST = 1_000_000


@pytest.fixture
def found(project):
    return git.find()


@pytest.fixture
def store(found):
    return objects.Store(git.object_store_path(found), found.hash_name, flush=False)


def test_objects_come_in_the_order_of_their_names(found, store):
    a, b = store.blob(b"a\n\nb"), store.blob(b"")
    names = [b, HASH, a, "HEAD:train.py", "HEAD:none", "HEAD:a\nb"]
    assert list(git.read_objects(found, names)) == [
        b"",
        None,
        b"a\n\nb",
        b'print("training")\n',
        None,
        None,
    ]


def test_sizes_come_in_the_order_of_their_names(found, store):
    assert git.sizes(found, [store.blob(b"a"), HASH, "HEAD:train.py"]) == [1, None, 18]
    assert git.sizes(found, []) == []


def test_a_path_with_a_line_break_is_read(project, found):
    (project / "a\nb").write_text("x")
    run_git(".", "add", ".")
    run_git(".", "commit", "-qm", "odd")
    assert list(git.read_objects(found, ["HEAD:a\nb"])) == [b"x"]


def test_no_names_need_no_process(found):
    assert list(git.read_objects(found._replace(common_dir="/nowhere"), [])) == []
    assert git.missing_objects(found._replace(common_dir="/nowhere"), []) == []


def test_missing_ids_are_named(found, store):
    assert git.missing_objects(found, [store.blob(b"x"), HASH]) == [HASH]


@pytest.fixture
def commit(store):
    """Write a commit with a message."""
    tree = store.tree([])
    return lambda message: store.commit(tree, [], "Ada <a@e.org>", 0, message)


def test_contents_come_in_the_order_of_the_ids(found, commit):
    a, b = commit("first"), commit("second")
    contents = git.read_small_objects(found, [b, HASH, a, b], MOST)
    assert [content and content.rpartition(b"\n")[2] for content in contents] == [
        *(b"second", None, b"first", b"second")
    ]


def test_nothing_is_read_without_ids(found):
    assert git.read_small_objects(found._replace(common_dir="/nowhere"), [], MOST) == []


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_huge_commit_is_left_out_and_the_others_are_read(found, commit, position):
    oids = [commit("a"), commit("b")]
    oids.insert(position, commit("x" * 5 * MOST))
    contents = git.read_small_objects(found, oids, MOST)
    assert [content is None for content in contents] == [i == position for i in range(3)]


@pytest.mark.parametrize("position", range(3))
def test_a_damaged_commit_is_left_out_and_the_others_are_read(found, commit, position):
    """The disk lost the second half of its file."""
    oids = [commit(f"message {number}") for number in range(3)]
    contents = list(git.read_objects(found, oids))
    damaged = oids[position]
    file = Path(git.object_store_path(found), damaged[:2], damaged[2:])
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[: len(content) // 2])
    contents[position] = None
    assert git.read_small_objects(found, oids, MOST) == contents
    assert git.readable_objects(found, oids) == contents


def test_missing_commits_beside_a_huge_one_are_none(found, commit):
    oids = [HASH, commit("x" * 5 * MOST), commit("a"), HASH]
    contents = git.read_small_objects(found, oids, MOST)
    assert [content is None for content in contents] == [True, True, False, True]


def test_the_size_of_a_commit_is_compared_with_the_limit_exactly(found, commit):
    huge, small = commit("x" * 5 * MOST), commit("a" * 1000)
    size = len(git.read_small_objects(found, [small], MOST)[0])
    # The huge commit makes git fail, so sizes are compared.
    assert git.read_small_objects(found, [huge, small], size)[1] is not None
    assert git.read_small_objects(found, [huge, small], size - 1)[1] is None


def test_the_last_value_of_a_key_wins_and_names_have_lower_case():
    listing = b"user.Name\nAda\0branch.Main.Merge\nx\0user.name\nBob\0core.bare\0"
    assert config.parse_config(listing) == {
        "user.name": "Bob",
        "branch.Main.merge": "x",
        "core.bare": "true",
    }


def test_an_identity_cannot_break_a_commit(monkeypatch):
    assert config.identity({}) is None
    assert config.identity({"user.email": "a@b"}) == "a@b <a@b>"
    assert config.identity({"user.name": "A<d>\na", "user.email": "a@b"}) == "Ada <a@b>"
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Bob")
    assert config.identity({"user.name": "Ada", "user.email": "a@b"}) == "Bob <a@b>"


def test_paths_are_ignored_and_no_longer_ignored(project, found):
    file = project / ".git/info/exclude"
    before = file.read_text()
    odd = project / "a[b]*"
    odd.touch()
    (project / "ab").touch()
    assert exclude.add(found, [str(odd), "/elsewhere", str(project / ".git/x")]) == ["a[b]*"]
    assert exclude.add(found, [str(odd)]) == []
    assert run_git(".", "status", "--porcelain") == "?? ab"
    exclude.remove(found, [str(odd)])
    assert file.read_text() == before
