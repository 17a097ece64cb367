"""The digest of what an artifact holds, whatever the file says about its time."""

import bz2
import gzip
import hashlib
import io
import lzma
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.canonical import content as canonical
from gittrack.analysis.canonical import kinds
from gittrack.analysis.canonical.content import digest
from gittrack.analysis.span import Span


def archive(year, **entries):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in entries.items():
            file.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), content)
    return target.getvalue()


def test_the_times_in_an_archive_do_not_count():
    a, b = archive(1990, x=b"1", y=b"2"), archive(2020, y=b"2", x=b"1")
    assert a != b
    assert digest(a) == digest(b)
    assert digest(a) != digest(archive(1990, x=b"1", y=b"3"))
    assert digest(a) != digest(archive(1990, x=b"1", z=b"2"))


def test_the_time_in_a_gzip_file_does_not_count():
    a, b = gzip.compress(b"data", mtime=1), gzip.compress(b"data", mtime=2)
    assert a != b
    assert digest(a) == digest(b)
    assert digest(a) != digest(gzip.compress(b"other", mtime=1))
    assert digest(a) != digest(b"data")


def test_numpy_archives():
    np = pytest.importorskip("numpy")
    made = []
    for _ in range(2):
        target = io.BytesIO()
        np.savez(target, w=np.arange(5.0))
        made.append(target.getvalue())
    assert digest(made[0]) == digest(made[1])


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 99, b"\x1f\x8b", b"\x1f\x8b\x08" + b"x" * 50],
)
def test_what_only_looks_like_an_archive(data):
    assert len(digest(data)) == 64
    assert digest(data) != digest(data + b"!")


@given(st.binary(max_size=200))
def test_any_bytes_have_a_digest(data):
    assert digest(b"PK\x03\x04" + data) == digest(b"PK\x03\x04" + data)


def event_file(*records: tuple[float, bytes]) -> bytes:
    """Return an event file with records of a wall time and further fields."""
    bodies = [b"\x09" + struct.pack("<d", wall) + rest for wall, rest in records]
    return b"".join(struct.pack("<QI", len(b), 0) + b + bytes(4) for b in bodies)


EVENTS = "runs/events.out.tfevents.1772273422.host.1.0"


def scalars(**values: float) -> bytes:
    """Return the summary of an event: a value with a tag and a number for each scalar."""
    parts = []
    for name, number in values.items():
        tag = name.replace("__", "/").encode()
        value = b"\x0a%c%s\x15%s" % (len(tag), tag, struct.pack("<f", number))
        parts.append(b"\x0a%c%s" % (len(value), value))
    summary = b"".join(parts)
    return b"\x2a%c%s" % (len(summary), summary)


def test_event_files_are_compared_without_wall_times():
    step, summary = b"\x10\x05", scalars(loss=0.5)
    first = canonical.digest(event_file((1.0, step + summary)), EVENTS)
    assert canonical.digest(event_file((2.0, step + summary)), EVENTS) == first
    assert canonical.digest(event_file((1.0, step + scalars(loss=0.25))), EVENTS) != first
    assert canonical.digest(event_file((1.0, step + scalars(acc=0.5))), EVENTS) != first
    assert canonical.digest(event_file((1.0, b"\x10\x06" + summary)), EVENTS) != first


def test_scalars_that_tell_times_are_left_out_of_event_files_and_named():
    def file(**values):
        return canonical.content(event_file((1.0, b"\x10\x05" + scalars(**values))), EVENTS)

    first = file(charts__SPS=900.0, time__time_elapsed=3.0, losses__value=0.5)
    assert first == file(charts__SPS=700.0, time__time_elapsed=4.0, losses__value=0.5)
    assert first.left_out == ("charts/SPS", "time/time_elapsed")
    assert first != file(charts__SPS=900.0, time__time_elapsed=3.0, losses__value=0.25)
    assert file(time__total_timesteps=1.0) != file(time__total_timesteps=2.0)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_damaged_event_file_is_compared_by_its_bytes(cut):
    data = event_file((1.0, b"\x10\x05"))[:-cut]
    assert canonical.digest(data, EVENTS) == hashlib.sha256(data).hexdigest()


def test_pdf_files_are_compared_without_their_dates():
    text = b"%%PDF-1.4\n/CreationDate (D:%s) /ID [<%s> <%s>]\nstream %s"
    first = canonical.digest(text % (b"2026", b"aa", b"aa", b"x"), "a.pdf")
    assert canonical.digest(text % (b"2027", b"bb", b"bb", b"x"), "a.pdf") == first
    assert canonical.digest(text % (b"2026", b"aa", b"aa", b"y"), "a.pdf") != first


def test_svg_files_are_compared_without_dates_and_random_names():
    text = '<dc:date>{}</dc:date><clipPath id="{}"/><path d="{}" clip-path="url(#{})"/>'
    first, other = "p0123456789", "pabcdef0123"
    expected = canonical.digest(text.format("2026", first, "M 1", first).encode(), "a.svg")
    assert canonical.digest(text.format("2027", other, "M 1", other).encode(), "a.svg") == expected
    assert canonical.digest(text.format("2026", first, "M 2", first).encode(), "a.svg") != expected
    assert canonical.digest(text.format("2026", first, "M 1", other).encode(), "a.svg") != expected


def test_the_kind_of_a_file_is_known_by_its_begin_or_its_name():
    assert kinds.kind(b"", EVENTS) == "events"
    assert kinds.kind(b"<svg", "plots/a.SVG") == "document"
    assert kinds.kind(b"epoch,loss", "log.csv") == "table"
    assert kinds.kind(b"epoch,loss", "log.txt") is None


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"time": 1' + b"0" * 400 + b"}"),
        ("a.safetensors", (200_000).to_bytes(8, "little") + b"[" * 200_000),
        ("a.json", b"[" * 200_000),
    ],
    ids=["a number without bounds", "a deep header", "deep JSON"],
)
def test_a_file_that_no_reader_can_hold_is_compared_by_its_bytes(name, data):
    result = canonical.content(data, name, Span(0.0, 60.0))
    assert result == (hashlib.sha256(data).hexdigest(), ())


def test_archives_in_an_archive_share_one_limit(monkeypatch):
    monkeypatch.setattr(canonical, "LIMIT", 5000)
    inner = [archive(year, x=bytes(1500)) for year in (1990, 2020)]
    few, many = (
        [archive(1990, **{f"a{n}": data for n in range(count)}) for data in inner]
        for count in (1, 3)
    )
    assert digest(few[0]) == digest(few[1])
    assert digest(many[0]) != digest(many[1])


def test_a_pdf_with_dates_that_do_not_end_is_read_once():
    data = b"%PDF-" + b"/CreationDate(" * 100_000
    assert digest(data, "a.pdf") == digest(data, "a.pdf")


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_what_follows_a_packed_file_is_compared(pack):
    first, second = (pack(b"x") + more for more in (b"abc", b"abd"))
    assert digest(first) != digest(second)
    assert digest(pack(b"x") + pack(b"y")) == digest(pack(b"xy"))
