"""Small curves for notebooks."""

import math

from gittrack.show.page import curves


def test_a_curve_has_the_finite_values_and_stays_small():
    assert 'points="0.0,34.0 180.0,2.0"' in curves.curve([1.0, math.nan, 2.0])
    assert curves.curve([math.inf]) == ""
    assert curves.curve([]) == ""
    assert curves.curve([float(n % 7) for n in range(100_000)]).count(",") <= 181
    assert "<svg" in curves.curve([3.0])


def test_a_table_escapes_names():
    assert "&lt;b&gt;" in curves.table([("<b>", "1", [1.0])])
    assert curves.table([]) == ""
