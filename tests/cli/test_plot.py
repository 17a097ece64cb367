"""git track plot: a chart that needs no colour."""

import pytest
from helpers import ROOT, look, on_terminal, record, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


def test_several_runs_have_signs_of_their_own():
    record("up", *({"acc": n / 10} for n in range(10)))
    record("down", *({"acc": 1 - n / 10} for n in range(10)))
    done = look("plot", "acc", "up", "down")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.out
    assert any("oo" in line and line.rstrip("│ ").endswith("up") for line in lines)
    assert any("xx" in line and line.rstrip("│ ").endswith("down") for line in lines)
    assert "acc" in lines[0]
    assert "step" in lines[-1]


def test_the_latest_by_default_over_time_smoothed_and_logarithmic():
    record("a", {"loss": 100}, {"loss": 10}, {"loss": 1}, {"loss": 0})
    done = look("plot", "loss", "--x", "time", "--log", "--smooth", "0.5")
    assert "loss, smoothed by 0.5 (log)" in done.out
    assert "seconds" in done.out.splitlines()[-1]
    done = look("plot", "loss", "--log")
    assert "left out: 1 points that are not finite or not above zero" in done.out
    assert "100┤" in done.out.replace(" ", "")


def test_one_point_none_and_nan():
    record("one", {"m": 5})
    assert "5" in look("plot", "m").out
    record("nan", {"m": float("nan")}, {"m": float("inf")})
    assert look("plot", "m").out == "nothing to draw: no finite value of m\n"
    with gittrack.init(name="final") as run:
        run.summary["m"] = 1
    assert "nothing to draw" in look("plot", "m").out


def test_a_run_without_the_metric():
    record("a", {"acc": 1})
    record("b", {"loss": 1})
    done = run_cli("plot", "acc", "a", "b")
    assert (done.code, "has no metric acc and is left out" in done.err) == (0, True)
    assert run_cli("plot", "ac", "a").err == (
        "error: none of these runs has the metric 'ac'\nhint: did you mean acc?\n"
    )
    for wrong in ("1", "-0.1", "x", "nan"):
        assert run_cli("plot", "acc", "--smooth", wrong).code == 2


def test_a_terminal_gets_colours_and_its_own_width(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TERM", "xterm")
    record("a", {"acc": 1}, {"acc": 2})
    shown, code = on_terminal("plot", "acc", columns=60)
    assert (code, "\x1b[38;5;" in shown, "\\x1b" in shown) == (0, True, False)
    monkeypatch.setenv("NO_COLOR", "1")
    shown, _ = on_terminal("plot", "acc", columns=60)
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 60


def test_many_points_are_drawn_at_once():
    with gittrack.init(name="long") as run:
        for n in range(20_000):
            run.log({"m": float(n % 100)})
    assert look("plot", "m").code == 0


def test_values_beyond_any_scale():
    record("a", {"m": 1e308}, {"m": -1e308})
    done = look("plot", "m")
    assert (done.code, "these values cannot be drawn on one scale" in done.err) == (1, True)
