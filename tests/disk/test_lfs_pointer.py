"""disk/lfs_pointer: pointers are written as Git LFS writes them, and read without any tolerance."""

from __future__ import annotations

import pytest

from gittrack.disk import lfs_pointer
from gittrack.disk.lfs_pointer import Pointer

DIGEST = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
# The example of the specification of Git LFS.
TEXT = f"""version https://git-lfs.github.com/spec/v1
oid sha256:{DIGEST}
size 12345
""".encode()


def test_a_pointer_is_the_one_of_the_specification():
    assert lfs_pointer.text(Pointer(DIGEST, 12345)) == TEXT
    assert lfs_pointer.parse(TEXT) == (DIGEST, 12345)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", TEXT[:-1], TEXT + b"\n", TEXT + b"x" * 1024, TEXT.replace(b"\n", b"\r\n")),
        *(TEXT.replace(b"12345", size) for size in (b"", b"-1", b"1.0", b"007", b"9" * 20, b"1 ")),
        TEXT.replace(DIGEST.encode(), b"../../../../etc/passwd"),
        TEXT.replace(DIGEST.encode(), DIGEST.upper().encode()),
        TEXT.replace(DIGEST.encode(), DIGEST[:-1].encode()),
        TEXT.replace(b"sha256", b"sha1"),
        TEXT.replace(b"oid", b"ext-0-foo sha256:" + DIGEST.encode() + b"\noid"),
        TEXT.replace(b"https://git-lfs.github.com/spec/v1", b"http://git-media.io/v/2"),
        TEXT + b"name evil\n",
    ],
)
def test_anything_else_is_no_pointer(data):
    assert lfs_pointer.parse(data) is None


def test_an_entry_of_a_run_needs_a_digest_and_a_size():
    good = {"sha256": DIGEST, "size": 7}
    assert lfs_pointer.of_entry(good) == (DIGEST, 7)
    for change in (
        {"sha256": "../x"},
        {"sha256": None},
        {"size": -1},
        {"size": True},
        {"size": "7"},
    ):
        assert lfs_pointer.of_entry({**good, **change}) is None
