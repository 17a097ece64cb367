"""A frame that is made column by column is the one that pandas makes of a list of rows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pd = pytest.importorskip("pandas")

from gittrack.show.data import flat, frame  # noqa: E402 - it needs pandas

TEXTS = st.sampled_from(["a", "adamw", "2026-03-01T00:00:00.000Z", ""])
VALUES = {
    "id": TEXTS,
    "tags": st.lists(TEXTS, max_size=2),
    "sweep": st.none() | st.dictionaries(st.just("id"), TEXTS),
    "exit_code": st.none() | st.integers(-1, 3),
    "params.lr": st.floats() | st.integers(-(2**65), 2**65),
    "params.on": st.booleans(),
    "params.mixed": st.none() | st.booleans() | TEXTS | st.floats() | st.lists(st.integers()),
    "metrics.loss": st.floats(),
    "metrics.steps": st.integers(0, 9),
}
ROWS = st.lists(st.fixed_dictionaries({}, optional=VALUES), max_size=6)


@settings(max_examples=200)
@given(rows=ROWS)
def test_values_types_and_order_are_those_of_the_rows(rows):
    expected = pd.DataFrame(rows, columns=flat.columns(rows))
    pd.testing.assert_frame_equal(frame.of_rows(iter(rows)), expected, check_exact=True)
