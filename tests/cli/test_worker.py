"""Workers that join a sweep: what they run, what they refuse, and when they leave."""

import json
import sys
from pathlib import Path

import pytest
from helpers import git, look, run_cli, start

TRIAL = 'test "$MODULE" = cuda; echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS"; cat data.txt'


@pytest.fixture
def sweep(project):
    """Start a sweep that waits for workers."""
    Path("empty.yaml").write_text("{}\n")
    Path("data.txt").write_text("1 2 3\n")
    Path("env.sh").write_text("set -u\nexport MODULE=cuda\n")

    def begin(*more):
        words = ("sweep", "-p", "empty.yaml", "-S", "x=0,1,2", "-m", "loss", "--min")
        words = (*words, "--engine", "workers", "--input", "data.txt", *more)
        command = ("--", "sh", "-ec", TRIAL, "sh", "{args}")
        process = start(sys.executable, "-m", "gittrack", *words, *command)
        while "git track worker" not in process.stderr.readline():
            pass
        return process

    return begin


def test_a_worker_joins_and_leaves_with_the_sweep(sweep):
    process = sweep("--setup", "env.sh")
    done = run_cli("worker", "@", "-j", "2")
    assert done.code == 0, done.err
    assert "2 at once" in done.err
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    assert "done: 3 of 3 done" in out
    runs = json.loads(look("ls", "-w", "sweep.id != None", "--sort", "started", "--json").out)
    assert sorted(run["sweep"]["order"] for run in runs) == [0, 1, 2]
    assert all(run["sweep"]["known"] <= run["sweep"]["order"] for run in runs)
    files = json.loads(look("show", runs[0]["id"], "--json").out)
    assert [entry["path"] for entry in files["inputs"]] == ["data.txt"]


def test_a_setup_that_fails_is_shown_and_nothing_is_tried_again(sweep):
    Path("env.sh").write_text("echo there is no module cuda >&2; exit 3\n")
    process = sweep("--setup", "env.sh")
    run_cli("worker", "@")
    _, err = process.communicate()
    assert process.returncode == 1
    assert "the setup failed on" in err
    assert "there is no module cuda" in err
    assert json.loads(look("ls", "--json").out) == []


@pytest.mark.slow
def test_a_worker_runs_only_what_it_was_asked_to_trust(sweep, tmp_path):
    process = sweep("--setup", "env.sh")
    other = {"XDG_STATE_HOME": str(tmp_path.parent / "homes" / "other")}
    refused = run_cli("worker", "@", env=other)
    assert refused.code == 3
    assert "it would execute" in refused.err
    assert "git track worker" in refused.err.rpartition("hint: ")[2]
    commit = refused.err.rpartition("--trust ")[2].strip()
    done = run_cli("worker", "@", "--trust", commit, env=other)
    assert done.code == 0, done.err
    process.communicate()
    assert process.returncode == 0


def test_a_worker_needs_a_sweep_that_waits_for_it(project):
    done = run_cli("sweep", "-S", "lr=1", "-m", "loss", "--min", "--", "true")
    refused = look("worker", "@")
    assert (done.code, refused.code) == (1, 1)
    assert "no process runs the sweep" in refused.err
    assert "--engine workers" in refused.err


def test_curves_need_a_shared_file_system_so_early_stopping_over_a_remote_is_refused(project):
    text = "method: random\nmetric: {name: loss, goal: minimize}\nparameters: {x: {min: 0, max: 1.0}}\n"
    text += "run_cap: 3\nearly_terminate: {type: median, min_iter: 2}\ncommand: ['true']\n"
    Path("early.yaml").write_text(text)
    refused = look("sweep", "early.yaml", "--engine", "workers", "--meet", "remote")
    assert refused.code == 1
    assert "early_terminate needs a file system that all machines share" in refused.err
    assert git(".", "for-each-ref", "refs/sweeps") == ""


def test_a_sweep_begins_only_if_its_runs_may_go_to_the_remote(project):
    git(".", "remote", "add", "origin", "/nowhere")
    remote = ("--engine", "workers", "--meet", "remote")
    refused = look("sweep", "-S", "lr=1", "-m", "loss", *remote, "--", "true")
    assert (refused.code, "nobody agreed yet" in refused.err, "begins" in refused.err) == (
        1,
        True,
        False,
    )
    assert git(".", "for-each-ref", "refs/sweeps") == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--engine", "dusk"), "there is no engine 'dusk'"),
        (("--engine", "no.such.module"), "the engine no.such.module cannot be imported"),
        (("--setup", "env.sh"), "--setup has no effect without an engine"),
        (("--engine", "workers", "--gpus", "0"), "--gpus is for trials on this machine"),
        (("--engine", "workers", "--setup", "none.sh"), "none.sh cannot be read"),
    ],
)
def test_what_does_not_go_together_is_refused(project, words, message):
    refused = look("sweep", "-S", "lr=1", "-m", "loss", "--min", *words, "--", "true")
    assert refused.code in (1, 2)
    assert message in refused.err
