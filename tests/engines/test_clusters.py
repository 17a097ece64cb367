"""Sweeps on Slurm, ssh and Dask: stand-ins for the first two, a cluster on this machine for the last."""

import json
import os
import sys
from pathlib import Path

import pytest
from helpers import git, look, run_cli

HERE = Path(__file__).parent
TRIAL = 'echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS"'
SWEEP = ("sweep", "-p", "empty.yaml", "-S", "x=3,1,2", "-m", "loss", "--min")
COMMAND = ("--", "sh", "-c", TRIAL, "sh", "{args}")
FAKE_SSH = """#!/bin/sh
echo "$@" >> "$SSH_CALLS"
while [ "$1" != -- ]; do shift; done
[ "$2" != down ] || { echo "ssh: connect to host down port 22: No route to host" >&2; exit 255; }
echo "Welcome to $2"
exec sh -c "$3"
"""


def program(path, text):
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def tools(project, scratch, monkeypatch):
    """A folder on PATH for stand-ins; `git-track` is this one."""
    Path("empty.yaml").write_text("{}\n")
    folder = scratch / "bin"
    folder.mkdir()
    root = HERE.parent.parent
    program(
        folder / "git-track",
        f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m gittrack "$@"\n',
    )
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(root))
    return folder


@pytest.fixture
def slurm(tools, scratch, monkeypatch):
    state = scratch / "slurm"
    state.mkdir()
    monkeypatch.setenv("FAKE_SLURM", str(state))
    text = (HERE / "fake_slurm.py").read_text()
    for name in ("sbatch", "squeue", "scancel"):
        program(tools / name, f"#!{sys.executable} -S\n{text}")
    return state


def calls(state, name):
    return [line for line in (state / "calls").read_text().splitlines() if line.startswith(name)]


def check(done):
    assert done.code == 0, done.out + done.err
    shown = json.loads(look("sweep", "show", "@", "--json").out)
    assert (shown["state"], shown["best"]) == ("done", "1")
    assert sorted(trial["order"] for trial in shown["trials"]) == [0, 1, 2]
    assert git(".", "status", "--porcelain") == "?? empty.yaml"


def test_trials_that_start_together_are_one_job_array(slurm):
    check(
        run_cli(*SWEEP, "--engine", "slurm", "--sbatch", "--partition=gpu --gres=gpu:1", *COMMAND)
    )
    (call,) = calls(slurm, "sbatch")
    for word in ("--array=0-2", "--partition=gpu", "--gres=gpu:1", "--output=", "/.git/gittrack/"):
        assert word in call
    assert calls(slurm, "scancel") == []


def test_what_slurm_refuses_is_shown(slurm):
    done = run_cli(*SWEEP, "--engine", "slurm", "--sbatch", "--partition=cpu", *COMMAND)
    assert done.code == 1
    assert "invalid partition specified: cpu" in done.err
    assert "git track sweep resume" in done.err


@pytest.mark.slow  # squeue is asked every five seconds
def test_a_job_that_ends_before_its_trial_shows_its_output(slurm, tools):
    program(tools / "broken", "#!/bin/sh\necho module cuda was not found\nexit 1\n")
    done = run_cli(*SWEEP, "--engine", "slurm", "--program", str(tools / "broken"), *COMMAND)
    assert done.code == 1
    assert "ended before its trial began: module cuda was not found" in done.err


def test_one_run_is_a_job_with_the_code_as_it_was(slurm):
    Path("train.py").write_text("print('changed, not committed')\n")
    words = ("run", "-S", "lr=0.5", "--engine", "slurm", "--sbatch", "--gres=gpu:1")
    done = run_cli(*words, "--", sys.executable, "train.py")
    assert done.code == 0, done.out + done.err
    assert "submitted job 7; its output: " in done.err
    assert "changed, not committed" in done.out
    (run,) = json.loads(look("ls", "--json").out)
    assert (run["status"], run["params"]["lr"]) == ("finished", 0.5)
    assert (
        git(".", "show", f"{run['code']['commit']}:train.py") == "print('changed, not committed')"
    )
    assert git(".", "for-each-ref", "refs/gittrack") == ""
    assert "--gres=gpu:1" in calls(slurm, "sbatch")[0]


def test_hosts_run_trials_by_ssh(tools, scratch, monkeypatch):
    monkeypatch.setenv("SSH_CALLS", str(scratch / "calls"))
    program(tools / "ssh", FAKE_SSH)
    hosts = ("--hosts", "a,b", "--program", str(tools / "git-track"))
    check(run_cli(*SWEEP, "--engine", "ssh", *hosts, "-j", "3", *COMMAND))
    words = sorted(line.split(" -- ")[1] for line in (scratch / "calls").read_text().splitlines())
    assert [word.split()[0] for word in words] == ["a", "b"]
    assert "__worker 2" in words[0]
    assert "__worker 1" in words[1]


def test_a_host_that_is_down_is_named(tools, scratch, monkeypatch):
    monkeypatch.setenv("SSH_CALLS", str(scratch / "calls"))
    program(tools / "ssh", FAKE_SSH)
    done = run_cli(*SWEEP, "--engine", "ssh", "--hosts", "down", *COMMAND)
    assert done.code == 1
    assert "No route to host" in done.err


@pytest.mark.slow  # each place starts an interpreter
def test_the_engine_in_the_documentation(tools, scratch, monkeypatch):
    text = (HERE.parent.parent / "docs/engines.md").read_text()
    (scratch / "mine").mkdir()
    (scratch / "mine/threads.py").write_text(text.rpartition("```python\n")[2].partition("```")[0])
    monkeypatch.setenv("PYTHONPATH", f"{scratch}:{HERE.parent.parent}")
    check(run_cli(*SWEEP, "--engine", "mine.threads", *COMMAND))


@pytest.mark.slow  # Dask takes seconds to begin
def test_a_dask_cluster_on_this_machine(tools):
    pytest.importorskip("distributed")
    check(run_cli(*SWEEP, "--engine", "dask", "-j", "2", *COMMAND))


@pytest.mark.slow  # Dask takes seconds to be imported
@pytest.mark.parametrize("address", ["tls://127.0.0.1:9", "tcp://127.0.0.1:9", "strange://x"])
def test_a_scheduler_that_cannot_be_reached_is_named(tools, address):
    pytest.importorskip("distributed")
    done = run_cli(*SWEEP, "--engine", "dask", "--scheduler", address, *COMMAND)
    assert (done.code, f"the Dask scheduler {address} cannot be reached" in done.err) == (1, True)
