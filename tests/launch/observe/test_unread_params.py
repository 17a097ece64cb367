"""Params that ``-S`` or a sweep sets, and that a program does not read, are named."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers import listed, repo, run_cli

from gittrack.launch.command_plan import AssignedParams
from gittrack.launch.observe import unread_params

USES_RUN_CONFIG = "import gittrack; run = gittrack.init(config={'lr': 0.9}); print(run.config.lr)"
USES_OWN_VALUE = "import gittrack; gittrack.init(config={'lr': 0.9}).log({'loss': 0.9})"
USES_NO_CONFIG = "import gittrack; gittrack.init().log({'loss': 0.9})"
READS_FILE = "import gittrack, os; open(os.environ['GITTRACK_PARAMS']).read(); gittrack.init()"
READS_PARAMS = "import gittrack; print(gittrack.params()['lr'])"
PASSES_EQUAL_VALUES = "import gittrack; gittrack.init(config={'lr': 0.5, 'epochs': 3})"
READS_IN_A_CHILD = (
    "import gittrack, os; run = gittrack.init()\n"
    "if os.fork() == 0: run.config.lr; os._exit(0)\n"
    "os.wait()"
)
READS_PARAMS_IN_A_CHILD = (
    "import gittrack, os\nif os.fork() == 0: gittrack.params(); os._exit(0)\nos.wait()"
)
IS_REPLACED_AFTER_READING = (
    "import gittrack, os; gittrack.params(); os.execvp('python', ['python', '-c', ''])"
)
STARTS_A_READER = "import os, subprocess; subprocess.run(['cat', os.environ['GITTRACK_PARAMS']])"
READS_PARAMS_LATER = (
    "import gittrack; gittrack.init(config={'lr': 0.9}); print(gittrack.params()['lr'])"
)
LOGS_EQUAL_VALUES = "import gittrack; gittrack.init().log_params({'lr': 0.5, 'epochs': 3})"
WANDB_WITH_OWN_VALUE = (
    "import gittrack.integrations.wandb as wandb; wandb.init(config={'lr': 0.9}).log({'loss': 0.9})"
)
WANDB_CONFIG = (
    "import gittrack.integrations.wandb as wandb; wandb.init(config={'lr': 0.9})\n"
    "print(wandb.config.lr)"
)
PARSES_ARGUMENTS = "import sys; print(sys.argv)"


@pytest.fixture
def work() -> Path:
    """A repository whose params.yaml has the params that the programs use."""
    path = repo(path="../work")
    Path(path, "params.yaml").write_text("lr: 0.1\nepochs: 3\n")
    return path


def warning(work: Path, *words: str, options: tuple[str, ...] = ("-S", "lr=0.5")) -> str:
    """Run a command with params, and return the warning about those that it did not read."""
    done = run_cli("run", *options, "--", *words, cwd=work)
    assert done.code == 0, done.err
    return next((line for line in done.err.splitlines() if "did not read" in line), "")


@pytest.mark.parametrize(
    "program", [PARSES_ARGUMENTS, USES_OWN_VALUE, USES_NO_CONFIG, WANDB_WITH_OWN_VALUE]
)
def test_a_program_that_uses_other_values_is_named(work, program):
    assert "lr; write {args} (for Hydra {overrides}) into the command" in warning(
        work, sys.executable, "-c", program
    )
    unread = listed(cwd=work)[0]["unread_params"]
    assert "lr" in unread
    assert f"unread_params  {', '.join(unread)}" in run_cli("show", "@", cwd=work).out


def test_a_program_that_reads_the_file_of_defaults_is_named_for_other_params_only(work):
    program = "print(open('params.yaml').read())"
    assert "than the run has: lr; write" in warning(work, sys.executable, "-c", program)
    line = warning(work, sys.executable, "-c", PARSES_ARGUMENTS, options=())
    assert "than the run has: epochs, lr; write" in line


@pytest.mark.parametrize(
    "program",
    [
        USES_RUN_CONFIG,
        READS_FILE,
        READS_PARAMS,
        PASSES_EQUAL_VALUES,
        READS_IN_A_CHILD,
        READS_PARAMS_IN_A_CHILD,
        IS_REPLACED_AFTER_READING,
        STARTS_A_READER,
        READS_PARAMS_LATER,
        LOGS_EQUAL_VALUES,
        WANDB_CONFIG,
    ],
)
def test_a_program_that_reads_its_params_is_not_named(work, program):
    assert warning(work, sys.executable, "-c", program) == ""
    assert not listed(cwd=work)[0].get("unread_params")


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ((sys.executable, "-c", PARSES_ARGUMENTS), ("-p", os.devnull)),
        ((sys.executable, "-c", PARSES_ARGUMENTS), ("-S", "lr=0.5", "--no-seed-hook")),
        (("true",), ("-S", "lr=0.5")),
    ],
    ids=["no params", "no hook", "no python"],
)
def test_nothing_is_said_if_nothing_is_known(work, words, options):
    assert warning(work, *words, options=options) == ""


@pytest.mark.parametrize(
    ("words", "opened", "names"),
    [
        (("train",), (), ["epochs", "lr"]),
        (("train", "{args}"), (), []),
        (("sh", "-c", "train $GITTRACK_PARAMS"), (), []),
        (("train",), ("/project/params.yaml",), ["lr"]),
        (("train",), ("JOURNAL/params.yaml",), []),
        (("train",), ("JOURNAL/params.json",), []),
        (("train",), ("JOURNAL/../LINK/params.yaml",), []),
        (("train",), ("JOURNAL/given.json",), []),
        (("train",), [f"/data/{number}" for number in range(1000)], []),
        (("train",), None, []),
        (("train", "--lr", "5e-1", "--epochs=3"), (), []),
        (("train", "--lr", "0.4", "--epochs"), (), ["epochs", "lr"]),
    ],
    ids=[
        "unread",
        "field",
        "variable",
        "file",
        "yaml",
        "json",
        "link",
        "options",
        "too many files",
        "silent",
        "passed",
        "passed otherwise",
    ],
)
def test_what_was_read_is_known_from_the_command_and_its_reports(tmp_path, words, opened, names):
    (tmp_path / "processes").mkdir()
    if opened is not None:
        link = tmp_path.with_name("link")
        link.symlink_to(tmp_path)
        paths = [
            path.replace("JOURNAL", str(tmp_path)).replace("LINK", link.name) for path in opened
        ]
        (tmp_path / "processes" / "1").write_text(repr({"modules": 1, "opened": paths}))
    state = SimpleNamespace(params={"lr": 0.5, "epochs": 3})
    journal = SimpleNamespace(folder=tmp_path, state=lambda: state)
    assigned = AssignedParams(("lr", "seed"), ("epochs",), ("/project/params.yaml",))
    assert unread_params.names(journal, assigned, words) == names


def test_nothing_is_said_of_a_python_that_cannot_know_what_it_opens_or_of_too_many(tmp_path):
    (tmp_path / "processes").mkdir()
    journal = SimpleNamespace(folder=tmp_path)
    assigned = AssignedParams(("lr",))
    report = tmp_path / "processes" / "1"
    report.write_text(repr({"modules": 1, "opened": []}))
    assert unread_params.names(journal, assigned, ("train",)) == ["lr"]
    report.write_text(repr({"modules": 1}))
    assert unread_params.names(journal, assigned, ("train",)) == []
    for number in range(100):
        report.with_name(str(number)).write_text(repr({"modules": 1, "opened": []}))
    assert unread_params.names(journal, assigned, ("train",)) == []


def test_a_sweep_of_a_program_that_reads_nothing_says_so_once_and_in_its_leaderboard(work):
    words = (sys.executable, "-c", USES_OWN_VALUE)
    done = run_cli("sweep", "-S", "lr=0.1,0.2", "-m", "loss", "--min", "--", *words, cwd=work)
    assert done.err.count("did not read its params") == 1
    assert "2 of 2 trials did not read their params" in done.out
    assert "other values than the table has: lr" in run_cli("sweep", "show", "@", cwd=work).out


def test_a_command_that_fails_has_no_such_fact(work):
    program = f"{USES_OWN_VALUE}; import sys; sys.exit(3)"
    run_cli("run", "-S", "lr=0.5", "--", sys.executable, "-c", program, cwd=work)
    assert listed(cwd=work)[0]["exit_code"] == 3
    assert "_params:" not in run_cli("cat", "@", "run.yaml", cwd=work).out


def test_a_rerun_of_such_a_run_is_the_same(work):
    warning(work, sys.executable, "-c", USES_OWN_VALUE)
    done = run_cli("reproduce", "@", cwd=work)
    assert "EXACT" in done.out
    assert "unread" not in done.out + done.err


def test_a_long_list_of_names_is_cut():
    assert "a, b, c, d, e and 2 more; write" in unread_params.sentence(list("abcdefg"))
