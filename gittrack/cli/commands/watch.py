"""Watch runs in the terminal: a table and a chart that are redrawn while the runs go on.

Its keys are those of the page: ? shows them, q ends it.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from typing import NamedTuple

from gittrack import git
from gittrack.analysis.groups import Group, group_runs
from gittrack.analysis.smoothing import mean_curve, smooth
from gittrack.cli import keyboard
from gittrack.cli.options import add_experiment, add_where
from gittrack.cli.output import escape_controls, paint
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import RUNNING, RunInfo
from gittrack.read import stamps
from gittrack.read.files import inputs
from gittrack.read.runs import compare, reader, resolve
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord
from gittrack.show.terminal import columns, diff_many, text, watch
from gittrack.show.terminal.plot import Frame, Line
from gittrack.show.terminal.watch import State
from gittrack.web import points, windows
from gittrack.web.params import Params
from gittrack.web.points import PointCache
from gittrack.web.views.runs import goals_of

_MOST_ROWS = 50
_PAUSE = 1.0  # seconds between two looks


class Picture(NamedTuple):
    """The runs at one moment, and how many match."""

    raws: list[Raw]
    infos: list[RunInfo]
    total: int


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track watch``."""
    parser.add_argument("runs", nargs="*", metavar="RUN", help="only these runs")
    add_experiment(parser)
    add_where(parser)


def run(args: argparse.Namespace) -> int:
    """Show the runs until a key ends it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TrackError("watch needs a terminal", "for a file or a pipe: git track ls")
    repo = git.find()
    raws = [resolve.resolve(repo, address) for address in args.runs]
    fields = {"run": [f"{raw.experiment}/{raw.id}" for raw in raws], "limit": [str(_MOST_ROWS)]}
    fields |= {"experiment": [args.experiment or ""], "where": [args.where or ""]}
    params = Params(fields)
    look(repo, params)  # an error is printed before the screen changes
    with keyboard.Screen() as screen:
        try:
            _loop(repo, params, screen)
        except KeyboardInterrupt:
            return 0
    return 0


def look(repo: git.Repo, params: Params) -> Picture:
    """Return the runs as they are now."""
    rows = windows.select(repo, params)
    return Picture(rows.raws, [reader.decode(repo, raw) for raw in rows.raws], rows.total)


def _loop(repo: git.Repo, params: Params, screen: keyboard.Screen) -> None:
    state, cache, problem = State(query=params.text("where")), PointCache(), ""
    stamp, picture = stamps.look(repo), look(repo, params)
    while True:
        size = os.get_terminal_size(sys.stdout.fileno())
        screen.draw(drawn(repo, picture, state, cache, size, problem))
        key = screen.key(_PAUSE)
        if key == keyboard.END or (key == "q" and state.typed is None):
            return
        problem = "" if key else problem
        infos = _visible(picture, state)
        ids = [info.id for info in infos]
        metrics = watch.pinned_first(watch.metrics_of(infos), state.pinned)
        after = watch.press(state, key, [] if state.group else ids, metrics)
        now = stamps.look(repo, stamp)
        if now != stamp or after.query != state.query:
            try:
                selection = Params({**params.texts, "where": [after.query]})
                stamp, picture = now, look(repo, selection)
            except TrackError as error:  # in the query that was typed
                after, problem = state._replace(typed=None), error.message.partition("\n")[0]
        state = after


def _visible(picture: Picture, state: State) -> list[RunInfo]:
    return [info for info in picture.infos if state.alone in ("", info.id)]


def drawn(
    repo: git.Repo,
    picture: Picture,
    state: State,
    cache: PointCache,
    size: os.terminal_size,
    problem: str = "",
) -> str:
    """Return the screen for a state."""
    infos = _visible(picture, state)
    metrics = watch.pinned_first(watch.metrics_of(infos), state.pinned)
    metric = metrics[state.metric % len(metrics)] if metrics else ""
    ranked = _groups(repo, infos, metric) if state.group and metric else []
    rows, height = watch.split(size.lines, len(ranked) if state.group else len(infos))
    if state.group:
        visible = None
        head = watch.group_lines(ranked[:rows], metric)
    else:
        first = max(0, min(state.row, len(infos) - 1) - rows + 1)
        visible = infos[first : first + rows]
        here = state._replace(row=state.row - first)
        base = next((info for info in infos if info.id == state.baseline), None)
        head = watch.table_lines(visible, here, time.time(), size.columns, base)
    if state.help:
        drawing = list(watch.HELP)
    elif state.compare:
        drawing = _differences(repo, picture, state)
    else:
        lines = (
            [
                _mean(repo, picture, group, watch.group_label(group, ranked), metric, state, cache)
                for group in ranked[: watch.MOST_CURVES]
            ]
            if state.group
            else [
                _line(repo, picture, info, metric, state, cache)
                for info in watch.charted(infos, state, metric)
            ]
        )
        x = "seconds" if state.seconds else "step"
        frame = Frame(metric, x, state.log, size.columns, height, paint("x", "bold") != "x", True)
        drawing = watch.chart_lines([line for line in lines if line.points], frame)
    running = sum(info.status == RUNNING for info in picture.infos)
    footer = watch.footer(state, metric, picture.total, running, problem)
    painted = [_painted(line, visible or [], number) for number, line in enumerate(head)]
    return watch.screen(painted, drawing, footer, size.lines, lambda line: cut(line, size.columns))


def _differences(repo: git.Repo, picture: Picture, state: State) -> list[str]:
    """Return what differs among the picked runs."""
    picked = [raw for raw in picture.raws if raw.id in state.picked]
    if len(picked) < 2:
        return ["pick two runs or more with the space bar"]
    try:
        return diff_many.page(compare.table([RunRecord(repo, raw) for raw in picked])).splitlines()
    except TrackError as error:
        return [error.message]


def _painted(line: str, infos: list[RunInfo], number: int) -> str:
    if number == 0:
        return paint(line, "bold")
    status = infos[number - 1].status if infos else ""
    style = "green" if status == RUNNING else "" if status in ("finished", "") else "red"
    return paint(line, style)


def _groups(repo: git.Repo, infos: list[RunInfo], metric: str) -> list[Group]:
    """Return the groups of runs that differ in the seed only, the best mean first."""
    goal = goals_of(repo, infos, [metric])[metric]
    read = columns.metric(metric).get
    return group_runs(
        infos, ["seed"], read, smallest=goal.smallest, inputs=inputs.names(repo, infos)
    )


def _mean(
    repo: git.Repo,
    picture: Picture,
    group: Group,
    label: str,
    metric: str,
    state: State,
    cache: PointCache,
) -> Line:
    """Return the mean curve of a group."""
    ids = {run.id for run in group.runs}
    infos = (info for info in picture.infos if info.id in ids)
    curves = [_line(repo, picture, info, metric, state, cache) for info in infos]
    return Line(label, mean_curve([curve.points for curve in curves]))


def _line(
    repo: git.Repo, picture: Picture, info: RunInfo, metric: str, state: State, cache: PointCache
) -> Line:
    """Return the curve of a run; empty if the run has just ended, or if its points are damaged."""
    raw = picture.raws[picture.infos.index(info)]
    try:
        series = cache.read(repo, raw).metrics.get(metric)
    except (TrackError, ValueError, OSError):
        series = None
    if series is None:
        return Line(watch.label(info), [])
    x, y = points.ordered(series.times if state.seconds else series.steps, series.values)
    values = smooth(y.tolist(), watch.WEIGHTS[state.smooth])
    return Line(watch.label(info), list(zip(x.tolist(), values, strict=True)))


def cut(line: str, width: int) -> str:
    """Return a line that is safe for a terminal and not wider than it; colours take no width."""
    pieces = re.split(r"(\x1b\[[\d;]*m)", escape_controls(line))
    room = width
    for index in range(0, len(pieces), 2):
        while text.width(pieces[index]) > room:
            pieces[index] = pieces[index][:-1]
        room -= text.width(pieces[index])
    return "".join(pieces)
