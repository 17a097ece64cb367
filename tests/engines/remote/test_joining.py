"""Workers of other clones join a sweep that meets on a git remote."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from helpers import git, look, run_cli, start

from gittrack import git as track_git
from gittrack.sweeping import stored

SWEEP = "20260101-000000-aaaa1111"
TRIAL = """
cat data.txt
echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS"
if [ -p "$MARKS/hold-$2" ]; then read line < "$MARKS/hold-$2"; fi
"""


@pytest.fixture
def clone(url, scratch, monkeypatch):
    """Another clone, on a machine that has the data but did not start the sweep."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(scratch / "cache"))
    monkeypatch.setenv("MARKS", str(scratch))
    Path("empty.yaml").write_text("{}\n")
    Path(".gitignore").write_text("data.txt\nempty.yaml\n")
    git(".", "add", ".gitignore")
    git(".", "commit", "-qm", "ignore data")
    git(".", "push", "-q", "origin", "HEAD:refs/heads/main")
    git(".", "clone", "-q", "-b", "main", url, str(scratch / "clone"))
    for folder in (Path(), scratch / "clone"):
        (folder / "data.txt").write_text("1 2 3\n")
    return scratch / "clone"


def begin(values="0,1,2"):
    words = ("sweep", "-p", "empty.yaml", "-S", f"x={values}", "-m", "loss", "--min")
    words = (*words, "--engine", "workers", "--meet", "remote", "--input", "data.txt")
    command = ("--", "sh", "-ec", TRIAL, "sh", "{args}")
    process = start(sys.executable, "-m", "gittrack", *words, *command)
    while "runs meet on the git remote" not in process.stderr.readline():
        pass
    return process


def trusted():
    return git(".", "for-each-ref", "--format=%(objectname)", "refs/sweeps/2*").split()[-1]


def shown():
    return json.loads(look("sweep", "show", "@", "--json").out)


def test_nobody_runs_the_sweep(url, scratch, monkeypatch):
    repo = track_git.find()
    facts = {"method": "grid", "metric": "loss", "goal": "minimize", "experiment": "default"}
    facts = {**facts, "created": "2026-01-01T00:00:00Z", "command": ["true"], "params": {"x": 1}}
    code = stored.capture_code(repo, scratch / "code")
    sweep = stored.create(repo, SWEEP, code, b"method: grid\n", facts)
    git(".", "push", "-q", "origin", "HEAD:refs/heads/main", f"refs/sweeps/{SWEEP}")
    git(".", "clone", "-q", "-b", "main", url, str(scratch / "other"))
    monkeypatch.chdir(scratch / "other")
    assert "there is no sweep 'none'" in look("worker", "none").err
    refused = look("worker", "aaaa1111", "--trust", sweep.commit)
    assert refused.code == 1
    assert f"no process runs the sweep {SWEEP} on origin" in refused.err
    stopped = look("sweep", "stop", "@")
    assert stopped.code == 1
    assert "is not running in this repository, and not on origin" in stopped.err
    git(".", "push", "-q", "origin", f"HEAD:refs/gittrack/sweeps/{SWEEP}/to/1")
    asked = look("sweep", "stop", "@", "--now")
    assert "asked sweep aaaa1111 to stop, on origin: its running trials are ended" in asked.out
    assert f"{SWEEP}/stop/now" in git(url, "for-each-ref", "refs/gittrack")


@pytest.mark.slow
def test_a_worker_joins_from_another_clone(clone, url, scratch):
    process = begin("0,1")
    done = run_cli("worker", "@", "-j", "2", "--trust", trusted(), cwd=clone)
    assert done.code == 0, done.err
    assert "runs go to origin" in done.err
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    assert sorted(trial["order"] for trial in shown()["trials"]) == [0, 1]
    assert git(url, "for-each-ref", "refs/gittrack", "refs/sweeps/results") == ""
    assert git(url, "for-each-ref", "refs/runs").count("\n") == 1
    assert git(str(clone), "for-each-ref", "refs/runs", "refs/gittrack") == ""
    assert list((scratch / "clone/.git/gittrack").glob("*/*")) == []


@pytest.mark.slow
def test_a_worker_that_is_killed_and_a_stop_from_another_clone(clone, scratch):
    for number in "012":
        os.mkfifo(scratch / f"hold-{number}")
    process = begin()
    words = (sys.executable, "-m", "gittrack", "worker", "@", "--trust", trusted())
    lost = start(*words, "-j", "2", cwd=clone)
    holds = [os.open(scratch / f"hold-{number}", os.O_WRONLY) for number in "01"]  # both run
    os.kill(lost.pid, signal.SIGKILL)
    for hold in holds:
        os.close(hold)
    for number in "012":
        os.unlink(scratch / f"hold-{number}")
    other = start(*words, cwd=clone)
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    assert sorted(trial["order"] for trial in shown()["trials"]) == [0, 1, 2]
    assert other.wait() == 0
    again = look("sweep", "stop", "@")
    assert again.code == 1
    assert "not on origin" in again.err


@pytest.mark.slow
def test_a_stop_from_a_clone_that_never_saw_the_sweep(clone, scratch):
    os.mkfifo(scratch / "hold-0")
    process = begin()
    words = (sys.executable, "-m", "gittrack", "worker", "@", "--trust", trusted())
    worker = start(*words, cwd=clone)
    os.close(os.open(scratch / "hold-0", os.O_RDWR))
    hold = os.open(scratch / "hold-0", os.O_WRONLY)
    done = run_cli("sweep", "stop", "@", "--now", "--remote", "origin", cwd=clone)
    assert done.code == 0, done.err
    out, err = process.communicate()
    os.close(hold)
    assert "stopping now: ending 1 running trial" in err, out + err
    assert worker.wait() == 0
