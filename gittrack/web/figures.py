"""Figures that a run logged with plotly, drawn by the plotly that is installed where the server runs.

Only the data of a figure is used, never a script from it.  The page of a figure is for a frame of its own,
without the origin and the cookies of the page, and its policy allows one script and nothing from outside.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterator
from gittrack.read.runs.record import RunRecord
from gittrack.web.views import previews

LARGEST = 32 << 20  # bytes of a figure
_CALL = "Plotly.newPlot("
_POLICY = "; ".join(
    (
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'nonce-{nonce}'{more}",
        "style-src 'unsafe-inline'",
        "img-src data: blob:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
# Plotly draws these by WebGL, whose programs it makes with `Function`.  The frame has neither an origin nor a
# network, and no script but plotly, so this permits nothing that plotly could not do anyway.
_WEBGL = {
    "cone",
    "isosurface",
    "mesh3d",
    "parcoords",
    "scatter3d",
    "splom",
    "streamtube",
    "surface",
    "volume",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>figure</title>
<style>html, body, #figure {{ height: 100%; margin: 0; background: #fff; font: 13px sans-serif; }}</style>
</head><body><div id="figure"></div>
<script nonce="{nonce}">{library}</script>
<script nonce="{nonce}">
const box = document.getElementById("figure");
const fail = (error) => {{ box.textContent = "plotly cannot draw this figure here: " + error; }};
try {{
  const figure = JSON.parse({figure});
  const config = {{ responsive: true, displaylogo: false, showSendToCloud: false }};
  Plotly.newPlot(box, figure.data, figure.layout, config).catch(fail);
}} catch (error) {{
  fail(error);
}}
</script></body></html>
"""


class FigurePage(NamedTuple):
    """The page of a figure, and its policy."""

    content: bytes
    policy: str


def installed_script() -> Path | None:
    """Return the script of the plotly that is installed; None if plotly is not installed."""
    try:
        spec = importlib.util.find_spec("plotly")
    except (ImportError, ValueError):
        return None
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder, "package_data", "plotly.min.js")
        if path.is_file():
            return path
    return None


def parse(text: str) -> dict[str, Any] | None:
    """Return the data and the layout of a figure; None if the text is not one.

    Parameters
    ----------
    text : str
        What ``Figure.to_json`` or ``Figure.write_html`` of plotly wrote.
    """
    try:
        if text.lstrip()[:1] == "{":
            figure = _DECODER.decode(text)
            data, layout = figure.get("data"), figure.get("layout") or {}
        else:
            _, data, layout = _arguments(text, 3)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, list) or not isinstance(layout, dict):
        return None
    return {"data": data, "layout": layout}


def _none(_: str) -> None:
    """Return null for NaN and infinities, as plotly itself writes them."""


_DECODER = json.JSONDecoder(parse_constant=_none)


def _arguments(html: str, count: int) -> Iterator[Any]:
    """Yield the first arguments of the last call in a page that draws a figure.

    Raises ValueError if the page has no call, or if an argument is not JSON.
    """
    position = html.rindex(_CALL) + len(_CALL)
    for _ in range(count):
        while html[position : position + 1] in (" ", "\n", "\r", "\t", ","):
            position += 1
        value, position = _DECODER.raw_decode(html, position)
        yield value


def of_run(record: RunRecord, oid: str) -> dict[str, Any] | None:
    """Return the figure that an artifact of a run is; None if the artifact is not a figure.

    Raises TrackError if the run has no such artifact, or if its content is not here.
    """
    data, size = record.part(previews.path_of(record, oid), 0, LARGEST)
    return parse(data.decode(errors="replace")) if size <= LARGEST else None


def page(record: RunRecord, oid: str) -> FigurePage:
    """Return the page that draws an artifact, which is named by its SHA-256.

    Raises TrackError if plotly is not installed, or if the run has no such figure.
    """
    script = installed_script()
    if script is None:
        raise TrackError("plotly is not installed where the server runs", "pip install plotly")
    figure = of_run(record, oid)
    if figure is None:
        raise TrackError("this is not a figure of plotly", "see: git track files RUN")
    nonce = secrets.token_urlsafe(16)
    # "<" would end the script early; a text in JSON that holds JSON is a text in JavaScript.
    content = json.dumps(json.dumps(figure)).replace("<", "\\u003c")
    code = script.read_text(encoding="utf-8").replace("</script", "<\\/script")
    html = _PAGE.format(nonce=nonce, library=code, figure=content)
    more = " 'unsafe-eval'" if _uses_webgl(figure) else ""
    policy = _POLICY.format(nonce=nonce, more=more)
    return FigurePage(html.encode("utf-8", "surrogatepass"), policy)


def _uses_webgl(figure: dict[str, Any]) -> bool:
    kinds = {str(trace.get("type")) for trace in figure["data"] if isinstance(trace, dict)}
    return any(kind in _WEBGL or kind.endswith("gl") for kind in kinds)
