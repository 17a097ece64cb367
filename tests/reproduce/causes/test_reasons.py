"""What differs between two runs, the most likely cause of a difference first."""

from __future__ import annotations

import pytest
from helpers import git as run_git
from helpers import repo, run_cli

import gittrack
from gittrack import git
from gittrack.reproduce.causes import reason as kinds
from gittrack.reproduce.causes import reasons, unrecorded
from gittrack.reproduce.causes.reason import Reason


@pytest.fixture
def project(monkeypatch):
    """The current folder is a repository with a program and data that it tracks."""
    folder = repo()
    (folder / "train.py").write_text("print(1)\n")
    (folder / "helper.py").write_text("K = 1\n")
    (folder / "rows.csv").write_text("1\n")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-qm", "begin")
    monkeypatch.chdir(folder)
    return folder


def recorded(*words, env=None):
    """Record a run of a command line; return it."""
    assert run_cli("run", *words, env=env).code == 0
    return gittrack.get("@")


def lines(first, second):
    return kinds.lines(reasons.reasons(git.find(), first, second))


def test_words_of_the_command_are_named_with_their_flag(project):
    first = recorded("--", "python", "train.py", "--lr", "0.1")
    second = recorded("--", "python", "train.py", "--lr", "0.2")
    assert lines(first, second)[0] == "command: --lr 0.1 -> --lr 0.2"


def test_a_wrapper_and_a_new_word_are_named(project):
    first = recorded("--", "python", "train.py")
    assert lines(first, recorded("--", "env", "python", "train.py"))[0] == "command: none -> env"
    assert lines(first, recorded("--", "python", "train.py", "-q"))[0] == "command: none -> -q"


def test_seed_and_params_come_first(project):
    first = recorded("--seed", "1", "-S", "lr=1", "--", "python", "train.py")
    (project / "train.py").write_text("print(2)\n")
    second = recorded("--seed", "2", "-S", "lr=2", "--", "python", "train.py")
    assert lines(first, second)[:3] == ["seed: 1 -> 2", "param: lr: 1 -> 2", "code: train.py"]


def test_changed_files_are_named_and_data_is_told_from_code(project):
    first = recorded("--", "python", "train.py")
    for name in ("train.py", "helper.py", "rows.csv"):
        (project / name).write_text("2\n")
    second = recorded("--", "python", "train.py")
    assert lines(first, second)[:2] == ["code: train.py, helper.py", "tracked data: rows.csv"]


def test_a_thread_count_is_one_reason(project):
    first = recorded("--seed", "1", "--threads", "1", "--", "python", "train.py")
    second = recorded("--seed", "1", "--threads", "2", "--", "python", "train.py")
    rows = reasons.reasons(git.find(), first, second)
    assert rows
    assert {row.kind for row in rows} == {kinds.THREADS}


def test_reasons_of_one_kind_share_a_line_and_many_are_counted():
    rows = [Reason(kinds.CODE, f"f{number}.py") for number in range(8)]
    rows += [Reason(kinds.PACKAGE, f"p{number}", "1", "2") for number in range(25)]
    text = kinds.lines(rows)
    assert text[0] == "code: f0.py, f1.py, f2.py, f3.py, f4.py, f5.py and 2 more"
    assert text[1] == "package: p0: 1 -> 2"
    assert text[-1] == "and 6 more: git track diff --env"


def test_a_seed_that_nothing_used_is_printed(project):
    (project / "train.py").write_text("import random\n")
    used = recorded("--seed", "1", "--", "python", "train.py")
    unused = recorded("--seed", "1", "--", "true")
    off = recorded("--seed", "1", "--no-seed-hook", "--", "python", "train.py")
    beginning = "the seed 1 seeded neither random nor NumPy, torch or TensorFlow: "
    assert unrecorded.uncontrolled(used, used) == []
    assert unrecorded.uncontrolled(unused, unused) == [
        beginning + "no Python of the command reported"
    ]
    assert unrecorded.uncontrolled(off, off) == [beginning + "the hook was off"]
    assert "that no Python of the command opened" in unrecorded.not_recorded(used, used)
    assert "that no --input names" in unrecorded.not_recorded(off, off)


def test_workers_that_no_seed_reaches_are_printed(project):
    (project / "train.py").write_text(
        "import multiprocessing\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        pool.map(abs, [1])\n"
    )
    run = recorded("--seed", "1", "--", "python", "train.py")
    assert any("worker processes" in line for line in unrecorded.uncontrolled(run, run))


def test_a_variable_is_named_without_its_value(project):
    first = recorded("--", "true", env={"SCALE": "hunter2", "TERM": "a", "SSH_TTY": "1"})
    second = recorded("--", "true", env={"SCALE": "hunter3", "TERM": "b", "EXTRA": "1"})
    rows = reasons.reasons(git.find(), first, second)
    assert Reason(kinds.VARIABLE, "EXTRA", "none", "set") in rows
    assert Reason(kinds.SECRET, "SCALE") in rows
    assert {row.kind for row in rows} == {kinds.VARIABLE, kinds.SECRET}
    assert "hunter" not in str(first.env)


def test_variables_of_another_repository_are_not_comparable(project):
    first = recorded("--seed", "1", "--", "true", env={"SCALE": "1"})
    (project / ".git/gittrack/variable-salt").unlink()
    second = recorded("--seed", "1", "--", "true", env={"SCALE": "2"})
    assert lines(first, second) == []
    assert "environment variables (recorded in another" in unrecorded.not_recorded(first, second)


def test_an_exact_verdict_names_what_differs_all_the_same():
    rows = (Reason(kinds.PACKAGE, "numpy", "2.4", "2.3"), Reason(kinds.HASH_SEED, "", "1", "2"))
    assert kinds.although(rows) == ["although package: numpy: 2.4 -> 2.3"]


def test_every_kind_has_a_place_in_the_order():
    names = {name for name in vars(kinds) if name.isupper() and not name.startswith("_")}
    assert {getattr(kinds, name) for name in names - {"KINDS"}} == set(kinds.KINDS)
