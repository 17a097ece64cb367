"""launch/loaded_code: a module from the user's own tree is not the recorded code, and is named."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from gittrack.core import layout, yaml_read
from gittrack.launch import loaded_code, start_hook
from gittrack.record import journal
from gittrack.record.evidence.changes import CodeFiles


class Session(NamedTuple):
    """What `check` uses of a session."""

    journal: object
    repo: object
    diff: dict
    code: CodeFiles = CodeFiles("tree", b"H config.yaml\0")


@pytest.fixture
def tree(tmp_path) -> Path:
    path = tmp_path / "tree"
    path.mkdir()
    return path


@pytest.fixture
def worktree(tmp_path) -> Path:
    path = tmp_path / "worktree"
    path.mkdir()
    return path


@pytest.fixture
def book(tmp_path):
    made = journal.create(str(tmp_path))
    values = {"id": made.id, "experiment": "e", "status": "running", "code": {"commit": "c" * 40}}
    made.append("start", values={**values, "started": "2026-03-01T00:00:00.000Z"})
    yield made
    made.release()


@pytest.fixture
def session(book, worktree) -> Session:
    return Session(book, SimpleNamespace(work_tree=str(worktree)), {})


def report(book, *paths: Path | str, pid: int = 1, opened: tuple[Path, ...] = ()) -> None:
    """Write what one Python of the command loaded and opened."""
    folder = book.folder / start_hook._REPORTS
    folder.mkdir(exist_ok=True)
    (folder / str(pid)).write_text(
        repr({"files": list(map(str, paths)), "modules": 1, "opened": list(map(str, opened))})
    )


def names_of(session: Session, tree: Path) -> str:
    """Return the names in the sentence of a check; empty without one."""
    _, sentences = loaded_code.check(session, str(tree))
    return sentences[0].rpartition(": ")[2] if sentences else ""


def test_a_command_that_reported_nothing_is_exact(session, tree):
    assert loaded_code.check(session, str(tree)) == (session, [])


def test_modules_of_the_worktree_and_of_other_folders_are_fine(session, book, tree, worktree):
    report(book, worktree / "train.py", "/usr/lib/python3/site-packages/numpy.py")
    assert loaded_code.check(session, str(tree)) == (session, [])


def test_a_module_of_the_users_tree_makes_the_code_inexact(session, book, tree):
    report(book, tree / "pkg" / "model.py")
    changed, [sentence] = loaded_code.check(session, str(tree))
    assert sentence == "loaded from your own tree, not from the recorded code: pkg/model.py"
    assert changed.diff["inexact"] == [sentence]
    stored = yaml_read.load((book.folder / layout.DIFF).read_bytes(), "diff.yaml")
    assert stored["inexact"] == [sentence]


def test_further_reasons_come_first(session, book, tree):
    report(book, tree / "a.py")
    _, sentences = loaded_code.check(session, str(tree), sentences=["a file was written"])
    assert [sentence[:10] for sentence in sentences] == ["a file was", "loaded fro"]


def test_the_modules_of_all_processes_are_named_once_and_sorted(session, book, tree):
    report(book, tree / "b.py", tree / "a.py")
    report(book, tree / "b.py", pid=2)
    assert names_of(session, tree) == "a.py, b.py"


def test_many_modules_are_counted(session, book, tree):
    report(book, *(tree / f"m{number}.py" for number in range(8)))
    assert names_of(session, tree) == "m0.py, m1.py, m2.py, m3.py, m4.py and 3 more"


def test_a_worktree_inside_the_users_tree_is_not_the_users_tree(session, book, tree):
    inner = tree / ".worktrees" / "one"
    inner.mkdir(parents=True)
    report(book, inner / "train.py", tree / "train.py")
    moved = session._replace(repo=SimpleNamespace(work_tree=str(inner)))
    assert names_of(moved, tree) == "train.py"


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta"])
def test_an_environment_inside_the_users_tree_is_shared(session, book, tree, mark):
    folder = tree / ".venv" / "lib" / "site-packages"
    folder.mkdir(parents=True)
    (tree / ".venv" / mark).touch()
    report(book, folder / "numpy.py", tree / "train.py")
    assert names_of(session, tree) == "train.py"


def test_a_tree_that_is_an_environment_itself_is_still_code(session, book, tree):
    (tree / "pyvenv.cfg").touch()
    report(book, tree / "train.py")
    assert names_of(session, tree) == "train.py"


def test_links_are_followed(session, book, tree, worktree):
    (tree / "real.py").touch()
    (worktree / "linked.py").symlink_to(tree / "real.py")
    report(book, worktree / "linked.py")
    assert names_of(session, tree) == "real.py"
    os.unlink(worktree / "linked.py")


def test_another_version_of_a_tracked_file_of_the_users_tree_is_named(
    session, book, tree, worktree
):
    for folder, text in ((tree, "lr: 2"), (worktree, "lr: 1")):
        (folder / "config.yaml").write_text(text)
        (folder / "notes.txt").write_text(text)
    report(book, opened=(tree / "config.yaml", tree / "notes.txt", worktree / "config.yaml"))
    _, sentences = loaded_code.check(session, str(tree))
    version = "read from your own tree, which has another version than the recorded code"
    assert sentences == [f"{version}: config.yaml"]
    (tree / "config.yaml").write_text("lr: 1")
    assert loaded_code.check(session, str(tree)) == (session, [])
    (worktree / "config.yaml").unlink()
    assert names_of(session, tree) == "config.yaml"


@pytest.mark.parametrize(
    "words", [("python3.12", "-I", "t.py"), ("sh", "-c", "cd x; /opt/bin/python -E t.py")]
)
def test_a_python_that_reports_nothing_may_have_loaded_the_users_code(session, book, tree, words):
    assert loaded_code.check(session, str(tree), words) == (session, [])  # the hook was off
    (book.folder / start_hook._REPORTS).mkdir()
    changed, [sentence] = loaded_code.check(session, str(tree), words)
    assert sentence.startswith("no Python reported which code it loaded")
    assert changed.diff["inexact"] == [sentence]
    assert loaded_code.check(session, None, words) == (session, [])  # a run in the user's tree
    assert loaded_code.check(session, str(tree), words, is_finished=False) == (session, [])
    assert loaded_code.check(session, str(tree), ("make", "python-data")) == (session, [])
    report(book)
    assert loaded_code.check(session, str(tree), words) == (session, [])
