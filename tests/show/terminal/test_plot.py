"""Charts in the terminal: which points are drawn, and what is left out."""

from __future__ import annotations

import math

import pytest

from gittrack.show.terminal import plot
from gittrack.show.terminal.plot import Frame, Line

CURVE = [(float(x), 1 / (x + 1)) for x in range(50)]


def chart(*lines: Line, **options) -> str:
    return plot.chart(lines, Frame("loss", **options))


def test_a_chart_has_its_title_its_label_and_the_size_that_was_given():
    rows = chart(Line("run a", CURVE), width=60, height=20).splitlines()
    assert "loss" in rows[0]
    assert "step" in rows[-1]
    assert "run a" in "".join(rows)
    assert max(map(len, rows)) <= 60
    assert len(rows) <= 20


@pytest.mark.parametrize(
    ("steps", "labels"),
    [
        (range(1, 61), "10 20 30 40 50 60"),
        (range(3), "0 1 2"),
        (range(0, 30_000, 100), "0 5000 10000 15000 20000 25000"),
        ((7,), "7"),
        ((0.25, 0.5), "0.250 0.312 0.375 0.438 0.500"),
    ],
)
def test_an_axis_of_steps_has_round_whole_numbers(steps, labels):
    points = [(float(step), float(step % 7)) for step in steps]
    rows = chart(Line("a", points), width=100, braille=True).splitlines()
    assert " ".join(rows[-2].split()) == labels


def test_each_run_has_its_own_marker():
    drawing = chart(Line("a", CURVE), Line("b", [(x, y + 1) for x, y in CURVE]))
    assert "o" in drawing
    assert "x" in drawing
    assert "\x1b" not in drawing
    assert "\x1b[" in chart(Line("a", CURVE), colour=True)


@pytest.mark.parametrize(
    ("ys", "log", "remark"),
    [
        ((1.0, math.nan, math.inf), False, "left out: 2 points that are not finite"),
        ((1.0, 0.0, -1.0, 10.0), True, "left out: 2 points that are not finite or not above zero"),
        ((1.0, 0.0, -1.0), False, ""),
    ],
)
def test_points_that_have_no_place_are_counted(ys, log, remark):
    drawing = chart(Line("a", list(enumerate(ys))), log=log)
    assert drawing.endswith(f"{remark}\n") if remark else "left out" not in drawing


def test_a_log_scale_is_labelled_with_values():
    drawing = chart(Line("a", [(0, 1.0), (1, 10000.0)]), log=True)
    assert "loss (log)" in drawing
    assert {"1", "10", "100", "1e+03", "1e+04"} <= set(drawing.replace("┤", " ").split())


@pytest.mark.parametrize("points", [[], [(0, math.nan)], [(0, -1.0)]])
def test_nothing_to_draw_is_a_sentence(points):
    assert chart(Line("a", points), log=True) == "nothing to draw: no finite value of loss\n"


def test_a_single_point_and_a_constant_are_drawn():
    assert "o" in chart(Line("a", [(0, 5.0)]))
    assert "o" in chart(Line("a", [(0, 5.0), (1, 5.0)]), log=True)


def test_a_small_terminal_still_gets_a_chart():
    rows = chart(Line("a", CURVE), width=5, height=2).splitlines()
    assert max(map(len, rows)) <= 30


def test_text_of_runs_is_escaped_and_shortened():
    drawing = plot.chart([Line("n" * 60 + "\x1b", CURVE)], Frame("lo\x1bss"))
    assert "\x1b" not in drawing
    assert "lo\\x1bss" in drawing
    assert "n" * 39 + "…" in drawing
