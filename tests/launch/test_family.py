"""launch/family: every process that a command started is found by its mark, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gittrack.disk import lock
from gittrack.launch import family

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="only /proc shows marks")
MARK = "GITTRACK_RUN=test-of-family"


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process with the mark in its environment."""
    name, _, value = MARK.partition("=")
    process = subprocess.Popen(["sleep", "60"], env={**os.environ, name: value})
    yield process
    process.kill()
    process.wait()


def test_only_processes_with_the_mark_are_members(sleeper):
    assert family.members(sleeper.pid, MARK) == [sleeper.pid]
    assert family.members(sleeper.pid, f"{MARK}-of-another") == []
    assert family.members(sleeper.pid, MARK[:-1]) == []


def test_this_process_is_never_a_member():
    variable = Path("/proc/self/environ").read_bytes().split(b"\0")[0].decode()
    assert os.getpid() not in family.members(0, variable)


def test_a_signal_reaches_those_that_live(sleeper):
    ended = subprocess.Popen(["true"])
    ended.wait()
    family.send([ended.pid, sleeper.pid], signal.SIGTERM)
    assert sleeper.wait(60) == -signal.SIGTERM


def test_a_process_that_ignores_sigterm_is_killed(monkeypatch):
    monkeypatch.setattr(family, "GRACE_SECONDS", 0.2)
    name, _, value = MARK.partition("=")
    code = "trap '' TERM; echo ready; sleep 60 & wait; wait"
    process = subprocess.Popen(
        ["sh", "-c", code], env={**os.environ, name: value}, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"ready\n"
    family.end_all(process.pid, MARK)
    assert process.wait(60) == -signal.SIGKILL
    assert family.members(process.pid, MARK) == []
    process.stdout.close()


class TestWatcher:
    def watcher(self) -> int:
        """Return the latest child of this process."""
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return int(file.read().split()[-1])

    def test_the_command_is_ended_if_the_launcher_dies(self, sleeper):
        lifeline = family.watch(sleeper.pid, MARK, ())
        os.close(lifeline)  # as the system does at the death of the launcher
        assert sleeper.wait(60) == -signal.SIGTERM
        os.waitpid(self.watcher(), 0)

    def test_the_watcher_goes_without_a_signal_after_the_command(self, sleeper):
        lifeline = family.watch(sleeper.pid, MARK, ())
        watcher = self.watcher()
        os.write(lifeline, b".")
        os.waitpid(watcher, 0)
        os.close(lifeline)
        assert sleeper.poll() is None

    def test_the_watcher_holds_the_locks(self, sleeper, tmp_path):
        handles = [lock.acquire(tmp_path / name) for name in ("a", "b")]
        lifeline = family.watch(sleeper.pid, MARK, handles)
        watcher = self.watcher()
        for handle in handles:
            os.close(handle)
        assert [lock.is_held(tmp_path / name) for name in ("a", "b")] == [True, True]
        os.write(lifeline, b".")
        os.waitpid(watcher, 0)
        os.close(lifeline)
        assert [lock.is_held(tmp_path / name) for name in ("a", "b")] == [False, False]


def test_without_proc_only_the_command_itself_is_known(monkeypatch):
    monkeypatch.setattr(os.path, "isdir", lambda path: False)
    assert family.members(2**22 + 1, MARK) == [2**22 + 1]
