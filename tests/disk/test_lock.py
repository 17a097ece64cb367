"""core/lock with real processes: alive means locked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

from gittrack.disk import lock

HOLD = """
import sys
from pathlib import Path
from gittrack.disk import lock
assert lock.acquire(Path(sys.argv[1])) is not None
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


@pytest.fixture
def owner(path):
    """A process that holds the lock until its stdin is closed or it dies."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_lock_is_held_until_it_is_closed(path):
    handle = lock.acquire(path)
    assert lock.is_held(path)
    os.close(handle)
    assert not lock.is_held(path)


def test_a_lock_is_held_inside_a_block(tmp_path):
    path = tmp_path / "new folder/lock"
    with lock.holding(path):
        assert lock.is_held(path)
    assert not lock.is_held(path)


def test_a_lock_that_was_never_made_is_not_held(path):
    assert not lock.is_held(path)
    assert not path.exists()


def test_a_lock_has_one_owner(path):
    handle = lock.acquire(path)
    assert lock.acquire(path) is None
    os.close(handle)
    again = lock.acquire(path)
    assert again is not None
    os.close(again)


def test_to_ask_does_not_take_the_lock_away(path):
    os.close(lock.acquire(path))
    assert not lock.is_held(path)
    handle = lock.acquire(path)
    assert handle is not None
    os.close(handle)


def test_another_process_sees_the_owner(path, owner):
    assert lock.is_held(path)
    assert lock.acquire(path) is None


def test_the_lock_of_a_process_that_ended_is_free(path, owner):
    owner.communicate()
    assert not lock.is_held(path)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_the_lock_of_a_process_that_was_killed_is_free(path, owner, number):
    owner.send_signal(number)
    owner.wait()
    assert not lock.is_held(path)
    handle = lock.acquire(path)
    assert handle is not None
    os.close(handle)


def test_a_stopped_process_is_alive(path, owner):
    owner.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, owner.pid, os.WSTOPPED | os.WNOWAIT)
    assert lock.is_held(path)
    owner.send_signal(signal.SIGCONT)


def test_a_forked_child_keeps_the_lock_until_it_closes_its_copy(path):
    handle = lock.acquire(path)
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(told, 1)
        os.close(handle)
        os._exit(0)
    os.close(handle)
    assert lock.is_held(path)
    os.write(tell, b"x")
    os.waitpid(child, 0)
    assert not lock.is_held(path)


def test_a_program_that_the_owner_starts_does_not_keep_the_lock(path):
    handle = lock.acquire(path)
    program = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    os.close(handle)
    assert not lock.is_held(path)
    program.communicate()


def test_a_lock_whose_file_was_replaced_is_told_from_one_that_is_there(path):
    handle = lock.acquire(path)
    assert lock.is_at(handle, path)
    path.unlink()
    assert not lock.is_at(handle, path)
    other = lock.acquire(path)
    assert (lock.is_at(handle, path), lock.is_at(other, path)) == (False, True)
    os.close(handle), os.close(other)


def test_a_folder_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        lock.acquire(tmp_path / "gone" / "lock")


def test_others_who_can_read_the_repository_can_look_at_the_lock(path):
    os.close(lock.acquire(path))
    assert Path(path).stat().st_mode & 0o777 == 0o644
