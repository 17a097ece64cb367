"""Figures of Matplotlib and Plotly."""

from __future__ import annotations

from typing import Any

from gittrack.core.errors import TrackError
from gittrack.record.media.image import figure_png
from gittrack.record.media.medium import Encoded, Medium


class Figure(Medium):
    """A figure, for ``run.log({"curve": gittrack.Figure(figure)})``; a figure alone is taken, too.

    Parameters
    ----------
    figure : matplotlib.figure.Figure, plotly.graph_objects.Figure, or matplotlib.pyplot
        A figure of Matplotlib is stored as PNG, one of Plotly as its JSON, which the page draws.  The module
        ``matplotlib.pyplot`` means its current figure.
    caption : str, optional
        A line of text below the figure.
    """

    type = "figure"

    def __init__(self, figure: Any, caption: str | None = None) -> None:
        super().__init__(caption)
        self.figure = figure

    def encode(self) -> Encoded:
        """Return the figure as a file."""
        figure = self.figure
        if callable(getattr(figure, "savefig", None)):
            return Encoded(figure_png(figure), ".png")
        figure = figure if hasattr(figure, "figure") is False else _owner(figure)
        if callable(getattr(figure, "savefig", None)):  # axes of Matplotlib
            return Encoded(figure_png(figure), ".png")
        if callable(getattr(figure, "to_json", None)):
            return Encoded(str(figure.to_json()).encode(), ".plotly.json")
        raise TrackError(
            f"a {type(figure).__name__} is not a figure", "pass a figure of Matplotlib or Plotly"
        )


def _owner(axes: Any) -> Any:
    """Return the figure that axes or a grid of seaborn belong to."""
    return axes.figure
