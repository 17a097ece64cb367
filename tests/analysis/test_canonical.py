"""The digest of what an artifact holds, whatever the file says about its time."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis.canonical import digest


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
