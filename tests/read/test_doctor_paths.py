"""Runs with paths that leave their folder, found in their trees and in outputs.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import git as run_git
from run_values import raw

from gittrack import git
from gittrack.core import yaml_write
from gittrack.git import objects
from gittrack.read import doctor_objects, doctor_paths


def object_of(data: bytes, kind: bytes = b"blob") -> str:
    """Write an object as it is, without the checks of git, and return its id."""
    repo = git.find()
    return objects.Store(git.object_store_path(repo), repo.hash_name).keep(kind, data)


def tree(**entries: str) -> str:
    """Return a tree of {name: id}; a name that begins with ``dir_`` is a folder without that."""
    data = b""
    for name, oid in entries.items():
        mode = "40000" if name.startswith("dir_") else "100644"
        data += f"{mode} {name.removeprefix('dir_')}".encode() + b"\0" + bytes.fromhex(oid)
    return object_of(data, b"tree")


def run_of(root: str, number: int = 1):
    return raw(number)._replace(commit=run_git(".", "commit-tree", "-m", "run", root))


def faults(repo, *runs) -> list[tuple[int, str]]:
    objects = doctor_objects.Reader(repo).read([run.commit for run in runs])
    return [(int(run.id[-8:], 16), why) for run, why in doctor_paths.faults(objects, runs)]


def outputs(*items) -> str:
    """Return a tree with an outputs.yaml of these items."""
    return tree(**{"outputs.yaml": object_of(yaml_write.dump({"outputs": list(items)}))})


@pytest.fixture
def empty(empty_repo):
    """The id of an empty file."""
    return object_of(b"")


def test_plain_runs_are_sound(empty_repo, empty):
    inner = tree(**{"model.bin": empty, ".hidden": empty, "a b": empty})
    item = {"path": "dir/a", "where": "git", "link": "../b"}
    runs = [run_of(tree(dir_artifacts=inner, **{"log.txt": empty})), run_of(outputs(item), 2)]
    assert faults(empty_repo, *runs) == []
    assert faults(empty_repo) == []


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "a/b", "."])
def test_a_refused_name_in_a_tree_is_named_with_its_folders(empty_repo, empty, name):
    root = tree(dir_artifacts=tree(dir_sub=tree(**{name: empty})))
    assert faults(empty_repo, run_of(root)) == [
        (1, f"its tree has the path {f'artifacts/sub/{name}'!r}")
    ]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"path": "../x"}, "outputs.yaml has the path '../x', which "),
        ({"path": "/etc/passwd"}, "outputs.yaml has the path '/etc/passwd', which "),
        ({"path": ".git/hooks/x"}, "outputs.yaml has the path '.git/hooks/x', which "),
        ({"path": "a", "link": "../../x"}, "outputs.yaml has the link 'a' to '../../x', which "),
    ],
)
def test_a_refused_path_or_link_in_outputs(empty_repo, item, problem):
    [(number, why)] = faults(empty_repo, run_of(outputs({"path": "fine"}, item)))
    assert (number, why.startswith(problem)) == (1, True)


@pytest.mark.parametrize(
    "text", [b"outputs: [", b"5\n", b"outputs: [5]\n", b"other: []\n", b"\xff"]
)
def test_outputs_that_cannot_be_read_are_reported_elsewhere(empty_repo, text):
    assert faults(empty_repo, run_of(tree(**{"outputs.yaml": object_of(text)}))) == []


def test_each_run_is_judged_by_itself_even_if_trees_are_shared(empty_repo, empty):
    good = tree(**{"a": empty})
    bad = tree(**{"..": empty})
    runs = [
        run_of(tree(dir_x=good, dir_y=good), 1),
        run_of(tree(dir_x=good, dir_y=bad), 2),
        run_of(tree(dir_x=bad), 3),
    ]
    assert faults(empty_repo, *runs) == [
        (2, "its tree has the path 'y/..'"),
        (3, "its tree has the path 'x/..'"),
    ]


def test_a_tree_that_is_deeper_than_the_limit_is_a_fault(empty_repo, empty, monkeypatch):
    monkeypatch.setattr(doctor_objects, "_DEEPEST", 3)  # 200 levels take 200 git processes
    roots = [tree(**{"a": empty})]
    while len(roots) < 4:
        roots.append(tree(dir_d=roots[-1]))
    assert faults(empty_repo, run_of(roots[2]), run_of(roots[3], 2)) == []  # one shares the other
    assert faults(empty_repo, run_of(roots[3])) == [(1, "its tree is more than 3 folders deep")]


def test_a_commit_that_is_missing_is_reported_elsewhere(empty_repo):
    assert faults(empty_repo, raw()) == []
    assert not Path(empty_repo.common_dir, "gittrack").exists()  # nothing is written
