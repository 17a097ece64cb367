"""The plane of a search over two parameters, and the values that it tried of each."""

from __future__ import annotations

from typing import Any

from gittrack.analysis.sweep_ranking import furthest_trials
from gittrack.analysis.sweep_view import Axis
from gittrack.core.scalars import flow_text
from gittrack.show.page.pictures_data import Search
from gittrack.show.page.pictures_style import (
    OURS,
    colour_bar,
    dots,
    mark_x,
    mark_y,
    name,
    ring,
    split_by_score,
)


def plane(fig: Any, search: Search) -> None:
    """Draw the trials in the plane, and along the edges the values of each parameter.

    Notes
    -----
    A grid of n x n trials tries n values of each parameter, random search n x n: Bergstra and Bengio, "Random
    search for hyper-parameter optimization", JMLR 13, 2012, figure 1.
    """
    first, second = search.axes
    grid = fig.add_gridspec(2, 2, width_ratios=[5, 0.8], height_ratios=[0.8, 5], wspace=0, hspace=0)
    middle, top, side = (fig.add_subplot(grid[cell]) for cell in ((1, 0), (0, 0), (1, 1)))
    trials = furthest_trials(search.view.ended)
    good, bad = split_by_score(trials)
    x_scale, y_scale = search.scales[first.name], search.scales[second.name]

    def position(trial: Any) -> tuple[float, float] | None:
        if first.name not in trial.params or second.name not in trial.params:
            return None
        x, y = (
            x_scale.position(trial.params[first.name]),
            y_scale.position(trial.params[second.name]),
        )
        return None if x is None or y is None else (x, y)

    dots(middle, [(*point, trial) for trial in good if (point := position(trial))], search)
    unscored = [point for trial in bad if (point := position(trial))]
    middle.scatter(
        [x for x, _ in unscored], [y for _, y in unscored], marker="x", c="#777777", s=20
    )
    best = search.best
    if best is not None and (point := position(best)):
        ring(middle, *point)
    mark_y(middle, y_scale)
    mark_x(middle, x_scale)
    middle.grid(color="#EEEEEE", linewidth=0.8)
    middle.set_xlabel(name(first.name) + (" (log)" if x_scale.log else ""))
    middle.set_ylabel(name(second.name) + (" (log)" if y_scale.log else ""))
    both = [point for trial in trials if (point := position(trial))]
    _edge(top, "x", [x for x, _ in both], _values(search, first))
    _edge(side, "y", [y for _, y in both], _values(search, second))
    colour_bar(fig, [middle, top, side], search)


def about(search: Search) -> str:
    """Return a sentence on how many values of each parameter were tried."""
    first, second = search.axes
    count = len(furthest_trials(search.view.ended))
    return (
        f"{count} configurations tried {_values(search, first)} and {_values(search, second)}."
        " A grid repeats few values of each; random search tries a new value every time."
    )


def _values(search: Search, axis: Axis) -> str:
    tried = (t.params[axis.name] for t in search.view.trials if axis.name in t.params)
    count = len({flow_text(value) for value in tried})
    return f"{count} value{'s' if count != 1 else ''} of {name(axis.name)}"


def _edge(ax: Any, along: str, values: list[float], label: str) -> None:
    """Draw a stroke for every trial at its value of one parameter; equal values give a darker stroke."""
    ax.set_axis_off()
    draw = ax.vlines if along == "x" else ax.hlines
    draw(values, 0, 0.55, color=OURS, alpha=0.35, linewidth=1.4)
    if along == "x":
        ax.set_xlim(-0.04, 1.04)
        ax.set_ylim(0, 1)
        ax.text(0.5, 0.66, label, ha="center", va="bottom", color=OURS)
    else:
        ax.set_ylim(-0.04, 1.06)
        ax.set_xlim(0, 1)
        ax.text(0.66, 0.5, label, ha="left", va="center", color=OURS, rotation=270)
