"""How a process ends is recorded as it was, and stays as it was."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import SIGNALS, python, recover, repo, start, without_begin_and_end

import gittrack

SCRIPT = """
import ctypes, os, signal, sys
import gittrack
run = gittrack.init()
run.log({"loss": 1.0}, step=0)
%s
"""
ALL_WELL = (0, "finished", 0, None)
ENDS = [
    # code, (exit code of the process, status, exit code and signal that are recorded)
    ("pass", (0, "finished", 0, None)),
    ("sys.exit(0)", (0, "finished", 0, None)),
    ("sys.exit(3)", (3, "failed", 3, None)),
    ("sys.exit('no data')", (1, "failed", 1, None)),
    ("exit(3)", (3, "failed", 3, None)),
    ("quit()", (0, "finished", 0, None)),
    ("from sys import exit; exit(3)", (3, "failed", 3, None)),
    # Caught, or in another thread: the script goes on, and comes to its ordinary end.
    ("try: sys.exit(3)\nexcept SystemExit: pass", (0, "finished", 0, None)),
    (
        "import threading; t = threading.Thread(target=sys.exit, args=[3]); t.start(); t.join()",
        ALL_WELL,
    ),
    ("def f():\n  try: exit(5)\n  finally: return\nf()", (0, "finished", 0, None)),
    ("try: exit(5)\nfinally: sys.exit(6)", (6, "failed", 6, None)),
    ("1 / 0", (1, "failed", 1, None)),
    ("raise KeyboardInterrupt", (-2, "killed", None, "SIGINT")),
    ("os.kill(os.getpid(), signal.SIGINT)", (-2, "killed", None, "SIGINT")),
    ("os.kill(os.getpid(), signal.SIGTERM)", (-15, "killed", None, "SIGTERM")),
    ("os.kill(os.getpid(), signal.SIGHUP)", (-1, "killed", None, "SIGHUP")),
]
# Python tells nobody the code before 3.12: failed, and a warning, rather than a code that is not true.
RAISED = [
    ("raise SystemExit(3)", 3),
    ("raise SystemExit", 0),
    ("def f(): raise SystemExit(4)\nf()", 4),
]
VANISHING = [("os._exit(5)", 5), ("ctypes.string_at(0)", -11), ("os.abort()", -6)]


@pytest.fixture
def place() -> Path:
    return repo()


def the_run(place: Path) -> gittrack.RunRecord:
    (run,) = gittrack.runs(repo=place)
    assert run.commit
    assert not any((place / ".git/gittrack/live").glob("*"))
    return run


@pytest.mark.parametrize(("code", "expected"), ENDS)
def test_the_end_of_a_script(place, code, expected):
    ended = python(SCRIPT % code, place)
    run = the_run(place)
    assert (ended.code, run.status, run.info.exit_code, run.info.signal) == expected
    assert run.metrics["loss"].count == 1


def test_a_script_that_leaves_with_what_main_returns(place):
    code = """
import sys, gittrack
def main():
    gittrack.init().log({"loss": 1.0})
    return int(sys.argv[1])
sys.exit(main())
"""
    Path("script.py").write_text(code)
    for expected, status in ((0, "finished"), (3, "failed")):
        ended = start(sys.executable, str(Path("script.py").absolute()), str(expected), cwd=place)
        _, said = ended.communicate()
        run = gittrack.runs(repo=place)[0]
        assert (ended.returncode, run.status, run.info.exit_code) == (expected, status, expected)
        assert without_begin_and_end(said) == ""


@pytest.mark.parametrize(("code", "expected"), RAISED)
def test_a_script_that_raises_system_exit(place, code, expected):
    ended = python(SCRIPT % code, place)
    run = the_run(place)
    assert ended.code == expected
    if sys.version_info >= (3, 12):
        status = "finished" if expected == 0 else "failed"
        assert (run.status, run.info.exit_code) == (status, expected)
    else:
        assert (run.status, run.info.exit_code) == ("failed", None)
        assert "ended by SystemExit" in ended.err


def test_an_end_after_the_run_is_none_of_its_business():
    place = repo()
    done = python("import gittrack\nwith gittrack.init(): pass\nraise SystemExit(3)", place)
    assert (done.code, done.err) == (3, "")
    run = the_run(place)
    assert (run.status, run.info.exit_code) == ("finished", 0)


def test_a_module_run_by_name(place):
    """``python -m train``: the outermost frame is not the script's."""
    for code, expected in (("sys.exit(3)", ("failed", 3)), ("pass", ("finished", 0))):
        (place / "module.py").write_text(SCRIPT % code)
        python("import sys; sys.argv = ['module']; import runpy; runpy.run_module('module')", place)
        run = gittrack.runs(repo=place)[0]
        assert (run.status, run.info.exit_code) == expected


@pytest.mark.parametrize(("code", "expected"), VANISHING)
def test_a_script_that_vanishes(place, code, expected):
    assert python(SCRIPT % code, place).code == expected
    (run,) = gittrack.runs(repo=place)
    assert run.status == "crashed"
    assert recover(cwd=place).code == 0
    run = the_run(place)
    assert (run.status, run.metrics["loss"].count) == ("crashed", 1)


def test_a_handler_of_the_user_is_left_alone(place):
    code = "signal.signal(signal.SIGTERM, lambda *args: sys.exit(9))\n"
    ended = python(SCRIPT.replace("run =", code + "run =") % "signal.raise_signal(15)", place)
    run = the_run(place)
    assert (ended.code, run.status, run.info.exit_code) == (9, "failed", 9)


def test_a_signal_in_the_middle_of_logging(place):
    code = """
print("ready", flush=True)
step = 1
while True:
    run.log({"loss": step}, step)
    step += 1
"""
    process = start(sys.executable, "-c", SCRIPT % code, cwd=place)
    process.stdout.readline()
    process.terminate()
    process.communicate()
    run = the_run(place)
    steps = [step for step, _, _, _ in run.points()]
    assert (process.returncode, run.status) == (-15, "killed")
    assert steps == list(range(len(steps)))


def test_a_program_that_ignores_its_children_records_its_run(place):
    code = SCRIPT.replace("run =", "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nrun =")
    assert python(code % "", place).code == 0
    assert the_run(place).status == "finished"


def launched(place: Path, script: str) -> list[str]:
    (place / "job.py").write_text(script)
    return [sys.executable, "-m", "gittrack", "run", "--", sys.executable, "job.py"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pass", (0, "finished", 0, None)),
        ("sys.exit(3)", (3, "failed", 3, None)),
        ("raise SystemExit(4)", (4, "failed", 4, None)),
        ("os._exit(5)", (5, "failed", 5, None)),
        ("1 / 0", (1, "failed", 1, None)),
        ("ctypes.string_at(0)", (139, "killed", None, "SIGSEGV")),
        ("os.kill(os.getpid(), signal.SIGKILL)", (137, "killed", None, "SIGKILL")),
        ("os.kill(os.getpid(), signal.SIGTERM)", (143, "killed", None, "SIGTERM")),
        ("os.kill(os.getpid(), signal.SIGINT)", (130, "killed", None, "SIGINT")),
    ],
)
def test_the_end_of_a_command(place, code, expected):
    process = start(*launched(place, SCRIPT % code), cwd=place)
    process.communicate()
    run = the_run(place)
    assert (process.returncode, run.status, run.info.exit_code, run.info.signal) == expected
    assert run.metrics["loss"].count == 1


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_to_the_launcher_reaches_the_command(place, name):
    number = signal.Signals[name]
    code = f"{SIGNALS}print('ready', flush=True)\nos.read(signals, 1)"
    process = start(*launched(place, SCRIPT % code), cwd=place)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    process.communicate()
    run = the_run(place)
    assert (process.returncode, run.status, run.info.signal) == (128 + number, "killed", name)


# Prints each signal that it gets, and ends when its stdin does.
COUNTING = f"""{SIGNALS}
import select
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(number, lambda number, frame: os.write(1, b"<%d>" % number))
print("ready", flush=True)
while 0 not in select.select([0, signals], [], [])[0]:
    os.read(signals, 100)
"""
MARK = signal.SIGUSR2  # sent to the launcher alone, after the others


def counted(process, launcher: int) -> list[str]:
    """Return the signals that the command has had, up to one sent to the launcher alone."""
    shown = ""
    os.kill(launcher, MARK)
    while f"<{MARK:d}>" not in shown:
        shown += os.read(process.stdout.fileno(), 100).decode()
    shown += process.communicate("\n")[0]
    return re.findall(r"<(\d+)>", shown)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"])
def test_a_signal_to_the_process_group_reaches_the_command_once(place, name):
    number = signal.Signals[name]
    argv = launched(place, COUNTING)
    process = start(*argv, cwd=place, start_new_session=True)
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, number)
    assert counted(process, process.pid) == [str(number.value), str(MARK.value)]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"])
def test_it_reaches_the_command_of_git_track_once(place, name):
    """git passes on to us what the whole group has had."""
    number = signal.Signals[name]
    process, launcher = by_git(place)
    os.killpg(process.pid, number)
    assert counted(process, launcher) == [str(number.value), str(MARK.value)]


@pytest.mark.parametrize("name", ["SIGUSR1", "SIGKILL"])
def test_what_ends_git_itself_is_passed_on(place, name):
    number = signal.Signals[name]
    process, _launcher = by_git(place)
    process.send_signal(number)
    passed = signal.SIGTERM if number == signal.SIGKILL else number
    shown = ""
    while f"<{passed:d}>" not in shown:
        shown += os.read(process.stdout.fileno(), 100).decode()
    process.communicate("\n")
    assert shown == f"<{passed:d}>"


def by_git(place: Path) -> tuple[subprocess.Popen[str], int]:
    """Start COUNTING by `git track run`, in a session of its own; return git and the pid of git-track."""
    script = place / "git-track"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gittrack "$@"\n')
    script.chmod(0o755)
    show = f"import os; os.write(1, b'%d\\n' % os.getppid())\n{COUNTING}"
    argv = ("git", "track", "run", "--", sys.executable, "-c", show)
    env = {"PATH": f"{place}:{os.environ['PATH']}"}
    process = start(*argv, cwd=place, env=env, start_new_session=True)
    launcher = int(process.stdout.readline())
    assert process.stdout.readline() == "ready\n"
    return process, launcher


def test_a_command_that_answers_a_signal_with_success_has_succeeded(place):
    shell = "trap 'exit 0' TERM; echo ready; while :; do read -r line; done"
    process = start(*(sys.executable, "-m", "gittrack", "run", "--", "sh", "-c", shell), cwd=place)
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    process.communicate()
    run = the_run(place)
    assert (process.returncode, run.status, run.info.exit_code) == (0, "finished", 0)


# A training that ignores SIGTERM, with a child that ignores it too.
STUBBORN = """
import os, signal, subprocess, sys
import gittrack
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, sys; print(flush=True); signal.pause()"],
                         stdout=subprocess.PIPE)
child.stdout.readline()
run = gittrack.init()
run.log({"loss": 1.0}, step=0)
with open(os.environ["GITTRACK_METRICS"], "a") as file:
    file.write('{"step": 0, "accuracy": 0.5}\\n')
print("begun", os.getpid(), child.pid, flush=True)
signal.pause()
"""


def test_a_killed_launcher_takes_its_processes_along_and_leaves_the_run(place):
    process = start(*launched(place, STUBBORN), cwd=place)
    pids = [int(word) for word in process.stdout.readline().split()[1:]]
    watched = [os.pidfd_open(pid) for pid in pids]
    process.kill()
    process.wait()
    for handle in watched:
        await_end(handle)
    assert recover(cwd=place).code == 0
    run = the_run(place)
    assert run.status == "crashed"
    assert {name: metric.last for name, metric in run.metrics.items()} == {
        "loss": 1.0,
        "accuracy": 0.5,
    }
    assert run.log.startswith("begun ")


def await_end(handle: int) -> None:
    """Wait for the end of a process that is not our child."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    assert poll.poll(60_000)


def test_a_killed_parent_of_eight_launchers_leaves_no_process(place):
    job = "import os, signal; os.write(1, b'%d\\n' % os.getpid()); signal.pause()"
    parent = f"""
import subprocess, sys
for _ in range(8):
    subprocess.Popen({launched(place, job)!r})
sys.stdin.read()
"""
    process = start(sys.executable, "-c", parent, cwd=place)
    pids = [int(process.stdout.readline()) for _ in range(8)]
    watched = [os.pidfd_open(pid) for pid in pids]
    launchers = {int(Path(f"/proc/{pid}/stat").read_text().split()[3]) for pid in pids}
    process.kill()
    for pid in launchers:  # what a batch system does to the whole job
        os.kill(pid, signal.SIGKILL)
    for handle in watched:
        await_end(handle)
    process.communicate()
    assert recover(cwd=place).code == 0
    runs = gittrack.runs(repo=place)
    assert [run.status for run in runs] == ["crashed"] * 8
