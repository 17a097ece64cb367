"""launch/console: what a command writes goes unchanged to stdout, stderr and the log."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gittrack.launch.console import Console


class Outputs:
    """Two files that are this process's stdout and stderr, and the log."""

    def __init__(self) -> None:
        self.log: list[tuple[int, bytes]] = []
        self.wake, self.waker = os.pipe()

    def write_log(self, stream: int, data: bytes) -> None:
        """Add output to the log."""
        self.log.append((stream, data))

    def console(self) -> Console:
        """Return a console that writes into this log."""
        return Console(self.write_log)


@contextlib.contextmanager
def redirected() -> Iterator[Outputs]:
    """Point stdout and stderr to the files out.txt and err.txt."""
    copies = [os.dup(1), os.dup(2)]
    for number, name in ((1, "out.txt"), (2, "err.txt")):
        with open(name, "wb") as file:
            os.dup2(file.fileno(), number)
    outputs = Outputs()
    try:
        yield outputs
    finally:
        for number, copy in enumerate(copies, 1):
            os.dup2(copy, number)
            os.close(copy)
        os.close(outputs.wake)
        os.close(outputs.waker)


def contents() -> tuple[bytes, bytes]:
    """Return what reached stdout and stderr."""
    return Path("out.txt").read_bytes(), Path("err.txt").read_bytes()


def test_each_stream_reaches_its_file_and_the_log_unchanged() -> None:
    with redirected() as outputs:
        console = outputs.console()
        os.write(console.stdout, b"a\r\n\0\xff")
        os.write(console.stderr, b"b")
        console.started()
        console.drain()
        assert contents() == (b"a\r\n\0\xff", b"b")
        assert outputs.log == [(1, b"a\r\n\0\xff"), (2, b"b")]
        assert console.open == {}
        assert console.problem is None


def test_streams_to_one_file_are_one_channel_that_keeps_their_order() -> None:
    with redirected() as outputs:
        os.dup2(1, 2)
        console = outputs.console()
        assert console.stdout == console.stderr
        os.write(console.stdout, b"1")
        os.write(console.stderr, b"2")
        console.started()
        console.drain()
        assert contents()[0] == b"12"
        assert outputs.log == [(1, b"12")]


def test_pump_says_whether_there_was_output() -> None:
    with redirected() as outputs:
        console = outputs.console()
        assert not console.pump(outputs.wake, 0)
        os.write(console.stderr, b"x")
        assert console.pump(outputs.wake, 0)
        assert not console.pump(outputs.wake, 0)
        assert outputs.log == [(2, b"x")]
        console.started()
        console.close()
        assert console.open == {}


def test_a_wake_up_ends_the_wait_once() -> None:
    with redirected() as outputs:
        console = outputs.console()
        os.write(outputs.waker, b"!!")
        assert not console.pump(outputs.wake, 60)
        os.set_blocking(outputs.wake, False)
        with pytest.raises(BlockingIOError):
            os.read(outputs.wake, 1)
        console.started()
        console.close()


def test_a_closed_target_is_closed_for_the_command_too() -> None:
    with redirected() as outputs:
        reader, writer = os.pipe()
        os.dup2(writer, 1)
        os.close(writer)
        console = outputs.console()
        os.close(reader)
        os.write(console.stdout, b"lost")
        assert console.pump(outputs.wake, 0)
        assert outputs.log == [(1, b"lost")]
        with pytest.raises(BrokenPipeError):
            os.write(console.stdout, b"more")
        console.started()
        console.close()


def test_output_that_cannot_be_shown_is_in_the_log_and_the_problem_is_kept() -> None:
    with redirected() as outputs:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, 1)
        os.close(full)
        console = outputs.console()
        os.write(console.stdout, b"x")
        console.started()
        console.drain()
        assert console.problem == "No space left on device"
        assert outputs.log == [(1, b"x")]


def test_drain_does_not_wait_for_a_child_that_keeps_the_output_open() -> None:
    with redirected() as outputs:
        console = outputs.console()
        os.write(console.stdout, b"x")
        console.drain()
        assert outputs.log == [(1, b"x")]
        assert len(console.open) == 2
        console.started()
        console.close()
