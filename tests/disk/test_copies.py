"""A copy and its digest come from one read."""

from __future__ import annotations

import hashlib
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.disk import copies


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_copy_has_the_first_bytes_and_their_digest(data, most):
    target = io.BytesIO()
    source = io.BytesIO(data)
    source.read(1)  # the position of the source does not matter
    part = data[:most]
    assert copies.copy(source, target, most) == (hashlib.sha256(part).hexdigest(), len(part))
    assert target.getvalue() == part


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_files_are_copied_in_chunks(tmp_path, size):
    data = b"ab" * (size // 2) + b"c" * (size % 2)
    (tmp_path / "a").write_bytes(data)
    with open(tmp_path / "a", "rb") as source, open(tmp_path / "b", "x+b") as target:
        digest, count = copies.copy(source, target, size + 5)
    assert (digest, count) == (hashlib.sha256(data).hexdigest(), size)
    assert (tmp_path / "b").read_bytes() == data


@pytest.mark.parametrize("end", [b"", b"weights"])
def test_a_copy_of_a_sparse_file_is_sparse(tmp_path, end):
    size = 32 << 20
    with open(tmp_path / "a", "wb") as source:
        source.write(b"x")
        source.truncate(size)
        source.seek(size)
        source.write(end)
    with open(tmp_path / "a", "rb") as source, open(tmp_path / "b", "x+b") as target:
        digest, count = copies.copy(source, target, size * 2, sparse=True)
    content = (tmp_path / "b").read_bytes()
    assert (digest, count) == (hashlib.sha256(content).hexdigest(), size + len(end))
    assert content == (tmp_path / "a").read_bytes()
    assert (tmp_path / "b").stat().st_blocks * 512 < 4 << 20


def test_zeros_are_written_to_a_pipe_and_appended_to_a_file(tmp_path):
    zeros = bytes(2 << 20)
    (tmp_path / "b").write_bytes(b"x")
    with open(tmp_path / "b", "ab") as target:
        copies.copy(io.BytesIO(zeros), target, len(zeros))
    assert (tmp_path / "b").read_bytes() == b"x" + zeros


def test_without_a_target_only_the_digest_is_computed():
    assert copies.copy(io.BytesIO(b"x"), None, 1)[0] == hashlib.sha256(b"x").hexdigest()


def test_a_copy_ends_at_the_limit_and_has_the_digest_of_what_was_copied(tmp_path):
    data = os.urandom(3 << 20)
    (tmp_path / "a").write_bytes(data)
    counted: list[int] = []
    with open(tmp_path / "a", "rb") as source, open(tmp_path / "b", "w+b") as target:
        source.seek(5)  # the copy begins at the beginning
        copied = copies.copy(source, target, 2 << 20, progress=counted.append)
    part = data[: 2 << 20]
    assert copied == (hashlib.sha256(part).hexdigest(), len(part))
    assert ((tmp_path / "b").read_bytes(), sum(counted)) == (part, len(part))


def test_a_file_in_memory_is_copied_too(tmp_path):
    with open(tmp_path / "b", "w+b") as target:
        copies.copy(io.BytesIO(b"content"), target, 7)
    assert (tmp_path / "b").read_bytes() == b"content"


def test_a_file_that_others_wrote_is_appended_to(tmp_path):
    (tmp_path / "a").write_bytes(b"more")
    (tmp_path / "b").write_bytes(b"first,")
    with open(tmp_path / "a", "rb") as source, open(tmp_path / "b", "ab") as target:
        assert copies.copy(source, target, 4) == (hashlib.sha256(b"more").hexdigest(), 4)
    assert (tmp_path / "b").read_bytes() == b"first,more"
