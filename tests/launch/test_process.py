"""launch/process: how a command ended is reported exactly, and signals reach it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gittrack.launch import family, process
from gittrack.launch.console import Console
from gittrack.launch.process import CommandEnd, Process

SIGNALS = (signal.SIGCHLD, signal.SIGWINCH, *process._FORWARDED)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Put the signal handlers of this process back."""
    saved = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in saved.items():
        signal.signal(number, handler)


class Command:
    """A command that runs, and the output that it writes."""

    def __init__(self, *argv: str, enter: Callable[[], None] | None = None) -> None:
        self.output = b""
        env = {**os.environ, "GITTRACK_RUN": "test-of-process"}
        self.process = Process(
            argv, env, Console(self.write), "GITTRACK_RUN=test-of-process", (), enter
        )

    def write(self, stream: int, data: bytes) -> None:
        self.output += data

    def end(self, on_tick: Callable[[], None] = lambda: None) -> CommandEnd:
        return self.process.wait(0.01, on_tick)


def shell(code: str) -> Command:
    return Command("sh", "-c", code)


def when_ready(command: Command, action: Callable[[], None]) -> Callable[[], None]:
    """Return what does something once, after the command has printed ``ready``."""
    done: list[bool] = []

    def tick() -> None:
        if not done and b"ready" in command.output:
            done.append(True)
            action()

    return tick


@pytest.mark.parametrize("code", [0, 1, 3, 127, 255])
def test_the_exit_code_is_that_of_the_command(code):
    end = shell(f"exit {code}").end()
    assert (end.exit_code, end.signal, end.shell_code) == (code, None, code)
    assert end.peak_memory > 0
    assert not end.ended


@pytest.mark.parametrize("name", ["TERM", "KILL", "SEGV"])
def test_a_signal_that_ended_the_command_is_named(name):
    end = shell(f"kill -{name} $$").end()
    assert (end.exit_code, end.signal) == (None, f"SIG{name}")
    assert end.shell_code == 128 + getattr(signal, f"SIG{name}")


def test_the_output_of_both_streams_is_complete():
    command = shell("seq 1 2000; echo error >&2")
    command.end()
    assert command.output.count(b"\n") == 2001


def test_a_script_without_an_interpreter_is_for_the_shell():
    Path("script").write_text("echo from the script\nexit 4\n")
    Path("script").chmod(0o755)
    command = Command("./script")
    assert command.end().exit_code == 4
    assert command.output == b"from the script\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("#!/no/such/interpreter\n", b"the interpreter that ./script names does not exist"),
        ("#!/\n", b"error: ./script: Permission denied"),
    ],
)
def test_a_script_that_cannot_be_executed_says_why(content, message):
    Path("script").write_text(content)
    Path("script").chmod(0o755)
    command = Command("./script")
    assert command.end().exit_code == 127
    assert message in command.output
    assert b"\nhint: " in command.output


def test_a_function_is_called_in_the_process_that_becomes_the_command():
    folder = Path("inside").absolute()
    folder.mkdir()
    command = Command("pwd", enter=lambda: os.chdir(folder))
    assert command.end().exit_code == 0
    assert command.output.decode() == f"{folder}\n"
    assert Path.cwd() != folder


def test_the_command_does_not_ignore_a_closed_pipe():
    command = shell("trap - PIPE; kill -PIPE $$; exit 5")
    assert command.end().signal == "SIGPIPE"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_to_the_launcher_is_passed_on(number):
    command = shell("trap 'exit 9' TERM HUP USR1; echo ready; while :; do sleep 0.01; done")
    end = command.end(when_ready(command, lambda: os.kill(os.getpid(), number)))
    assert end.exit_code == 9
    assert command.process.stopped == (number != signal.SIGUSR1)


def test_an_exit_code_of_a_shell_that_passed_a_signal_on_names_it():
    command = shell("trap 'exit 143' TERM; echo ready; while :; do sleep 0.01; done")
    end = command.end(when_ready(command, lambda: os.kill(os.getpid(), signal.SIGTERM)))
    assert end == CommandEnd(143, "SIGTERM", end.peak_memory)


def test_the_same_exit_code_without_a_signal_is_only_a_code():
    end = shell("exit 143").end()
    assert (end.exit_code, end.signal) == (143, None)


class TestEnd:
    def test_the_command_and_what_it_started_are_ended(self):
        command = shell("sleep 60 & sleep 60 & echo ready; wait")
        end = command.end(when_ready(command, command.process.end))
        assert (end.signal, end.ended) == ("SIGTERM", True)
        assert family.members(command.process.pid, command.process.mark) == []

    def test_a_command_that_ignores_that_is_killed(self, monkeypatch):
        monkeypatch.setattr(family, "GRACE_SECONDS", 0.2)
        command = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done")

        def end_again() -> None:
            if b"ready" in command.output:
                command.process.end()

        end = command.end(end_again)
        assert (end.signal, end.ended) == ("SIGKILL", True)


def test_nothing_is_left_open():
    before = len(os.listdir("/dev/fd"))
    shell("true").end()
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (CommandEnd(0, None, 0), 0),
        (CommandEnd(3, None, 0), 3),
        (CommandEnd(None, "SIGKILL", 0), 137),
        (CommandEnd(130, "SIGINT", 0), 130),
        (CommandEnd(None, "SIG34", 0), 128),
    ],
)
def test_the_code_for_the_shell(end, code):
    assert end.shell_code == code
