"""Hosts that do not share locks: a journal is taken from nobody who may be alive, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest
from helpers import listed, python, run_cli, start

import gittrack
from gittrack.core.run import events
from gittrack.disk import this_machine
from gittrack.record import journal

CRASH = "import os, gittrack; r = gittrack.init(); r.log({'a': 1}); os._exit(1)"
# What a file system without locks between hosts looks like from another host.
BLIND = "import fcntl, sys; fcntl.flock = lambda *words: None; from gittrack.cli import main; "
RECOVER = BLIND + "sys.exit(main.main(['recover', '--force']))"


def leave(project, **process):
    """Leave the journal of a process that vanished, on another host; return its folder."""
    python(CRASH, project)
    (folder,) = (project / ".git/gittrack/live").iterdir()
    path = folder / "events.jsonl"
    first, rest = path.read_text().split("\n", 1)
    first = {**json.loads(first), "process": {"host": "elsewhere", "boot": "b", **process}}
    path.write_text(json.dumps(first) + "\n" + rest)
    return folder


def test_the_first_line_names_host_boot_and_process(project):
    python(CRASH, project)
    (folder,) = (project / ".git/gittrack/live").iterdir()
    first = json.loads((folder / "events.jsonl").read_text().split("\n")[0])
    assert first["process"].keys() >= {"host", "pid"}
    assert "process" not in first["values"]


def test_a_fresh_journal_of_another_host_is_left(project):
    folder = leave(project)
    done = run_cli("recover")
    assert (done.code, "may be alive on the host elsewhere" in done.err) == (0, True)
    assert python("import gittrack; gittrack.init().finish()").err == ""
    assert folder.exists()
    assert {run["status"] for run in listed()} == {"running", "finished"}
    assert run_cli("recover", "--force").code == 0
    assert {run["status"] for run in listed()} == {"crashed", "finished"}


@pytest.mark.parametrize(("setting", "age"), [(None, 25 * 3600), ("2h", 3 * 3600)])
def test_a_journal_of_another_host_that_is_stale_is_committed(project, setting, age):
    folder = leave(project)
    if setting:
        helpers_git = ["git", "config", "track.adoptAfter", setting]
        assert os.spawnvp(os.P_WAIT, "git", helpers_git) == 0
    for path in folder.iterdir():
        old = path.stat().st_mtime - age
        os.utime(path, (old, old))
    assert [run["status"] for run in listed()] == ["crashed"]
    assert "(crashed)" in run_cli("recover").out


def test_a_run_of_another_host_that_only_prints_is_running(project):
    folder = leave(project)
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))
    (folder / "log.txt").write_text("epoch 1\n")
    assert [run["status"] for run in listed()] == ["running"]
    assert "may be alive on the host elsewhere" in run_cli("recover").err


def test_a_machine_that_was_started_again_recovers_its_own(project):
    folder = leave(project, host=os.uname().nodename)
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))
    assert "(crashed)" in run_cli("recover").out


TRAINING = """
import sys, gittrack
run = gittrack.init(config={"lr": 0.003})
run.log({"loss": 0.0}, step=0)
run.log_artifact("train.py")
print("ready", flush=True)
sys.stdin.readline()
for step in range(1, 4):
    run.log({"loss": float(step)}, step=step)
run.log_params({"late": 1})
"""


def test_an_owner_whose_journal_was_taken_writes_it_again(project):
    process = start(sys.executable, "-c", TRAINING, cwd=project)
    assert process.stdout.readline() == "ready\n"
    assert "recovered" in python(RECOVER, project).out
    (early,) = gittrack.runs()
    assert early.status == "crashed"
    _, err = process.communicate("on\n")
    assert (process.returncode, "could not" in err, "ended" in err) == (0, False, False)
    (run,) = gittrack.runs()
    assert (run.id, run.status, run.params) == (early.id, "finished", {"lr": 0.003, "late": 1})
    assert [point[0] for point in run.points()] == [0, 1, 2, 3]
    assert [item["path"] for item in run.outputs] == ["train.py"]
    assert run_cli("doctor").code == 0


def test_a_launched_script_whose_journal_was_taken_loses_no_point(project):
    (project / "script.py").write_text(TRAINING + "print('the end')\n")
    command = (sys.executable, "-m", "gittrack", "run", "--", sys.executable, "script.py")
    process = start(*command, cwd=project)
    assert process.stdout.readline() == "ready\n"
    assert "recovered" in python(RECOVER, project).out
    _, err = process.communicate("on\n")
    assert (process.returncode, "ended" in err) == (0, False), err
    (run,) = gittrack.runs()
    assert (run.status, run.params["late"]) == ("finished", 1)
    assert [point[0] for point in run.points()] == [0, 1, 2, 3]
    assert run_cli("cat", "@", "log.txt").out.endswith("ready\nthe end\n")


def test_a_script_adds_what_its_owner_could_not_copy(project):
    owner = journal.create(str(project / ".git"))
    facts = {"id": owner.id, "experiment": "e", "status": "running"}
    facts["started"] = "2026-03-01T00:00:00.000Z"
    owner.append(events.START, values=facts, process=this_machine.process())
    script = journal.join(owner.folder)
    script.series.write(b"0,loss,1.0,0.000\n")
    shutil.rmtree(owner.folder)
    owner.ensure_open()  # copies the first point
    os.write(script.series.fd, b"1,loss,0.5,0.000\n")  # into the removed file
    script.series.write(b"2,loss,0.2,0.000\n")
    text = (owner.folder / "metrics.csv").read_text()
    assert [line[0] for line in text.splitlines()[1:]] == ["0", "1", "2"]
    script.release()
    owner.release()


@pytest.mark.parametrize("name", ["EOPNOTSUPP", "ENOSYS", "ENOLCK"])
def test_a_file_system_without_locks_is_one_clear_sentence(project, name):
    python(CRASH, project)
    code = f"""
import errno, fcntl, sys
def flock(*words):
    raise OSError(errno.{name}, "not here")
fcntl.flock = flock
from gittrack.cli import main
sys.exit(main.main(sys.argv[1:] or ['run', '--', 'true']))
"""
    done = python(code, project)
    assert done.code == 1
    assert done.err.count("error: ") == 1
    assert "has no file locks" in done.err
    assert (
        python(code.replace("sys.argv[1:] or ['run', '--', 'true']", "['ls']"), project).code == 0
    )
    assert len(list((project / ".git/gittrack/live").iterdir())) == 1
