"""Small curves for notebooks, as SVG."""

from __future__ import annotations

import html
import math

from gittrack.core.standard.collections import Sequence

_WIDTH, _HEIGHT, _MOST = 180, 36, 180


def curve(values: Sequence[float]) -> str:
    """Return values as a small curve; those that are not finite are left out."""
    thinned = [float(value) for value in values[:: max(1, math.ceil(len(values) / _MOST))]]
    finite = [value for value in thinned if math.isfinite(value)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    span = (high - low) or 1.0
    across = _WIDTH / max(1, len(finite) - 1)
    points = " ".join(
        f"{index * across:.1f},{_HEIGHT - 2 - (value - low) / span * (_HEIGHT - 4):.1f}"
        for index, value in enumerate(finite)
    )
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img">'
        f'<polyline points="{points}" fill="none" stroke="#2a6fdb" stroke-width="1.5"/></svg>'
    )


def table(rows: Sequence[tuple[str, str, Sequence[float]]]) -> str:
    """Return a table of metrics: (name, last value, values of the curve)."""
    cells = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(last)}</td><td>{curve(values)}</td></tr>"
        for name, last, values in rows
    )
    return f"<table><tbody>{cells}</tbody></table>" if rows else ""
