"""record/publish/logs: log.txt keeps the first and the last output, within a limit on the disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.core import layout
from gittrack.record.publish import logs
from gittrack.record.publish.logs import LogFile, StreamTable


def write_all(file: LogFile, data: bytes) -> None:
    """Write as the console does: again until everything is written."""
    while data:
        data = data[file.write(data) :]


def log_of(folder: Path, *pieces: bytes, limit: int) -> bytes:
    file = LogFile(folder, limit)
    for piece in pieces:
        write_all(file, piece)
    file.close()
    return logs.assemble(folder)


def on_disk(folder: Path) -> int:
    names = (layout.LOG_HEAD, *layout.LOG_TAIL)
    return sum((folder / name).stat().st_size for name in names if (folder / name).exists())


@pytest.mark.parametrize("data", [b"", b"a", b"x" * 96, b"12 bytes...\n" * 8])
def test_output_within_the_limit_is_complete(tmp_path, data):
    assert log_of(tmp_path, data, limit=96) == data


def test_a_longer_output_keeps_its_head_and_its_tail(tmp_path):
    data = b"".join(b"%03d\n" % number for number in range(250))
    log = log_of(tmp_path, data, limit=400)
    head, gap, tail = log.partition(b"\n[... ")
    assert head == data[:100]
    assert gap
    notice, _, tail = tail.partition(b" bytes left out ...]\n")
    assert data.endswith(tail)
    assert len(head) + int(notice) + len(tail) == len(data)


@settings(max_examples=40)
@given(st.integers(0, 64), st.lists(st.binary(max_size=40), max_size=12))
def test_head_and_tail_never_exceed_the_limit_and_lose_only_the_middle(limit, pieces):
    folder = Path(tempfile.mkdtemp())
    whole = b"".join(pieces)
    log = log_of(folder, *pieces, limit=limit)
    assert on_disk(folder) <= max(limit, 2)
    head_size = limit // 4
    if len(whole) <= head_size:
        assert log == whole
    else:
        assert log[:head_size] == whole[:head_size]
        kept = min(len(whole) - head_size, max(1, limit * 3 // 8))
        assert log.endswith(whole[len(whole) - kept :])


def test_a_large_number_of_bytes_is_printed_with_separators(tmp_path):
    assert b"\n[... 1,125 bytes left out ...]\n" in log_of(tmp_path, b"x" * 2000, limit=1000)


def test_what_was_written_before_a_kill_is_assembled_without_a_close(tmp_path):
    file = LogFile(tmp_path, 40)
    write_all(file, b"0123456789" * 5)
    log = logs.assemble(tmp_path)
    assert log.startswith(b"0123456789")
    assert log.endswith(b"56789")
    file.close()


def test_a_resumed_run_continues_the_log(tmp_path):
    (tmp_path / layout.LOG_HEAD).write_bytes(b"first\n")
    assert log_of(tmp_path, b"second\n", limit=100) == b"first\nsecond\n"


def test_the_line_without_an_end_is_at_the_end_and_is_replaced(tmp_path):
    file = LogFile(tmp_path, 100)
    file.show(b"")
    assert not (tmp_path / layout.LOG_FRAME).exists()
    write_all(file, b"done\n")
    file.show(b"epoch 1: 100%")
    file.show(b"epoch 2")
    assert logs.assemble(tmp_path) == b"done\nepoch 2"
    file.show(b"")
    assert logs.assemble(tmp_path) == b"done\n"
    file.close()


def test_nothing_printed_is_an_empty_log(tmp_path):
    assert logs.assemble(tmp_path) == b""


def test_files_are_open_to_the_group_of_a_shared_repository(tmp_path):
    tmp_path.chmod(0o2775)
    file = LogFile(tmp_path, 4)
    write_all(file, b"x" * 50)
    file.show(b"frame")
    file.close()
    for name in (layout.LOG_HEAD, *layout.LOG_TAIL, layout.LOG_FRAME):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o664


class TestStreams:
    def table(self, folder: Path, *rows: tuple[int, int]) -> bytes:
        table = StreamTable(folder)
        for stream, lines in rows:
            table.add(stream, lines)
        table.close()
        path = folder / layout.STREAMS
        return path.read_bytes() if path.exists() else b""

    @pytest.mark.parametrize(
        ("rows", "text"),
        [
            ((), b""),
            (((1, 2),), b"1,2\n"),
            (((1, 2), (1, 3)), b"1,5\n"),
            (((1, 2), (2, 1), (1, 1)), b"1,2\n2,1\n1,1\n"),
            (((1, 2), (2, 0), (1, 1)), b"1,3\n"),
            (((2, 0), (1, 1)), b"1,1\n"),
        ],
    )
    def test_consecutive_lines_of_a_stream_are_one_row(self, tmp_path, rows, text):
        assert self.table(tmp_path, *rows) == text

    def test_a_table_that_grows_too_long_is_not_written(self, tmp_path, monkeypatch):
        monkeypatch.setattr(logs, "_MOST_ROWS", 3)
        assert self.table(tmp_path, (1, 1), (2, 1)) == b"1,1\n2,1\n"
        os.unlink(tmp_path / layout.STREAMS)
        assert self.table(tmp_path, (1, 1), (2, 1), (1, 1)) == b""

    def test_a_table_that_cannot_be_written_is_left_out(self, tmp_path):
        (tmp_path / layout.STREAMS).mkdir()
        StreamTable(tmp_path).close()
        assert logs.streams(tmp_path, b"") == b""

    @pytest.mark.parametrize(
        ("table", "log", "fits"),
        [
            (b"1,2\n2,1\n", b"a\nb\nc\n", True),
            (b"1,2\n2,1\n", b"a\nb\nc", True),
            (b"1,2\n2,1\n", b"a\nb\n", False),
            (b"1,2\n", b"a\nb\nc\n", False),
            (b"", b"a\n", False),
            (b"1\n", b"a\n", False),
            (b"1,x\n", b"a\n", False),
        ],
    )
    def test_only_the_table_of_this_log_is_used(self, tmp_path, table, log, fits):
        (tmp_path / layout.STREAMS).write_bytes(table)
        assert logs.streams(tmp_path, log) == (table if fits else b"")

    def test_a_cut_log_has_fewer_lines_than_its_table(self, tmp_path):
        (tmp_path / layout.STREAMS).write_bytes(b"1,9\n")
        (tmp_path / "log.dropped").write_text("100")
        assert logs.streams(tmp_path, b"a\nb\n") == b"1,9\n"
        assert logs.streams(tmp_path, b"a\n" * 10) == b""

    def test_without_a_table_there_is_none(self, tmp_path):
        assert logs.streams(tmp_path, b"a\n") == b""
