"""The forms of printed times: found in aligned columns, and bounded on lines that nobody prints."""

import pytest

from gittrack.analysis.console.forms import MASKS


@pytest.mark.parametrize(
    "line", ["time: 3.2", "time     :     3.2", f"elapsed{' ' * 40}3.2 s", "eta (s) = 12 s"]
)
def test_a_time_is_found_across_a_gap(line):
    assert MASKS.sub("#", line) == "#"


@pytest.mark.parametrize(
    "line", [f"time{' ' * 50_000}x", f"eta{' ' * 50_000}", "1%|x| " * 20_000, f"1%|{'x' * 50_000}"]
)
def test_a_long_line_is_searched_in_a_time_that_grows_with_its_length(line):
    """With unbounded gaps each of these takes minutes, which the limit of a test ends."""
    MASKS.sub("#", line)
