"""A descriptor is trusted by the identity of its file, not by its number."""

from __future__ import annotations

import os

import pytest

from gittrack.disk import descriptors


@pytest.fixture
def opened(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    fd = os.open(tmp_path / "a", os.O_RDONLY)
    identity = descriptors.identity(fd)
    yield fd, identity
    descriptors.close(fd, identity)


def test_a_lifted_descriptor_is_the_same_file_under_a_high_number(opened):
    fd, identity = opened
    high = descriptors.lift(os.dup(fd))
    assert high >= descriptors.HIGH
    assert descriptors.identity(high) == identity
    os.close(high)


def test_the_number_of_another_file_is_neither_trusted_nor_closed(opened, tmp_path):
    fd, identity = opened
    (tmp_path / "b").touch()
    other = os.open(tmp_path / "b", os.O_RDONLY)
    os.dup2(other, fd)
    assert not descriptors.is_open(fd, identity)
    descriptors.close(fd, identity)
    os.fstat(fd)  # still open
    os.close(fd)
    os.close(other)


def test_a_closed_number_is_not_open(opened):
    fd, identity = opened
    os.close(fd)
    assert not descriptors.is_open(fd, identity)
    assert descriptors.intact_size(fd, identity) is None
    assert not descriptors.is_open(-1, identity)


def test_a_deleted_file_is_open_but_not_intact(opened, tmp_path):
    fd, identity = opened
    assert descriptors.intact_size(fd, identity) == 3
    (tmp_path / "a").unlink()
    assert descriptors.is_open(fd, identity)
    assert descriptors.intact_size(fd, identity) is None
    assert descriptors.content(fd, 1) == b"bc"
