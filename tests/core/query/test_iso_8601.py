"""Times of other tools: the forms that only some versions of Python read by themselves."""

import pytest

from gittrack.core.query import iso_8601
from gittrack.core.run.run_info import from_iso

NOON = 1795953600.0  # 2026-11-29T12:00:00Z


@pytest.mark.parametrize(
    ("text", "after_noon"),
    [
        ("2026-11-29T12:00:00+00:00", 0),
        ("2026-11-29T12:00:00Z", 0),
        ("2026-11-29 12:00:07.5Z", 7.5),
        ("2026-11-29T12:00:07,25+00:00", 7.25),
        ("2026-11-29T12:00:07.123456789Z", 7.123456),
        ("2026-11-29T14:30:07+0230", 7),
        ("2026-11-29T07:00:07-05", 7),
        ("2026-11-29T12:01Z", 60),
        ("20261129T120007.125Z", 7.125),
    ],
)
def test_a_form_of_another_tool(text, after_noon):
    assert iso_8601.seconds(text) == from_iso(text) == pytest.approx(NOON + after_noon, abs=2e-7)


@pytest.mark.parametrize("text", ["2026-11-29", "2026-11-29T00:00", "20261129", "2026-11-29 00"])
def test_a_time_without_an_offset_is_local(text):
    """The time zone of the tests is UTC."""
    assert from_iso(text) == NOON - 12 * 3600


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-1129T12:00", "2026-11-29T12:0000", "2026-11-31", "2026-11-29T25:00Z"]
)
def test_a_text_that_is_not_a_time(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is what callers catch
        iso_8601.seconds(text)
