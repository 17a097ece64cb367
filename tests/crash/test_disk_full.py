"""A full disk: training goes on, the run is complete afterwards, and nothing is said that is not so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import git, recover, repo, run_cli, start, without_begin_and_end

import gittrack
from gittrack.core import layout

SIZE = 3 << 20


@pytest.fixture
def disk(tmp_path):
    """A file system of 3 MiB with a repository on it."""
    mount = tmp_path / "disk"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(mount)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no right to mount a file system")
    yield repo(path=mount / "repo")
    subprocess.run(["umount", "-l", str(mount)], check=True)


def fill(disk: Path) -> Path:
    """Take up all room; what is returned can be deleted again."""
    ballast = disk.parent / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return ballast
    raise AssertionError("the disk has no end")


# Does what it is told on stdin, so that the test can fill and free the disk in between.
OBEDIENT = """
import sys
import gittrack
run = gittrack.init()
step = 0
print("ready", flush=True)
for line in sys.stdin:
    word = line.strip()
    if word == "log":
        for _ in range(2000):
            run.log({"loss": float(step)}, step=step)
            step += 1
    elif word == "params":
        run.log_params({"late": "x" * 9000})
    elif word == "artifact":
        run.log_artifact("train.py")
    elif word == "finish":
        run.finish()
    print(word, flush=True)
"""


class Training:
    """A process that records as it is told."""

    def __init__(self, place: Path) -> None:
        self.process = start(sys.executable, "-c", OBEDIENT, cwd=place)
        assert self.process.stdout.readline() == "ready\n"

    def do(self, *words: str) -> None:
        for word in words:
            self.process.stdin.write(word + "\n")
            self.process.stdin.flush()
            assert self.process.stdout.readline() == word + "\n"

    def end(self) -> str:
        """End it, and return what it said on stderr."""
        _, err = self.process.communicate()
        assert self.process.returncode == 0, err
        return err


def the_run(place: Path) -> gittrack.RunRecord:
    (run,) = gittrack.runs(repo=place)
    assert run.commit
    assert git(place, "fsck", "--no-dangling") == ""
    return run


def steps(run: gittrack.RunRecord) -> list[float]:
    return [step for step, _, _, _ in run.points()]


def test_lines_that_a_launched_script_could_not_write_are_counted(disk):
    """The launcher cannot know of them: they were in the memory of the script, which has ended."""
    (disk / "train.py").write_text(
        "import gittrack\nwith gittrack.init() as run:\n"
        "    for step in range(40_000): run.log({'loss': float(step)}, step=step)\n"
        f"events = (run.live_lock.parent / '{layout.EVENTS}').read_text()\n"
        "print('written environments:', events.count('\"op\":\"env\"'))\n"
    )
    with open(fill(disk), "r+b") as ballast:
        ballast.truncate(ballast.seek(0, os.SEEK_END) - (400 << 10))
    done = run_cli("run", "--", sys.executable, "train.py", cwd=disk)
    lost = re.search(r"([\d,]+) lines of \S+ could not be written and are lost\n", done.err)
    assert lost, done.err
    subprocess.run(["mount", "-o", f"remount,size={64 << 20}", str(disk.parent)], check=True)
    assert recover(cwd=disk).code == 0
    # The last line of the script is its environment, which may have room where the points have none.
    written = re.search(r"written environments: ([01])\n", done.out)
    assert written, done.out
    lines = len(steps(the_run(disk))) + int(lost[1].replace(",", ""))
    assert lines == 40_000 + 1 - int(written[1])


def test_a_disk_that_is_full_for_a_while(disk):
    training = Training(disk)
    training.do("log")
    ballast = fill(disk)
    training.do("log", "log", "params", "log")
    ballast.unlink()
    training.do("log", "artifact", "finish")
    err = training.end()
    run = the_run(disk)
    assert steps(run) == list(range(10000))
    assert run.status == "finished"
    assert run.params["late"] == "x" * 9000
    assert err.count("No space left on device") == 1
    assert "kept in memory" in err


def test_a_disk_that_is_full_at_finish(disk):
    training = Training(disk)
    training.do("log")
    ballast = fill(disk)
    training.do("finish")
    err = training.end()
    assert "Its journal stays in" in err
    assert "git track recover" in err
    ballast.unlink()
    assert recover(cwd=disk).code == 0
    run = the_run(disk)
    assert steps(run) == list(range(2000))
    assert (run.status, run.exit_code) == ("finished", 0)


def test_what_is_lost_with_the_process_is_said(disk):
    training = Training(disk)
    training.do("log")
    ballast = fill(disk)
    training.do("log", "log", "finish")
    err = training.end()
    assert "Its journal stays in" in err
    ballast.unlink()
    assert recover(cwd=disk).code == 0
    kept = steps(the_run(disk))
    assert kept == list(range(len(kept)))
    assert len(kept) < 6000
    assert "could not be written" in err


def test_an_artifact_that_has_no_room_is_said_once(disk):
    training = Training(disk)
    ballast = fill(disk)
    training.do("artifact", "artifact")
    ballast.unlink()
    training.do("finish")
    assert training.end().count("was not stored") == 1
    assert the_run(disk).outputs == []


def test_a_full_disk_at_the_start_is_one_clear_error(disk):
    fill(disk)
    done = run_cli("run", "--", "touch", "begun", cwd=disk)
    assert done.code == 1
    assert done.err.count("error: ") == 1
    assert "No space left on device" in done.err
    assert not (disk / "begun").exists()


def test_a_disk_that_is_full_while_a_command_runs(disk):
    script = """
import os, sys
print("ready", flush=True)
sys.stdin.readline()
print("said while the disk was full", flush=True)
"""
    (disk / "job.py").write_text(script)
    argv = [sys.executable, "-m", "gittrack", "run", "--", sys.executable, "job.py"]
    process = start(*argv, cwd=disk)
    assert process.stdout.readline() == "ready\n"
    ballast = fill(disk)
    process.stdin.write("on\n")
    process.stdin.flush()
    assert process.stdout.readline() == "said while the disk was full\n"
    _, err = process.communicate()
    assert process.returncode == 0
    assert "hint: the run is kept in" in err
    ballast.unlink()
    assert recover(cwd=disk).code == 0
    assert the_run(disk).log.startswith("ready\n")


def test_a_limit_on_the_size_of_files(tmp_path):
    place = repo()
    code = """
import resource, signal
import gittrack
run = gittrack.init()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, resource.RLIM_INFINITY))
for step in range(5000):
    run.log({"loss": float(step)}, step=step)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
run.finish()
"""
    process = start(sys.executable, "-c", code, cwd=place)
    _, err = process.communicate()
    assert without_begin_and_end(err).count("\n") == 1
    assert "kept in memory" in err
    assert steps(the_run(place)) == list(range(5000))
    assert os.listdir(place / ".git/gittrack/live") == []


def test_a_pull_says_that_there_is_no_room_and_is_completed_later(disk, tmp_path):
    source = repo(path=tmp_path / "source")
    for name in "ab":
        (source / "data").write_bytes(os.urandom(400_000))
        run_cli("run", "-n", name, "--", "true", cwd=source)
    git(disk, "remote", "add", "origin", str(source))
    ballast = fill(disk)
    os.truncate(ballast, ballast.stat().st_size - 300_000)
    done = run_cli("pull", cwd=disk)
    assert (done.code, done.out) == (1, "")
    assert "git cannot write here: No space left on device" in done.err
    assert "damaged" not in done.err
    ballast.unlink()
    assert run_cli("pull", cwd=disk).out == "2 new from origin\n"
