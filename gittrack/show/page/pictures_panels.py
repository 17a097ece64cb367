"""The drawings of any sweep: score over trials, rungs, each parameter, parallel coordinates."""

from __future__ import annotations

import math
from typing import Any

from gittrack.analysis.sweep_view import Axis, TrialView
from gittrack.show.page.pictures_data import MOST_AXES, Search, best_so_far, drawn, spread
from gittrack.show.page.pictures_style import (
    BEST,
    OURS,
    PALE,
    colour_bar,
    colours,
    crosses,
    dots,
    link,
    mark_x,
    mark_y,
    name,
    ring,
    split_by_score,
)
from gittrack.show.terminal import text

_ABREAST = 4
_MOST_BRACKETS = 6


def progress(fig: Any, search: Search) -> None:
    """Draw the score of each trial in the order in which they ended, and the best score so far."""
    ax = fig.subplots()
    ended = search.view.ended
    number = {trial.key: count for count, trial in enumerate(ended, 1)}
    good, bad = split_by_score(ended)
    mark_y(ax, search.score, below=bool(bad))
    dots(ax, [(number[t.key], search.score.position(t.score) or 0.0, t) for t in good], search)
    crosses(ax, [(number[t.key], t) for t in bad])
    steps = best_so_far(search.view)
    if steps:
        xs = [*(count + 1 for count, _ in steps), len(ended)]
        ys = [search.score.position(score) for _, score in (*steps, steps[-1])]
        ax.plot(xs, ys, drawstyle="steps-post", color=BEST, linewidth=1.8, zorder=4)
        most = search.budgets[-1:] if len(search.budgets) > 1 else ()
        of = f", at {name(search.view.resource or 'budget')} {most[0]}" if most else ""
        ax.plot([], [], color=BEST, linewidth=1.8, label=f"best so far{of}")
    if bad:
        ax.scatter([], [], marker="x", c="#777777", s=20, label="no score, or not finite")
    best = search.best
    if best is not None and best.key in number:
        label = f"{text.value(best.score, 4)} (trial {best.key})"
        ring(ax, number[best.key], search.score.position(best.score) or 0.0, label)
    ax.set_xlim(0, len(ended) + 1)
    _whole_numbers(ax)
    ax.set_xlabel("trials, in the order in which they ended")
    ax.set_ylabel(search.score_label)
    if steps or bad:
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, borderaxespad=0)
    colour_bar(fig, ax, search)


def rungs(fig: Any, search: Search) -> None:
    """Draw the score against the budget: a line for each configuration, a picture for each bracket."""
    brackets = sorted({trial.bracket for trial in search.view.trials}, reverse=True)
    drawn_brackets = brackets[:_MOST_BRACKETS]
    positions = {budget: x for x, budget in enumerate(search.budgets)}
    axes = fig.subplots(1, len(drawn_brackets), sharey=True, squeeze=False)[0]
    for ax, bracket in zip(axes, drawn_brackets, strict=True):
        trials = [t for t in search.view.trials if t.bracket == bracket and t.budget is not None]
        _bracket(ax, trials, positions, search)
        ax.set_xticks([*positions.values()], [str(budget) for budget in positions])
        ax.set_xlim(-0.4, len(positions) - 0.6)
        ax.set_xlabel(name(search.view.resource or "budget"))
        if len(brackets) > 1:
            ax.set_title(f"bracket {bracket}", pad=16)
    mark_y(axes[0], search.score)
    for ax in axes[1:]:
        mark_y(ax, search.score)
        ax.tick_params(axis="y", labelleft=False)
    axes[0].set_ylabel(search.score_label)


def _bracket(ax: Any, trials: list[TrialView], positions: dict[int, int], search: Search) -> None:
    lines: dict[tuple[int, int | None], list[TrialView]] = {}
    for trial in split_by_score(trials)[0]:
        lines.setdefault((trial.config, trial.seed), []).append(trial)
    winner = search.best
    for line in lines.values():
        line.sort(key=lambda trial: trial.rung)
        xs = [positions[t.budget] for t in line if t.budget is not None]
        ys = [search.score.position(t.score) for t in line]
        won = winner is not None and winner in line
        # Configurations that continued are blue; the others have only a pale dot.
        colour = BEST if won else OURS
        ax.plot(
            xs, ys, color=colour, linewidth=2.2 if won else 0.9, alpha=1 if won else 0.55, zorder=2
        )
        marks = ax.scatter(
            xs,
            ys,
            s=12,
            color=PALE if len(line) == 1 and xs[-1] < len(positions) - 1 else colour,
            zorder=3,
        )
        marks.set_urls([link(trial) for trial in line])
    counts: dict[int, int] = {}
    for trial in trials:
        counts[trial.budget or 0] = counts.get(trial.budget or 0, 0) + 1
    for budget, count in counts.items():
        ax.text(positions[budget], 1.075, str(count), ha="center", color="#555555", clip_on=False)
    if winner is not None and winner in trials and winner.budget is not None:
        ring(ax, positions[winner.budget], search.score.position(winner.score) or 0.0)


def rows(search: Search) -> int:
    """Return the number of rows of pictures that the parameters need."""
    return (min(len(search.axes), MOST_AXES) + _ABREAST - 1) // _ABREAST


def parameters(fig: Any, search: Search) -> None:
    """Draw each parameter against the score; each configuration at its largest budget."""
    axes = search.axes[:MOST_AXES]
    abreast = min(len(axes), _ABREAST)
    grid = fig.subplots(rows(search), abreast, sharey=True, squeeze=False)
    good, bad = split_by_score(drawn(search))
    for number, ax in enumerate(grid.flat):
        if number >= len(axes):
            ax.set_visible(False)
            continue
        _parameter(ax, axes[number], good, bad, search)
        mark_y(ax, search.score, below=bool(bad))
        ax.tick_params(axis="y", labelleft=number % abreast == 0)
    fig.supylabel(search.score_label, fontsize=9.5, color="#333333")
    colour_bar(fig, grid, search)


def _parameter(
    ax: Any, axis: Axis, good: list[TrialView], bad: list[TrialView], search: Search
) -> None:
    scale = search.scales[axis.name]
    wide = 0.5 / len(scale.keys) if scale.keys else 0.0

    def position(trial: TrialView) -> float | None:
        x = scale.position(trial.params[axis.name]) if axis.name in trial.params else None
        return None if x is None else x + spread(trial.config, wide)

    points = [
        (x, search.score.position(t.score), t) for t in good if (x := position(t)) is not None
    ]
    dots(ax, [(x, y, t) for x, y, t in points if y is not None], search)
    crosses(ax, [(x, t) for t in bad if (x := position(t)) is not None])
    mark_x(ax, scale, 5)
    best = search.best
    if best is not None and (x := position(best)) is not None:
        ring(ax, x, search.score.position(best.score) or 0.0)
    share = search.shares.get(axis.name)
    ax.set_xlabel(name(axis.name) + (" (log)" if scale.log else ""))
    ax.set_title(
        "" if share is None else f"explains {100 * share:.0f} %", loc="right", color="#555555"
    )


def parallel(fig: Any, search: Search) -> None:
    """Draw a line for each configuration through its parameters to its score; the best on top."""
    axes = search.axes[:MOST_AXES][::-1]  # the most important beside the score
    good, _ = split_by_score(drawn(search))
    heads = [*(name(axis.name, 18) for axis in axes), name(search.view.metric or "score", 18)]
    scales = [*(search.scales[axis.name] for axis in axes), search.score]
    ax = fig.subplots()
    _lines(ax, [axis.name for axis in axes], good, search)
    for x, (head, scale) in enumerate(zip(heads, scales, strict=True)):
        ax.axvline(x, color="#888888", linewidth=1, zorder=6)
        log = "\n(log)" if scale.log else ""
        ax.text(x, 1.06, head + log, ha="center", va="bottom", fontweight="bold", clip_on=False)
        for y, label in scale.ticks(6):
            beside = ax.text(x + 0.02, y, label, va="center", fontsize=8.5, zorder=8)
            beside.set_bbox({"facecolor": "white", "alpha": 0.75, "pad": 1, "linewidth": 0})
    ax.set_xlim(-0.3, len(axes) + 0.35)
    ax.set_ylim(-0.05, 1.05)
    ax.set_axis_off()
    colour_bar(fig, ax, search)


def _lines(ax: Any, names: list[str], good: list[TrialView], search: Search) -> None:
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - optional

    best = search.view.best
    order = sorted(good, key=lambda trial: (trial.key == best, -search.ranks[trial.key]))
    paths, owners = [], []
    for trial in order:
        ys = [_along(search.scales[key], trial, key) for key in names]
        ys.append(search.score.position(trial.score))
        path = [(x, y) for x, y in enumerate(ys) if y is not None]
        if len(path) > 1:
            paths.append(path)
            owners.append(trial)
    won = [trial.key == best for trial in owners]
    shades = [
        BEST if w else colours()(search.ranks[t.key]) for w, t in zip(won, owners, strict=True)
    ]
    thin = min(1.0, math.sqrt(150 / max(len(owners), 1)))  # many lines are drawn lightly
    alphas = [
        1.0 if w else thin * (0.75 - 0.45 * search.ranks[t.key])
        for w, t in zip(won, owners, strict=True)
    ]
    lines = LineCollection(paths, zorder=3, clip_on=False)
    lines.set_color([(*_rgb(shade), alpha) for shade, alpha in zip(shades, alphas, strict=True)])
    lines.set_linewidth([3.0 if w else 1.3 * thin for w in won])
    lines.set_urls([link(trial) for trial in owners])
    ax.add_collection(lines)


def _along(scale: Any, trial: TrialView, key: str) -> float | None:
    position: float | None = scale.position(trial.params[key]) if key in trial.params else None
    wide = 0.35 / len(scale.keys) if scale.keys else 0.0
    return None if position is None else position + spread(trial.config, wide)


def _rgb(colour: Any) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb  # noqa: PLC0415 - optional

    red, green, blue = to_rgb(colour)
    return red, green, blue


def _whole_numbers(ax: Any) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - optional

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
