"""Durations and dates as people write them in queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.query import durations
from gittrack.core.run.run_info import from_iso, iso


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("5min", 300),
        ("5m", 300),
        ("1h30min", 5400),
        ("1h 30 min", 5400),
        ("0.5h", 1800),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("1y", 31_536_000),
    ],
)
def test_a_duration_is_in_seconds(text, seconds):
    assert durations.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", " ", "5", "h", "-1h", "1h!", "1 month", "1H"])
def test_other_texts_are_not_durations(text):
    with pytest.raises(ValueError, match="is not a duration; write 90s"):
        durations.seconds(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026", "2026"),
        ("2026-02", "2026-02"),
        ("2026-02-01", "2026-02-01"),
        ("2026-02-01 14", "2026-02-01T14"),
        ("2026-02-01T14:30", "2026-02-01T14:30"),
        ("2026-02-01T14:30:05.1239Z", "2026-02-01T14:30:05.123"),
        ("2026-02-01T00:30+01:00", "2026-01-31T23:30"),
        ("2026-02-01T23-0130", "2026-02-02T00:30"),
    ],
)
def test_a_date_keeps_its_precision_and_is_in_utc(text, moment):
    assert durations.moment(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-13", "2026-02-30", "2026-2-1", "2026-02-01T25", "2026-02-01T10+24:00", "now"],
)
def test_other_texts_are_not_dates(text):
    with pytest.raises(ValueError, match="is not a date; write 2026-02-01"):
        durations.moment(text)


@given(st.integers(0, 4_000_000_000_000).map(lambda milliseconds: milliseconds / 1000))
def test_a_stored_time_is_a_date_of_full_precision(seconds):
    text = iso(seconds)
    assert durations.moment(text) == text.removesuffix("Z")
    assert from_iso(text) == pytest.approx(seconds, abs=0.0011)
