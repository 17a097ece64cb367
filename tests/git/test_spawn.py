"""git/spawn: a child process with its output, without pipes that can fill up."""

import gc
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.git.spawn import Child


def child(script: str, feed: bytes | Child | None = None, *, piped: bool = False) -> Child:
    """Start a shell script."""
    return Child(["sh", "-c", script], os.environ, feed, piped=piped)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has pipes of other sizes")
def test_a_child_writes_ahead_while_its_reader_is_busy() -> None:
    writing = child("head -c 500000 /dev/zero", piped=True)
    parts = writing.parts(1)
    assert next(parts) == b"\0"
    # Without an end of the child here, this test waits for ever: a usual pipe takes 64 KB.
    assert os.waitid(os.P_PID, writing.pid, os.WEXITED | os.WNOWAIT).si_status == 0
    writing.end()


def descriptors() -> list[str]:
    """Return the open descriptors of this process."""
    return sorted(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize(
    ("script", "ended"),
    [
        ("exit 0", (0, b"", b"")),
        ("exit 3", (3, b"", b"")),
        ("echo out; echo err >&2; exit 1", (1, b"out\n", b"err\n")),
        ("printf 'a\\000b'", (0, b"a\0b", b"")),
        ("kill -TERM $$", (-signal.SIGTERM, b"", b"")),
        ("cat", (0, b"", b"")),
    ],
)
def test_a_child_returns_status_and_output(script: str, ended: tuple[int, bytes, bytes]) -> None:
    assert child(script).wait() == ended


@settings(max_examples=10)
@given(st.binary(max_size=2000))
def test_what_is_fed_comes_through(feed: bytes) -> None:
    assert child("cat", feed).wait() == (0, feed, b"")


def test_much_output_and_much_input_do_not_block() -> None:
    feed = b"x" * (3 << 20)
    assert child("cat; head -c 1000000 /dev/zero >&2", feed).wait() == (0, feed, bytes(1_000_000))


def test_a_child_can_read_the_output_of_another() -> None:
    first = child("echo a; echo b; echo problem >&2; exit 2", piped=True)
    second = child("tr ab xy", first)
    assert second.wait() == (0, b"x\ny\n", b"")
    assert first.wait() == (2, b"", b"problem\n")


def test_the_environment_is_only_the_one_that_is_passed() -> None:
    call = Child([sys.executable, "-c", "import os; print(os.environ.get('A'))"], {"A": "b"}, None)
    assert call.wait()[1] == b"b\n"
    env = {"PATH": os.environ["PATH"]}
    assert b"HOME=" not in Child(["env"], env, None).wait()[1]


def test_a_program_that_was_moved_is_found_again(tmp_path, monkeypatch) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/first:{tmp_path}/second:{os.environ['PATH']}")
    program = tmp_path / "first/tool"
    program.write_text("#!/bin/sh\necho a\n")
    program.chmod(0o755)
    assert Child(["tool"], os.environ, None).wait()[1] == b"a\n"
    program.rename(tmp_path / "second/tool")
    assert Child(["tool"], os.environ, None).wait()[1] == b"a\n"


def test_a_missing_program_is_an_error_and_leaves_no_descriptor() -> None:
    gc.collect()  # of what earlier tests left open
    before = descriptors()
    with pytest.raises(FileNotFoundError):
        Child(["no-such-program"], os.environ, b"x")
    gc.collect()
    assert descriptors() == before


def test_a_child_leaves_no_descriptor() -> None:
    gc.collect()  # of what earlier tests left open
    before = descriptors()
    for _ in range(3):
        child("cat; echo x >&2", b"abc").wait()
    assert descriptors() == before


def test_a_child_that_nobody_waits_for_is_killed() -> None:
    gc.collect()  # of what earlier tests left open
    before = descriptors()
    call = child("exec sleep 1000")
    pid = call.pid
    del call
    gc.collect()
    assert not Path(f"/proc/{pid}").exists()
    assert descriptors() == before
