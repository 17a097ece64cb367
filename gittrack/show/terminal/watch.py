"""The screen of ``git track watch``: a table of runs, one chart, and what each key does.  Pure."""

from __future__ import annotations

from typing import NamedTuple

from gittrack.analysis.groups import Group, GroupedRun
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.show.terminal import groups, runs, table, text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.plot import Frame, Line, chart

HELP = (
    "/   filter, as -w",
    "j k, arrows   move",
    "space   pick a run for the chart",
    "c   compare the picked runs",
    "Enter   only this run",
    "Esc   back",
    "b   baseline: the others show the difference",
    "g   groups: all except the seed",
    "[ ]   other metric",
    "p   pin the metric: it comes first",
    "x   steps or seconds",
    "y   logarithmic",
    "s   smoother",
    "q   end",
)
WEIGHTS = (0.0, 0.6, 0.9, 0.98)  # of the past, of a smoothed curve
MOST_CURVES = 7
_LABEL = 40  # characters of the params of a group
_FEWEST_LINES = 12  # with fewer, there is no chart
_MARKS = {True: ">", False: " "}


class State(NamedTuple):
    """What the user chose.

    Attributes
    ----------
    row : int
        The position of the marked run.
    picked : frozenset of str
        The ids of the runs in the chart; empty: the newest ones.
    alone : str
        The id of the only run that is shown; empty: all.
    metric : int
        The position of the metric in the chart.
    seconds, log, help : bool
        Whether the x axis is time, whether y is logarithmic, and whether the keys are shown.
    smooth : int
        The position in `WEIGHTS`.
    compare : bool
        Whether the differences of the picked runs are shown instead of the chart.
    query : str
        Which runs are shown, as ``-w`` of ``git track ls``.
    typed : str or None
        A query that is being typed; None if no query is.
    baseline : str
        The id of the run with which the metrics of the others are compared; empty: none.
    group : bool
        Whether groups are shown instead of runs: all runs that differ in the seed only are one.
    pinned : frozenset of str
        The metrics that come first.
    """

    row: int = 0
    picked: frozenset[str] = frozenset()
    alone: str = ""
    metric: int = 0
    seconds: bool = False
    log: bool = False
    help: bool = False
    smooth: int = 0
    compare: bool = False
    query: str = ""
    typed: str | None = None
    baseline: str = ""
    group: bool = False
    pinned: frozenset[str] = frozenset()


def press(state: State, key: str, ids: Sequence[str], metrics: Sequence[str]) -> State:
    """Return the state after a key; other keys change nothing.

    Parameters
    ----------
    state : State
        The state before.
    key : str
        A letter, or ``up``, ``down``, ``enter``, ``escape``, ``space``, ``backspace``.
    ids : sequence of str
        The ids of the runs in the table.
    metrics : sequence of str
        The names of the metrics, in the order of `metrics_of`.
    """
    if state.typed is not None:
        return _typing(state, state.typed, key)
    last = max(0, len(ids) - 1)
    row = min(state.row, last)
    here = ids[row] if ids else ""
    steps = {"j": 1, "down": 1, "k": -1, "up": -1}
    turns = {"[": -1, "]": 1}
    if key in steps:
        return state._replace(row=min(last, max(0, row + steps[key])))
    if key in turns:
        return state._replace(metric=(state.metric + turns[key]) % max(1, len(metrics)))
    if key == "p" and metrics:
        return _pinned(state, metrics)
    changes: dict[str, dict[str, object]] = {
        "space": {"picked": state.picked ^ {here}},
        "enter": {"alone": here, "picked": frozenset((here,))},
        "escape": _back(state),
        "/": {"typed": state.query},
        "b": {"baseline": "" if here == state.baseline else here},
        "c": {"compare": not state.compare},
        "g": {"group": not state.group},
        "x": {"seconds": not state.seconds},
        "y": {"log": not state.log},
        "s": {"smooth": (state.smooth + 1) % len(WEIGHTS)},
        "?": {"help": not state.help},
    }
    return state._replace(**changes.get(key, {}))  # type: ignore[arg-type]


def _pinned(state: State, metrics: Sequence[str]) -> State:
    """Return the state in which the metric in the chart comes first, or no longer; the chart stays."""
    name = metrics[state.metric % len(metrics)]
    pinned = state.pinned ^ {name}
    return state._replace(pinned=pinned, metric=pinned_first(metrics, pinned).index(name))


def pinned_first(metrics: Sequence[str], pinned: frozenset[str]) -> list[str]:
    """Return the names of metrics, those that are pinned first."""
    return sorted(metrics, key=lambda name: name not in pinned)


def _back(state: State) -> dict[str, object]:
    """Return what Esc changes: it closes the help, then the comparison, then all that was chosen."""
    if state.help:
        return {"help": False}
    if state.compare:
        return {"compare": False}
    return {"alone": "", "picked": frozenset()}


def _typing(state: State, typed: str, key: str) -> State:
    """Return the state after a key while a query is typed."""
    if key == "enter":
        return state._replace(query=typed.strip(), typed=None, row=0)
    if key == "escape":
        return state._replace(typed=None)
    if key == "backspace":
        return state._replace(typed=typed[:-1])
    letter = " " if key == "space" else key
    return state._replace(typed=typed + letter) if len(letter) == 1 else state


def metrics_of(infos: Sequence[RunInfo]) -> list[str]:
    """Return the names of the metrics that have curves: of running runs first, the most frequent first."""
    counts: dict[str, tuple[int, int]] = {}
    for info in infos:
        for name, metric in info.metrics.items():
            if metric.count > 1:
                running, total = counts.get(name, (0, 0))
                counts[name] = (running - (info.status == "running"), total - 1)
    return sorted(counts, key=lambda name: counts[name])


def charted(infos: Sequence[RunInfo], state: State, metric: str) -> list[RunInfo]:
    """Return the runs in the chart: those that were picked, else running ones, else the newest."""
    candidates = [info for info in infos if metric in info.metrics]
    picked = [info for info in candidates if info.id in state.picked]
    running = [info for info in candidates if info.status == "running"]
    return (picked or running or candidates)[:MOST_CURVES]


def table_lines(
    infos: Sequence[RunInfo],
    state: State,
    now: float,
    width: int,
    baseline: RunInfo | None = None,
) -> list[str]:
    """Return the table with its heading; a mark is before the row, a star after it if it is picked.

    The metrics of all runs but the baseline are differences to it.
    """
    if not infos:
        return ["no run matches"]
    content = runs.listing(infos, now, width=width - 4)
    if baseline is not None:
        content = runs.against(content, infos, baseline)
    lines = table.render(content).splitlines()
    rows = [
        f"{_MARKS[number == min(state.row, len(infos) - 1)]}{'*' if info.id in state.picked else ' '} {line}"
        for number, (info, line) in enumerate(zip(infos, lines[1:], strict=False))
    ]
    return [f"   {lines[0]}", *rows]


def group_lines(ranked: Sequence[Group], metric: str) -> list[str]:
    """Return the table of groups, as ``top --over seed`` has it."""
    if not ranked:
        return [f"no finished run has {text.escape(metric)}" if metric else "no run has a metric"]
    lines = table.render(groups.table(ranked, metric)).splitlines()
    return [f"   {line}" for line in lines]


def group_label(group: Group, ranked: Sequence[Group]) -> str:
    """Return the params of a group that the others do not share, and the number of its runs."""
    shared = groups.constants(ranked)
    own = {name: value for name, value in group.params.items() if name not in shared}
    name = "  ".join(f"{text.escape(name)}={text.value(value)}" for name, value in own.items())
    return f"{text.shorten(name, _LABEL) or label(group.runs[0])} ({len(group.runs)})"


def chart_lines(lines: Sequence[Line], frame: Frame) -> list[str]:
    """Return the chart; empty if there is nothing to draw or no room."""
    if not lines or frame.height < _FEWEST_LINES // 2:
        return []
    return chart(lines, frame).splitlines()


def label(run: RunInfo | GroupedRun) -> str:
    """Return the name of a run in the legend of a chart."""
    return short_id(run.id) + (f" {run.name}" if run.name else "")


def split(height: int, count: int) -> tuple[int, int]:
    """Return how many runs the table has, and how many lines the chart has.

    Parameters
    ----------
    height : int
        The lines of the terminal.
    count : int
        The number of runs.
    """
    if height < _FEWEST_LINES:
        return max(1, height - 3), 0
    rows = min(count, max(3, (height - 3) // 3))
    return rows, height - rows - 4


def screen(
    head: Sequence[str], drawing: Sequence[str], footer: str, height: int, fit: Callable[[str], str]
) -> str:
    """Return the whole screen as lines that end where the terminal ends.

    Parameters
    ----------
    head, drawing : sequence of str
        The table and the chart.
    footer : str
        The last line.
    height : int
        The lines of the terminal.
    fit : callable
        Cuts a line to the width of the terminal.
    """
    body = [*head, "", *drawing][: height - 1]
    padded = [*body, *[""] * (height - 1 - len(body))]
    return "\r\n".join(fit(line) for line in (*padded, footer))


def footer(state: State, metric: str, total: int, counted: int, problem: str = "") -> str:
    """Return the last line: what is typed or wrong, else what the chart shows, and which keys there are."""
    if state.typed is not None:
        return f"filter: {text.escape(state.typed)}_"
    if problem:
        return text.escape(problem)
    parts = [f"{total} runs" + (f", {counted} running" if counted else "")]
    if state.query:
        parts.append(text.escape(state.query))
    if state.group:
        parts.append("groups")
    elif state.baseline:
        parts.append(f"against {short_id(state.baseline)}")
    if metric and not state.compare:
        weight = WEIGHTS[state.smooth]
        parts.append(text.escape(metric) + (f" smoothed by {weight:g}" if weight else ""))
    return "  ".join((*parts, "?: keys  q: end"))
