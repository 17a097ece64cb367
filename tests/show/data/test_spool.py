"""Very many values in a file: the same as those of a list."""

from __future__ import annotations

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
