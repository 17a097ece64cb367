"""git track run on a terminal, and while the command is going on."""

import os
import signal
import subprocess
import sys
import termios
from contextlib import contextmanager

import pytest
from helpers import ROOT, SIGNALS, Terminal, listed, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")
TRACK = [sys.executable, "-m", "gittrack"]


@pytest.fixture(autouse=True)
def _where(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def run_in_terminal(*command):
    return Terminal(*TRACK, "run", "--", *command)


def test_the_command_sees_a_terminal_on_all_three():
    script = "import os; print([os.isatty(fd) for fd in (0, 1, 2)])"
    shown, code = run_in_terminal(sys.executable, "-c", script).end()
    assert (shown.splitlines()[0], code) == ("[True, True, True]", 0)


def test_colours_and_progress_bars_pass_unchanged():
    shown, _ = run_in_terminal("printf", r"\033[32mgreen\033[m\n10%%\r20%%\r\n").end()
    assert shown.startswith("\x1b[32mgreen\x1b[m\r\n10%\r20%\r\r\n")
    assert gittrack.get("@").log.startswith("\x1b[32mgreen\x1b[m")


def test_the_window_has_the_size_of_the_real_one():
    shown, _ = Terminal(
        *("sh", "-c", 'stty cols 123 rows 45; exec "$@"', "sh"),
        *(*TRACK, "run", "--", "sh", "-c", "stty size <&1"),
    ).end()
    assert shown.splitlines()[0] == "45 123"


def test_a_new_size_reaches_the_command():
    script = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
print("ready", flush=True)
while os.get_terminal_size(1).columns != 77:
    signal.sigwait({signal.SIGWINCH})
print("wide")
"""
    terminal = run_in_terminal(sys.executable, "-c", script)
    terminal.until("ready")
    termios.tcsetwinsize(terminal.fd, (20, 77))
    shown, code = terminal.end()
    assert ("wide" in shown, code) == (True, 0)


def test_the_command_reads_what_is_typed():
    terminal = run_in_terminal("sh", "-c", 'echo name?; read x; echo "hello $x"')
    terminal.until("name?")
    terminal.type("Ada\n")
    assert "hello Ada" in terminal.end()[0]


# Blocked before it can come: one that came just before a `pause` would be waited for forever.
WAIT = (
    "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {2}); print('ready', flush=True); "
    "signal.sigwait({2}); signal.pthread_sigmask(signal.SIG_UNBLOCK, {2}); signal.raise_signal(2)"
)


def test_ctrl_c_ends_the_command_and_the_run_is_recorded():
    terminal = run_in_terminal(sys.executable, "-c", WAIT)
    terminal.until("ready")
    terminal.type("\x03")
    shown, code = terminal.end()
    assert shown.count("KeyboardInterrupt") == 1  # the command was told once
    assert code == 130
    run = gittrack.get("@")
    assert (run.status, run.signal) == ("killed", "SIGINT")


def test_ctrl_c_reaches_the_command_once_though_git_sends_it_to_us_again():
    """`git track` waits for `git-track`, and passes a signal that it gets on to it."""
    count = (
        f"{SIGNALS}import select\n"
        "signal.signal(signal.SIGINT, lambda *_: os.write(1, b'<told>'))\n"  # not in mid-print
        "signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'<asked>'))\n"
        "print('ready', flush=True)\n"
        "while 0 not in select.select([0, signals], [], [])[0]: os.read(signals, 100)\n"
    )
    terminal = run_in_terminal(sys.executable, "-c", count)
    terminal.until("ready")
    terminal.type("\x03")
    terminal.until("<told>")
    os.kill(terminal.pid, signal.SIGINT)  # as git does when it is told
    os.kill(terminal.pid, signal.SIGUSR1)  # comes after it, and is passed on
    terminal.until("<asked>")
    terminal.type("\n")
    shown, _ = terminal.end()
    assert shown.count("<told>") == 1


def test_a_command_that_handles_ctrl_c_ends_as_it_likes():
    script = f"try:\n    {WAIT}\nexcept KeyboardInterrupt: print('saved')"
    terminal = run_in_terminal(sys.executable, "-c", script)
    terminal.until("ready")
    terminal.type("\x03")
    shown, code = terminal.end()
    assert "saved" in shown
    assert (code, gittrack.get("@").status) == (0, "finished")


def test_a_second_ctrl_c_ends_a_command_that_ignores_the_first():
    """Also if it has no mark of its run in its environment."""
    ignores = (
        f"{SIGNALS}"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGALRM, lambda *_: os.write(1, b'<ignored>'))\n"
        "signal.signal(signal.SIGINT, lambda *_: signal.setitimer(signal.ITIMER_REAL, 1.0))\n"
        "print('ready', flush=True)\n"
        "while True: os.read(signals, 1)\n"
    )
    terminal = run_in_terminal("env", "-i", sys.executable, "-c", ignores)
    terminal.until("ready")
    terminal.type("\x03")
    terminal.until("<ignored>")
    terminal.type("\x03")
    _, code = terminal.end()
    run = gittrack.get("@")
    assert (code, run.status, run.signal) == (137, "killed", "SIGKILL")


@contextmanager
def going(script, *options):
    """A run that prints `ready` and then waits for the end of its stdin."""
    process = subprocess.Popen(
        [*TRACK, "run", *options, "--", "sh", "-c", f"{script}\necho ready; exec cat >/dev/null"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # no terminal that would have sent Ctrl-C to the command as well
    )
    assert process.stdout.readline() == b"ready\n"
    yield process
    process.stdin.close()
    process.stdout.close()
    process.wait()


def test_points_can_be_seen_while_the_run_is_going_on():
    with going("""echo '{"step": 3, "loss": 0.5}' >> $GITTRACK_METRICS""", "-n", "long"):
        (run,) = listed()
        assert (run["status"], run["ended"], run["commit"]) == ("running", None, None)
        assert run["metrics"]["loss"] == {
            "last": 0.5,
            "min": 0.5,
            "max": 0.5,
            "step": 3,
            "count": 1,
        }
        assert run_cli("show", "long").code == 0
        assert "running" in run_cli("ls").out
    assert listed()[0]["status"] == "finished"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_is_passed_on_and_recorded(name):
    with going("true") as process:
        process.send_signal(getattr(signal, name))
        process.wait()
    assert process.returncode == 128 + getattr(signal, name)
    assert (listed()[0]["status"], listed()[0]["signal"]) == ("killed", name)
