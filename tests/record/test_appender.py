"""record/appender: whole lines at the end of a file, also after a full disk or a lost descriptor."""

import errno
import os
from pathlib import Path

import pytest

from gittrack.record.appender import Appender, RecordingEnded, explain


def never() -> None:
    """Fail: the file must not be opened again."""
    raise AssertionError("reopened")


def appender(name: str = "events") -> Appender:
    """Return an appender to a file in the current folder that opens its file again if it is lost."""

    def reopen() -> None:
        lines.use(os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644))

    lines = Appender(Path(name), reopen)
    return lines


def test_lines_are_appended_to_what_the_file_has() -> None:
    Path("events").write_bytes(b"1\n")
    lines = Appender(Path("events"), never)
    assert lines.write(b"2\n") is None
    assert lines.write(b"3\n") is None
    assert Path("events").read_bytes() == b"1\n2\n3\n"
    lines.close()


def test_a_closed_descriptor_is_opened_again() -> None:
    lines = appender()
    os.close(lines.fd)
    assert lines.write(b"1\n") is None
    assert Path("events").read_bytes() == b"1\n"
    lines.close()


def test_a_descriptor_of_another_file_is_not_written_to() -> None:
    lines = appender()
    with open("other", "wb") as other:
        os.dup2(other.fileno(), lines.fd)
        assert lines.write(b"1\n") is None
    assert Path("other").read_bytes() == b""
    assert Path("events").read_bytes() == b"1\n"
    lines.close()


def test_lines_that_cannot_be_written_are_kept_and_come_first_later() -> None:
    failures = [OSError(errno.ENOSPC, "full")]

    def reopen() -> None:
        if failures:
            raise failures.pop()
        lines.use(os.open("events", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644))

    lines = Appender(Path("events"), reopen)
    Path("events").unlink()
    error = lines.write(b"1\n")
    assert error is not None
    assert error.errno == errno.ENOSPC
    assert lines.pending == b"1\n"
    assert lines.write(b"2\n") is None
    assert Path("events").read_bytes() == b"1\n2\n"
    lines.close()


def test_an_ended_recording_stays_ended_and_keeps_nothing() -> None:
    def reopen() -> None:
        raise RecordingEnded(errno.ENOENT, "it was removed")

    lines = Appender(Path("events"), reopen)
    Path("events").unlink()
    assert isinstance(lines.write(b"1\n"), RecordingEnded)
    assert isinstance(lines.write(b"2\n"), RecordingEnded)
    assert lines.pending == b""
    assert not Path("events").exists()


def test_pending_lines_are_not_copied_by_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = appender()

    def full(fd: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        lines.write(b"0\n")
        buffer = lines.pending
        for number in range(1, 1000):
            assert lines.write(b"%d\n" % number) is not None
            assert lines.pending is buffer
    assert lines.write(b"") is None
    assert Path("events").read_bytes().splitlines()[::333] == [b"0", b"333", b"666", b"999"]
    lines.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *((b"1\n2\n", b"1\n2\n"), (b"1\n2", b"1\n"), (b"1\n\xff\xff", b"1\n")),
        *((b"", b""), (b"1", b"1")),  # without a whole line nothing is known about the file
    ],
)
def test_an_incomplete_last_line_is_cut_and_the_time_stays(before: bytes, after: bytes) -> None:
    Path("events").write_bytes(before)
    os.utime("events", ns=(5, 7_000_000_000))
    lines = Appender(Path("events"), never)
    lines.cut_incomplete_line()
    assert Path("events").read_bytes() == after
    assert os.stat("events").st_mtime_ns == 7_000_000_000
    lines.close()


@pytest.mark.parametrize(("size", "written", "left"), [(2, 3, b"1\n"), (2, 2, b"1\nabc")])
def test_only_the_own_partial_write_is_undone(size: int, written: int, left: bytes) -> None:
    Path("events").write_bytes(b"1\nabc")
    lines = Appender(Path("events"), never)
    lines.undo_partial_write(size, written)
    assert Path("events").read_bytes() == left
    lines.close()


def test_close_twice_is_fine_and_a_new_file_is_shared_like_its_folder() -> None:
    Path("shared").mkdir()
    Path("shared").chmod(0o775)
    lines = Appender(Path("shared/events"), never)
    assert Path("shared/events").stat().st_mode & 0o777 == 0o664
    lines.close()
    lines.close()
    assert lines.fd == -1


def test_the_message_says_what_happens_to_later_values() -> None:
    full = explain(OSError(errno.ENOSPC, "full"), Path("/x/run"))
    assert full.startswith("/x/run cannot be written (full); logged values are kept in memory")
    ended = explain(RecordingEnded(errno.ENOENT, "gone"), Path("/x/run"))
    assert ended.startswith("the recording of run has ended: gone; values that are logged from now")
