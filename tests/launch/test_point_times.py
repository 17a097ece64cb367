"""launch/point_times: the time of a point is the moment at which the launcher saw the file grow."""

from __future__ import annotations

from pathlib import Path

import pytest

from gittrack.core.run import points as points_of_command
from gittrack.launch import point_times
from gittrack.launch.point_times import PointTimes

POINTS, TIMES = Path("metrics.jsonl"), Path("metrics.times")


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets; the run began at 100."""
    values = {"now": 100.0}
    monkeypatch.setattr(point_times.time, "monotonic", lambda: values["now"])
    return values


@pytest.fixture
def times(clock) -> PointTimes:
    POINTS.touch()
    return PointTimes(POINTS, TIMES, 100.0)


def write(text: str) -> None:
    with POINTS.open("a") as file:
        file.write(text)


def test_each_growth_is_a_line_with_the_size_and_the_seconds(times, clock):
    write("12345\n")
    clock["now"] = 101.5
    times.note()
    write("12345\n")
    clock["now"] = 163.25
    times.note()
    assert TIMES.read_text() == "6 1.500\n12 63.250\n"


def test_a_file_that_did_not_grow_costs_no_line(times):
    times.note()
    assert not TIMES.exists()
    write("1\n")
    times.note()
    times.note()
    assert len(TIMES.read_text().splitlines()) == 1


@pytest.mark.parametrize("path", [POINTS, TIMES])
def test_a_file_that_cannot_be_used_is_no_error_and_is_tried_again(times, path):
    write("1\n")
    if path == POINTS:
        POINTS.rename("elsewhere")
    else:
        TIMES.mkdir()
    times.note()
    if path == POINTS:
        Path("elsewhere").rename(POINTS)
    else:
        TIMES.rmdir()
    times.note()
    assert TIMES.read_text() == "2 0.000\n"


def test_points_get_the_time_at_which_they_were_seen_first(times, clock):
    write('{"a": 1}\n')
    clock["now"] = 102.0
    times.note()
    write('{"a": 2}\n{"a": 3}\n')
    clock["now"] = 105.0
    times.note()
    lines, bad = points_of_command.convert(POINTS.read_bytes(), TIMES.read_bytes())
    assert bad == []
    assert [line.rpartition(",")[2] for line in lines.splitlines()] == ["2.000", "5.000", "5.000"]
