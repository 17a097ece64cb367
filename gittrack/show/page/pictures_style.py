"""What all pictures share: colours for all kinds of colour vision, ticks and marks."""

from __future__ import annotations

from typing import Any

from gittrack.analysis.sweep_ranking import has_score
from gittrack.analysis.sweep_view import TrialView
from gittrack.core.standard.collections import Sequence
from gittrack.show.page.pictures_data import Search
from gittrack.show.page.scale import Scale
from gittrack.show.terminal import text

# From the palette of Okabe and Ito, which is made for all kinds of colour vision.
BEST, OURS, GREY, PALE = "#D55E00", "#0072B2", "#777777", "#C8C8C8"
BELOW = -0.09  # the position of marks for trials without a score, as a fraction of the axis


def colours() -> Any:
    """Return the colour map from the best (dark) to the worst (light), with even steps of lightness."""
    from matplotlib import colormaps  # noqa: PLC0415 - optional
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415 - optional

    whole = colormaps["viridis"]
    return LinearSegmentedColormap.from_list("ranks", [whole(i / 99 * 0.93) for i in range(100)])


def link(trial: TrialView) -> str:
    """Return the address of a trial's row in the page."""
    return f"#trial-{trial.key}"


def name(label: str, most: int = 28) -> str:
    """Return a name as a label of a picture: escaped and shortened."""
    return text.shorten(text.escape(label), most)


def mark_x(ax: Any, scale: Scale, most: int = 6) -> None:
    """Write the ticks of a scale below a picture whose x goes from 0 to 1."""
    ticks = scale.ticks(most)
    labels = [label for _, label in ticks]
    slant = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    crowded = sum(map(len, labels)) > 34
    ax.set_xticks([x for x, _ in ticks], labels, **(slant if crowded else {}))
    ax.set_xlim(-0.04, 1.04)


def mark_y(ax: Any, scale: Scale, most: int = 6, below: bool = False) -> None:
    """Write the ticks of a scale beside a picture whose y goes from 0 to 1."""
    ticks = scale.ticks(most)
    ax.set_yticks([y for y, _ in ticks], [label for _, label in ticks])
    ax.set_ylim(BELOW * 1.6 if below else -0.04, 1.06)
    ax.grid(axis="y", color="#EEEEEE", linewidth=0.8)
    ax.set_axisbelow(True)


def dots(ax: Any, points: Sequence[tuple[float, float, TrialView]], search: Search) -> None:
    """Draw trials as dots in the colour of their rank, the best on top; each links to its row."""
    order = sorted(points, key=lambda point: -search.ranks.get(point[2].key, 1.0))
    if not order:
        return
    marks = ax.scatter(
        [x for x, _, _ in order],
        [y for _, y, _ in order],
        c=[search.ranks.get(trial.key, 1.0) for _, _, trial in order],
        cmap=colours(),
        vmin=0,
        vmax=1,
        s=26,
        linewidths=0.5,
        edgecolors="white",
        zorder=3,
        clip_on=False,
    )
    marks.set_urls([link(trial) for _, _, trial in order])


def crosses(ax: Any, points: Sequence[tuple[float, TrialView]]) -> None:
    """Mark trials without a finite score at the lower edge."""
    if not points:
        return
    xs, ys = [x for x, _ in points], [BELOW] * len(points)
    marks = ax.scatter(xs, ys, marker="x", c=GREY, s=20, linewidths=1, zorder=3, clip_on=False)
    marks.set_urls([link(trial) for _, trial in points])


def ring(ax: Any, x: float, y: float, label: str = "") -> None:
    """Mark the best trial."""
    ax.scatter([x], [y], s=130, facecolors="none", edgecolors=BEST, linewidths=2, zorder=5)
    if label:
        above = y < 0.8 * ax.get_ylim()[1]
        side = x > (ax.get_xlim()[0] + ax.get_xlim()[1]) / 2
        caption = ax.annotate(
            label,
            (x, y),
            xytext=(-12 if side else 12, 12 if above else -18),
            textcoords="offset points",
            ha="right" if side else "left",
            color=BEST,
            fontweight="bold",
            zorder=6,
        )
        caption.set_bbox({"facecolor": "white", "alpha": 0.8, "pad": 1.5, "linewidth": 0})


def split_by_score(trials: Sequence[TrialView]) -> tuple[list[TrialView], list[TrialView]]:
    """Return the ended trials with a finite score, and those without."""
    ended = [trial for trial in trials if trial.order is not None]
    return [t for t in ended if has_score(t)], [t for t in ended if not has_score(t)]


def colour_bar(fig: Any, axes: Any, search: Search) -> None:
    """Draw the legend of the colours beside the axes."""
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415 - optional

    bar = fig.colorbar(ScalarMappable(cmap=colours()), ax=axes, fraction=0.03, pad=0.015, aspect=32)
    bar.set_ticks([0, 1], labels=["best", "worst"])
    bar.ax.invert_yaxis()
    bar.outline.set_visible(False)
    several = len(search.budgets) > 1
    bar.set_label("rank: by budget, then by score" if several else "rank of the score")
