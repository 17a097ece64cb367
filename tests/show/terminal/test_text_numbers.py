"""Numbers as people read them: digits, percentages, sizes."""

import math

import pytest

from gittrack.show.terminal import text


def test_neighbours_get_as_many_digits_as_tell_them_apart():
    assert text.distinct_numbers([0.912344, 0.912341, 0.5]) == ["0.912344", "0.912341", "0.5"]
    assert text.distinct_numbers([0.25, 0.25, 1.0]) == ["0.25", "0.25", "1"]
    assert len(set(text.distinct_numbers([0.1, math.nextafter(0.1, 1)]))) == 2
    assert text.distinct_numbers([None, math.nan, 3, 3]) == ["-", "nan", "3", "3"]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        *((2.0, "+2.0 %"), (-0.06, "-0.1 %"), (2e-05, "+2e-05 %"), (-0.0004, "-0.0004 %")),
        *((math.inf, ""), (-math.inf, ""), (None, ""), (0.0, "")),
    ],
)
def test_a_change_in_percent(change, shown):
    assert text.percent(change) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        *((0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1048575, "1.0 MiB")),
        *((1 << 40, "1.0 TiB"), (1 << 50, "1024.0 TiB")),
    ],
)
def test_a_size(count, shown):
    assert text.size(count) == shown
