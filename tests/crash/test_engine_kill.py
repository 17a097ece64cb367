"""A sweep on an engine whose worker, trial or own process is killed: one result for each trial, none lost."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from helpers import ROOT, git, listed, look, run_cli, start

from gittrack.core.run import run_info

# A trial says who it is, and the trials 1 and 2 wait for the test, if they are its first attempt.
TRIAL = """
echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS"
if [ -p "$MARKS/go-$2" ] && mkdir "$MARKS/$2" 2>/dev/null; then
  echo $PPID > "$MARKS/$2/launcher"; echo $$ > "$MARKS/go-$2"; read line < "$MARKS/hold"
fi
"""
SWEEP = ("sweep", "-p", "empty.yaml", "-S", "x=0,1,2,3", "-m", "loss", "--min", "-j", "2")


@pytest.fixture
def marks(project, scratch, monkeypatch):
    """A folder in which trials 1 and 2 say that they run; `hold` is a pipe that nobody writes."""
    folder = scratch / "marks"
    folder.mkdir()
    for name in ("hold", "go-1", "go-2"):
        os.mkfifo(folder / name)
    monkeypatch.setenv("MARKS", str(folder))
    Path("empty.yaml").write_text("{}\n")
    return folder


def begin(engine, *more, env=None):
    words = (*SWEEP, "--engine", engine, *more, "--", "sh", "-c", TRIAL, "sh", "{args}")
    return start(sys.executable, "-m", "gittrack", *words, env=env)


def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])


def agent_of(marks):
    """Wait for both trials that hold, and return the process that forked their launchers."""
    for number in "12":
        (marks / f"go-{number}").read_text()
    return parent(int((marks / "1/launcher").read_text()))


def check(done):
    """Every trial has one result, and the orders have no gap."""
    assert done, "the sweep did not end well"
    shown = json.loads(look("sweep", "show", "@", "--json").out)
    trials = {trial["key"]: (trial["score"], trial["order"]) for trial in shown["trials"]}
    assert {key: score for key, (score, _) in trials.items()} == {str(n): n for n in range(4)}
    assert sorted(order for _, order in trials.values()) == [0, 1, 2, 3]
    query = ("-n", "99", "--sort", "started", "-w", "sweep.order != None", "--json")
    runs = json.loads(look("ls", *query).out)
    counting = [run["sweep"]["trial"] for run in runs if run["sweep"]["order"] is not None]
    assert sorted(counting) == list("0123")
    assert git(".", "for-each-ref", "refs/sweeps/results") == ""
    assert git(".", "fsck", "--no-dangling") == ""


# Python imports this module when it starts; it moves the clock of workers.
CLOCK = """
import os, sys, time
if "__worker" in sys.orig_argv:
    ahead, now, now_ns = int(os.environ["CLOCK_AHEAD"]), time.time, time.time_ns
    time.time, time.time_ns = lambda: now() + ahead, lambda: now_ns() + ahead * 10**9
"""


@pytest.mark.parametrize(
    "ahead", [600, *(pytest.param(ahead, marks=pytest.mark.slow) for ahead in (0, -600))]
)
def test_a_worker_is_killed_whose_clock_may_be_ten_minutes_off(marks, scratch, ahead):
    (scratch / "sitecustomize.py").write_text(CLOCK)
    env = {"PYTHONPATH": f"{scratch}:{ROOT}", "CLOCK_AHEAD": str(ahead)}
    sweep = begin("local-processes", env=env)
    agent = agent_of(marks)
    running = [run for run in listed() if run["status"] != "finished"]
    assert {run["status"] for run in running} == {"running"}
    assert all(
        abs(run_info.from_iso(run["started"]) - time.time() - ahead) < 300 for run in running
    )
    assert all(0 <= run["duration"] < 300 for run in running)
    os.kill(agent, signal.SIGKILL)
    out, err = sweep.communicate()
    check(sweep.returncode == 0)
    assert err.count("runs again: the worker on") >= 2 or "warning" in err, out + err


@pytest.mark.slow
def test_the_process_of_the_sweep_is_killed(marks):
    sweep = begin("local-processes")
    agent = agent_of(marks)
    sweep.kill()
    sweep.communicate()
    while Path(f"/proc/{agent}").exists():  # it ends its trials, because nobody wants them any more
        os.sched_yield()
    check(run_cli("sweep", "resume", "@", "--engine", "local-processes", "-j", "2").code == 0)


def test_workers_that_joined_go_on_for_the_next_process(marks):
    sweep = begin("workers")
    while "git track worker" not in sweep.stderr.readline():
        pass
    worker = start(sys.executable, "-m", "gittrack", "worker", "@", "-j", "2")
    agent = agent_of(marks)
    assert agent == worker.pid
    sweep.kill()
    sweep.communicate()
    again = start(sys.executable, "-m", "gittrack", "sweep", "resume", "@", "--engine", "workers")
    # Both trials go on, also one that is about to read: a pipe forgets its content if nobody has it open.
    with open(marks / "hold", "r+b", buffering=0) as hold:
        hold.write(b"go\ngo\n")
        again.communicate()
    check(again.returncode == 0)
    assert worker.wait() == 0
    runs = json.loads(look("ls", "-n", "99", "--sort", "started", "--json").out)
    assert [run["sweep"]["attempt"] for run in runs] == [1, 1, 1, 1]  # nothing ran twice


@pytest.mark.slow
def test_a_launcher_is_killed_with_its_trial(marks):
    sweep = begin("local-processes")
    agent_of(marks)
    for number in "12":
        os.kill(int((marks / number / "launcher").read_text()), signal.SIGKILL)
    sweep.communicate()
    shown = json.loads(look("sweep", "show", "@", "--json").out)
    assert sorted(trial["order"] for trial in shown["trials"]) == [0, 1, 2, 3]
    assert sorted(t["status"] for t in shown["trials"]) == ["crashed"] * 2 + ["finished"] * 2
