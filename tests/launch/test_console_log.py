"""launch/console_log: the last frame of a progress bar, and a disk that is full."""

from __future__ import annotations

import errno

from hypothesis import given
from hypothesis import strategies as st

from gittrack.launch.console_log import ConsoleLog, Frames
from gittrack.record.publish import logs


class Disk:
    """A log file that accepts at most ``room`` bytes."""

    def __init__(self, room: int) -> None:
        self.room, self.content, self.unfinished = room, b"", b""

    def write(self, data: bytes) -> int:
        if self.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = min(self.room, len(data))
        self.content, self.room = self.content + data[:count], self.room - count
        return count

    def show(self, data: bytes) -> None:
        self.unfinished = data

    def close(self) -> None:
        return


def test_of_a_progress_bar_the_last_frame_stays():
    frames = Frames()
    assert frames.feed(b"10%\r50%\r") == b""
    assert frames.frame == b"50%\r"
    assert frames.feed(b"100%\ndone\n") == b"100%\ndone\n"


def test_a_line_end_of_windows_is_not_a_frame():
    assert Frames().feed(b"one\r\ntwo\r\n") == b"one\r\ntwo\r\n"


def test_a_long_line_is_passed_on_in_pieces():
    frames = Frames()
    assert frames.feed(b"x" * 65536) == b""
    assert frames.feed(b"x") == b"x" * 65537
    assert frames.frame == b""


@given(st.lists(st.text("ab\n", max_size=6)))
def test_output_without_carriage_returns_is_unchanged(pieces):
    frames = Frames()
    output = b"".join(frames.feed(piece.encode()) for piece in pieces)
    assert output + frames.frame == "".join(pieces).encode()


@given(st.lists(st.text("ab\r\n", max_size=6)))
def test_pieces_do_not_change_what_complete_lines_show(pieces):
    text = "".join(pieces).encode() + b"\n"
    frames, whole = Frames(), Frames()
    output = b"".join(frames.feed(piece.encode()) for piece in pieces) + frames.feed(b"\n")
    assert output == whole.feed(text)


def test_the_unfinished_lines_of_all_streams_are_visible_at_once():
    disk = Disk(room=100)
    log = ConsoleLog(disk, limit=100)
    log.write(1, b"epoch 1")
    log.write(2, b"warning")
    assert (disk.content, disk.unfinished) == (b"", b"epoch 1\nwarning")
    assert log.close() == []
    assert (disk.content, disk.unfinished) == (b"epoch 1\nwarning", b"")


def test_the_streams_of_the_lines_are_kept(tmp_path):
    disk = Disk(room=100)
    log = ConsoleLog(disk, limit=100)
    log.table = logs.StreamTable(tmp_path)
    for stream, data in ((1, b"a\nb"), (2, b"c\n"), (1, b"\nd\n"), (2, b"unfinished")):
        log.write(stream, data)
    log.close()
    assert disk.content == b"a\nc\nb\nd\nunfinished"
    assert logs.streams(tmp_path, disk.content) == b"1,1\n2,1\n1,2\n2,1\n"
    assert logs.streams(tmp_path, b"another log\n") == b""


def test_output_waits_for_room_on_a_full_disk():
    disk = Disk(room=3)
    log = ConsoleLog(disk, limit=100)
    log.write(1, b"first\n")
    disk.room = 100
    log.write(1, b"second\n")
    assert log.close() == []
    assert disk.content == b"first\nsecond\n"


def test_the_oldest_output_is_dropped_over_the_limit_and_a_note_says_so():
    disk = Disk(room=0)
    log = ConsoleLog(disk, limit=10)
    for word in (b"first\n", b"second\n", b"third\n"):
        log.write(1, word)
    disk.room = 100
    assert log.close() == ["log.txt is incomplete: No space left on device"]
    assert disk.content.endswith(b"third\n")
    assert b"first" not in disk.content
