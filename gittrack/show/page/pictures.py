"""A sweep in pictures, drawn by matplotlib, an extra: a PNG, or a page of drawings without any script."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gittrack.analysis.sweep_view import SweepView
from gittrack.core.errors import TrackError
from gittrack.show.page import pictures_page, pictures_panels, pictures_plane
from gittrack.show.page.pictures_data import Search, left_out, prepared
from gittrack.show.terminal import text

KINDS = (".html", ".png")
_WIDTH = 12.0
_STYLE: Any = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9.5,
    "text.parse_math": False,  # a name may hold dollars
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": "#333333",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "axes.titlesize": 10.5,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "gittrack",  # the same sweep gives the same file
}


class Panel(NamedTuple):
    """One drawing: ``draw(figure, search)`` fills a figure, or a part of one, of ``height`` inches."""

    title: str
    about: str
    height: float
    draw: Callable[[Any, Search], None]


def kind(path: str) -> str:
    """Return ``.html`` or ``.png``, whichever a file's name ends in.  Raises TrackError for anything else."""
    ending = path[path.rfind(".") :].lower() if "." in path else ""
    if ending not in KINDS:
        raise TrackError(
            f"{text.escape(path)!r} is neither a page nor a picture",
            "end the name of the file in .html or .png",
        )
    return ending


def library() -> Any:
    """Return matplotlib's figure class.  Raises TrackError where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and a heavy one
    except ImportError:
        raise TrackError(
            "pictures need matplotlib, which is not installed", "pip install 'gittrack[plot]'"
        ) from None
    return Figure


def render(view: SweepView, kind: str, shares: Mapping[str, float | None] | None = None) -> bytes:
    """Return a sweep as a file of that kind, the same for the same sweep.

    ``shares`` are the importances of the parameters, from 0 to 1, None where they cannot be told.
    Raises TrackError where no trial has a score to draw, or matplotlib is not installed.
    """
    search = prepared(view, shares or {})
    if search is None:
        raise TrackError(
            f"no trial of the sweep {text.escape(view.id)} has a finite score",
            f"look at its trials: git track sweep show {text.escape(view.id)}"
            if view.ended
            else "wait for the first to end",
        )
    figure = library()
    from matplotlib import rc_context  # noqa: PLC0415 - an extra, and a heavy one

    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the font has no such sign
        if kind == ".png":
            return _png(figure, search)
        return pictures_page.page(search, [(p, _svg(figure, p, search)) for p in panels(search)])


def panels(search: Search) -> list[Panel]:
    """Return what there is to draw of a sweep, in the order in which to look at it."""
    found = [
        Panel(
            "Score over trials",
            "Every trial as it ended, and the best so far.",
            3.6,
            pictures_panels.progress,
        )
    ]
    if len(search.budgets) > 1:
        found.append(
            Panel(
                "Rungs",
                "A line for each configuration; the best of a rung went on to the next. Above: its trials.",
                3.8,
                pictures_panels.rungs,
            )
        )
    if len(search.axes) == 2:
        found.append(Panel("The plane", pictures_plane.about(search), 6.6, pictures_plane.plane))
    if search.axes:
        rows = pictures_panels.rows(search)
        found.append(
            Panel(
                f"Each parameter against the score{left_out(search)}",
                "Most important first, where that can be told.",
                2.9 * rows + 0.3,
                pictures_panels.parameters,
            )
        )
        found.append(
            Panel(
                f"Parallel coordinates{left_out(search)}",
                "A line for each configuration, through its parameters to its score; thick, the winner.",
                4.4,
                pictures_panels.parallel,
            )
        )
    return found


def _png(figure: Any, search: Search) -> bytes:
    shown = panels(search)
    heights = [panel.height for panel in shown]
    whole = figure(figsize=(_WIDTH, sum(heights) + 0.7), layout="constrained", dpi=120)
    whole.suptitle(pictures_page.title(search.view), fontsize=13, fontweight="bold")
    parts = whole.subfigures(len(shown), 1, height_ratios=heights, squeeze=False)[:, 0]
    for panel, part in zip(shown, parts, strict=True):
        part.suptitle(panel.title, fontsize=11.5, color="#333333")
        panel.draw(part, search)
    buffer = io.BytesIO()
    whole.savefig(buffer, format="png", metadata={"Software": "gittrack"})
    return buffer.getvalue()


def _svg(figure: Any, panel: Panel, search: Search) -> str:
    drawing = figure(figsize=(_WIDTH, panel.height), layout="constrained")
    panel.draw(drawing, search)
    buffer = io.StringIO()
    drawing.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    made = buffer.getvalue()
    made = re.sub(r"<metadata>.*?</metadata>", "", made, flags=re.DOTALL)
    made = re.sub(r"\n +", "\n", made)
    return made[made.index("<svg") :]
