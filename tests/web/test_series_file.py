"""metrics.csv as arrays: the same points as line by line, also across the parts of a large file."""

from __future__ import annotations

import helpers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run import series
from gittrack.web import series_file
from gittrack.web.series_file import parse

names = st.sampled_from(["loss", "acc", "a,b", 'say "x"', "x\\y", "two\nlines", "\u2028"])
numbers = st.integers(-(2**70), 2**70) | st.floats()
lines = st.lists(st.tuples(names, numbers, numbers, st.floats(0, 1e6)), max_size=30)


def flat(points) -> list[str]:
    """Return points in one order, as text, because NaN is not equal to itself."""
    return sorted(
        repr((name, float(step), float(value), seconds)) for step, name, value, seconds in points
    )


@given(lines, st.integers(1, 200), st.booleans())
def test_the_points_are_those_of_the_lines(points, part, headed):
    text = "".join(series.line(name, value, step, seconds) for name, value, step, seconds in points)
    data = ((series.HEADER if headed else "") + text).encode("utf-8", "surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(series_file, "_PART", part)
        parsed = parse(data)
    arrays = ((s, n, v, float(t)) for n, m in parsed.items() for s, v, t in zip(*m, strict=True))
    assert flat(arrays) == flat(series.parse(series.text_lines(data)))


@pytest.mark.parametrize(
    "line", ["1,a,b,0.1", "1,a,2", "x,a,1,1", "1,a,1,1,1", "", "1,2,3\n4,a,5,6,7", '1,"a,1,1']
)
def test_a_damaged_line_is_an_error_with_its_number(line):
    text = series.line("a", 1.0, 0, 0.0) * 3
    with pytest.raises(ValueError, match="line 4 is not"):
        parse((text + line + "\n" + text).encode())
    with pytest.raises(ValueError, match="line 5 is not"):
        parse((series.HEADER + text + line + "\n" + text).encode())


def test_nothing_is_nothing():
    assert parse(b"") == parse(series.HEADER.encode()) == {}


def test_a_large_file_takes_little_more_than_its_arrays(tmp_path):
    """The peak of memory, in a process of its own, of 300,000 points: 8 MB of text, 7 MB of arrays."""
    code = """
import resource
from gittrack.web.series_file import parse
data = b"".join(b"%d,loss,0.%06d,%d.125\\n" % (n, n % 999983, n) for n in range(300_000))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
points = parse(data)["loss"]
print(len(points.steps), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""
    count, grown = map(int, helpers.python(code).out.split())
    assert count == 300_000
    assert grown < 50
