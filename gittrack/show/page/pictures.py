"""A sweep in pictures, drawn by matplotlib (an extra): a PNG, or a page of drawings without a script."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any, NamedTuple

from gittrack.analysis.sweep_view import SweepView
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.show.page import pictures_page, pictures_panels, pictures_plane
from gittrack.show.page.pictures_data import Search, left_out, prepare
from gittrack.show.terminal import text

KINDS = (".html", ".png")
_WIDTH = 12.0
_STYLE: Any = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9.5,
    "text.parse_math": False,  # a name may contain dollar signs
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
    """One drawing: ``draw(figure, search)`` fills a figure or subfigure; ``height`` is in inches."""

    title: str
    about: str
    height: float
    draw: Callable[[Any, Search], None]


def kind(path: str) -> str:
    """Return the kind of file that a path names.

    Parameters
    ----------
    path
        The name of a file.

    Returns
    -------
    str
        ``.html`` or ``.png``.

    Raises
    ------
    TrackError
        If the name ends in neither.
    """
    ending = path[path.rfind(".") :].lower() if "." in path else ""
    if ending not in KINDS:
        raise TrackError(
            f"{text.escape(path)!r} is neither a page nor a picture",
            "use a file name that ends in .html or .png",
        )
    return ending


def library() -> Any:
    """Return matplotlib's figure class.  Raises TrackError if matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        raise TrackError(
            "pictures need matplotlib, which is not installed", "pip install 'gittrack[plot]'"
        ) from None
    return Figure


def render(view: SweepView, kind: str, shares: Mapping[str, float | None] | None = None) -> bytes:
    """Return a sweep as a file; equal sweeps give equal bytes.

    Parameters
    ----------
    view
        The sweep.
    kind
        ``.html`` or ``.png``, see `kind`.
    shares
        The importance of each parameter, from 0 to 1; None if the trials cannot show it.

    Raises
    ------
    TrackError
        If no trial has a finite score, or if matplotlib is not installed.
    """
    search = prepare(view, shares or {})
    if search is None:
        raise TrackError(
            f"no trial of the sweep {text.escape(view.id)} has a finite score",
            f"look at its trials: git track sweep show {text.escape(view.id)}"
            if view.ended
            else "wait until the first trial ends",
        )
    figure = library()
    from matplotlib import rc_context  # noqa: PLC0415 - optional, and slow to import

    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing"
        )  # the font lacks some characters
        if kind == ".png":
            return _png(figure, search)
        return pictures_page.page(search, [(p, _svg(figure, p, search)) for p in panels(search)])


def panels(search: Search) -> list[Panel]:
    """Return the drawings of a sweep, in the order in which to read them."""
    drawings = [
        Panel(
            "Score over trials",
            "Every trial in the order in which they ended, and the best score so far.",
            3.6,
            pictures_panels.progress,
        )
    ]
    if len(search.budgets) > 1:
        drawings.append(
            Panel(
                "Rungs",
                "A line for each configuration. The best of a rung went on. Above: the number of trials.",
                3.8,
                pictures_panels.rungs,
            )
        )
    if len(search.axes) == 2:
        drawings.append(Panel("The plane", pictures_plane.about(search), 6.6, pictures_plane.plane))
    if search.axes:
        rows = pictures_panels.rows(search)
        drawings.append(
            Panel(
                f"Each parameter against the score{left_out(search)}",
                "The most important first, if the trials can show it.",
                2.9 * rows + 0.3,
                pictures_panels.parameters,
            )
        )
        drawings.append(
            Panel(
                f"Parallel coordinates{left_out(search)}",
                "A line for each configuration through its parameters to its score; the best is thick.",
                4.4,
                pictures_panels.parallel,
            )
        )
    return drawings


def _png(figure: Any, search: Search) -> bytes:
    drawings = panels(search)
    heights = [panel.height for panel in drawings]
    whole = figure(figsize=(_WIDTH, sum(heights) + 0.7), layout="constrained", dpi=120)
    whole.suptitle(pictures_page.title(search.view), fontsize=13, fontweight="bold")
    parts = whole.subfigures(len(drawings), 1, height_ratios=heights, squeeze=False)[:, 0]
    for panel, part in zip(drawings, parts, strict=True):
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
    svg = re.sub(r"<metadata>.*?</metadata>", "", buffer.getvalue(), flags=re.DOTALL)
    svg = re.sub(r"\n +", "\n", svg)
    return svg[svg.index("<svg") :]
