"""The screen of `git track watch`: which runs and curves it has, and what each key does."""

from __future__ import annotations

from gittrack.analysis.groups import group_runs
from gittrack.analysis.smoothing import mean_curve
from gittrack.core.run.run_info import Metric, RunInfo
from gittrack.show.terminal import watch
from gittrack.show.terminal.plot import Frame, Line
from gittrack.show.terminal.watch import State


def info(number: int, status: str = "finished", **metrics: int) -> RunInfo:
    """Return a run with so many points of each metric."""
    series = {name: Metric(1.0, 0.0, 1.0, count - 1, count) for name, count in metrics.items()}
    return RunInfo(
        f"20260102-030405-0000000{number}", "default", status, f"run {number}", metrics=series
    )


RUNS = [info(3, "running", loss=5), info(2, acc=9, loss=9), info(1, acc=9, final=1)]
IDS = [run.id for run in RUNS]
METRICS = ["loss", "acc"]


def pressed(*keys: str, state: State | None = None) -> State:
    state = state or State()
    for key in keys:
        state = watch.press(state, key, IDS, METRICS)
    return state


def test_moving_stays_in_the_table():
    assert pressed("j", "down", "j", "j").row == 2
    assert pressed("k").row == 0
    assert pressed("j", "up").row == 0
    assert watch.press(State(row=5), "k", [], []).row == 0


def test_picking_and_opening():
    assert pressed("space").picked == {IDS[0]}
    assert pressed("space", "space").picked == frozenset()
    opened = pressed("j", "enter")
    assert (opened.alone, opened.picked) == (IDS[1], {IDS[1]})
    assert pressed("escape", state=opened) == State(row=1)


def test_a_query_is_typed_and_escape_keeps_the_one_before():
    assert pressed("/", *"lr", "space", *"<q").typed == "lr <q"
    assert pressed("/", *"lr", "enter") == State(query="lr")
    assert pressed("/", "x", "backspace", "backspace", "up", "enter") == State()
    assert pressed("/", "x", "escape", state=State(query="lr")) == State(query="lr")
    assert watch.footer(State(typed="lr <"), "loss", 3, 0) == "filter: lr <_"
    assert watch.footer(State(query="lr < 1"), "loss", 3, 1).startswith("3 runs, 1 running  lr < 1")
    assert watch.footer(State(), "loss", 3, 0, "wrong\x1b") == "wrong\\x1b"


def test_escape_closes_the_help_and_the_comparison_first():
    state = State(help=True, compare=True, alone=IDS[0])
    assert pressed("escape", state=state) == State(compare=True, alone=IDS[0])
    assert pressed("escape", "escape", "escape", state=state) == State()
    assert pressed("c").compare


def test_the_chart_turns_and_changes_its_axes():
    assert [pressed(*keys).metric for keys in (["]"], ["]", "]"], ["["])] == [1, 0, 1]
    assert pressed("x", "y", "s", "?") == State(seconds=True, log=True, smooth=1, help=True)
    assert pressed("s", "s", "s", "s") == State()
    assert pressed("z", "") == State()


def test_a_pinned_metric_comes_first_and_stays_in_the_chart():
    state = pressed("]", "p")
    assert (state.metric, state.pinned) == (0, {"acc"})
    assert watch.pinned_first(METRICS, state.pinned) == ["acc", "loss"]
    assert watch.press(state, "p", ["acc", "loss"], ["acc", "loss"]).pinned == frozenset()
    assert watch.press(State(), "p", [], []) == State()


def test_a_baseline_is_compared_with_the_others():
    assert pressed("j", "b").baseline == IDS[1]
    assert pressed("j", "b", "b").baseline == ""
    runs = [
        RunInfo(run.id, "default", "finished", metrics={"loss": Metric(last, 0.0, 1.0, 4, 5)})
        for run, last in zip(RUNS, (0.5, 0.75, 0.5), strict=True)
    ]
    lines = watch.table_lines(runs, State(), 0.0, 100, runs[0])
    assert [line.split()[-1] for line in lines[1:]] == ["0.5", "+0.25", "="]


def test_groups_have_a_table_and_mean_curves():
    runs = [
        RunInfo(
            run.id,
            "default",
            "finished",
            params={"lr": lr},
            seed=seed,
            metrics={"loss": Metric(last, 0.0, 1.0, 4, 5)},
        )
        for seed, (run, lr, last) in enumerate(zip(RUNS, (1, 1, 2), (0.5, 0.7, 0.1), strict=True))
    ]
    ranked = group_runs(runs, ["seed"], lambda run: run.metrics["loss"].last, smallest=True)
    head, first, second = watch.group_lines(ranked, "loss")
    assert "loss (mean ± std)" in head
    assert ["0.6 ± 0.14" in line for line in (first, second)] == [False, True]
    assert [watch.group_label(group, ranked) for group in ranked] == ["lr=2 (1)", "lr=1 (2)"]
    assert watch.group_lines([], "loss") == ["no finished run has loss"]
    assert mean_curve([[(0, 1.0), (1, 3.0)], [(1, 5.0)]]) == [(0, 1.0), (1, 4.0)]


def test_metrics_with_curves_those_of_running_runs_first():
    assert watch.metrics_of(RUNS) == ["loss", "acc"]


def test_the_chart_has_picked_runs_else_running_ones_else_the_newest():
    assert watch.charted(RUNS, State(), "loss") == [RUNS[0]]
    assert watch.charted(RUNS, State(picked=frozenset({IDS[1]})), "loss") == [RUNS[1]]
    assert watch.charted(RUNS, State(), "acc") == RUNS[1:]


def test_the_table_marks_the_row_and_what_is_picked():
    lines = watch.table_lines(RUNS, State(row=1, picked=frozenset({IDS[2]})), 0.0, 100)
    assert [line[:2] for line in lines] == ["  ", "  ", "> ", " *"]
    assert "run 2" in lines[2]
    assert watch.table_lines([], State(), 0.0, 100) == ["no run matches"]


def test_a_small_terminal_has_no_chart():
    assert watch.split(8, 20) == (5, 0)
    assert watch.split(30, 2) == (2, 24)
    assert watch.split(30, 50) == (9, 17)
    assert watch.chart_lines([Line("a", [(0, 1), (1, 2)])], Frame("m", height=3)) == []


def test_the_screen_fills_the_terminal():
    screen = watch.screen(["head"], ["drawing"], "footer", 6, lambda line: line[:4])
    assert screen.split("\r\n") == ["head", "", "draw", "", "", "foot"]


def test_a_chart_of_braille():
    lines = watch.chart_lines(
        [Line("a", [(step, step**2) for step in range(50)])], Frame("m", height=12, braille=True)
    )
    assert any("\u2800" <= char <= "\u28ff" for line in lines for char in line)
