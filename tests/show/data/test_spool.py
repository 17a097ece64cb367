"""Very many values in a file: the same as those of a list."""

from __future__ import annotations

import resource
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.show.data import spool
from gittrack.show.data.spool import Spool


@given(st.integers(0, 1300), st.slices(1300))
def test_a_spool_is_a_sequence_of_its_values(count, part):
    values = [(number, str(number)) for number in range(count)]
    spooled = Spool(iter(values))
    assert len(spooled) == count
    assert list(spooled) == list(spooled) == values
    assert spooled[part] == values[part]
    if count:
        assert (spooled[0], spooled[-1], spooled[count // 2]) == (
            *(values[0], values[-1], values[count // 2]),
        )


def test_two_readers_of_a_spool_do_not_disturb_each_other():
    spooled = Spool(range(3 * spool._BLOCK))
    assert all(a == b for a, b in zip(spooled, spooled, strict=True))


@pytest.fixture
def small_files():
    """Let this process write no more than 20 KB into a file, as on a disk that becomes full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_a_full_disk_does_not_take_is_in_memory(small_files):
    values = [number * 0.1 for number in range(40 * spool._BLOCK)]
    spooled = Spool(values)
    assert 0 < len(spooled._in_memory) < 40
    assert list(spooled) == values


def test_without_a_folder_for_the_file_all_is_in_memory(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert list(Spool(range(2000))) == list(range(2000))
