"""Figures of plotly: which artifacts are figures, and the page that draws one by the installed plotly."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import helpers
import pytest

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.web import figures
from gittrack.web.params import Params
from gittrack.web.views.run import record_of

FIGURE = {"data": [{"type": "scatter", "y": [1, 2]}], "layout": {"title": {"text": "</script><b>"}}}
HTML = f"""<html><script>/* a library with Plotly.newPlot(x) in it */</script><div id="a"></div>
<script>Plotly.newPlot(
  "a",  {json.dumps(FIGURE["data"])},
  {json.dumps(FIGURE["layout"])},  {{"responsive": true}}  )</script></html>"""


@pytest.fixture
def plotly(tmp_path, monkeypatch):
    """A package that stands for plotly: its script is one line."""
    folder = tmp_path / "site" / "plotly" / "package_data"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise SystemExit('nobody imports plotly')")
    (folder / "plotly.min.js").write_text("const Plotly = {}; // </script>")
    monkeypatch.delitem(sys.modules, "plotly", raising=False)
    monkeypatch.syspath_prepend(folder.parent.parent)
    return folder / "plotly.min.js"


def test_what_plotly_wrote_is_a_figure():
    assert figures.parse(json.dumps(FIGURE)) == FIGURE
    assert figures.parse(HTML) == FIGURE
    assert figures.parse('{"data": [{"y": [NaN, -Infinity]}]}') == {
        "data": [{"y": [None, None]}],
        "layout": {},
    }


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "{}", '{"data": {}}', '{"data": [], "layout": [1]}', "<p>Plotly.newPlot("),
        *('Plotly.newPlot("a", fetch("x"), {})', 'Plotly.newPlot("a", [], alert(1))'),
        *("{" * 100_000, '{"data": ' + "[" * 100_000, "Plotly.newPlot(" * 10_000),
    ],
)
def test_anything_else_is_no_figure(text):
    assert figures.parse(text) is None


def logged(path: str, content: str) -> Params:
    """Record a run with an artifact, and return the parameters that name the run."""
    Path(path).write_text(content)
    with helpers.gittrack.init() as run:
        run.log_artifact(path)
    return Params({"run": [f"default/{run.id}"]})


def oid(served, params: Params) -> str:
    run = served.get(f"/data/run?run={params.text('run')}").json
    return run["outputs"][0]["sha256"]


def test_the_page_of_a_figure_has_one_script_and_no_origin(project, served, plotly):
    params = logged("a.plotly.json", json.dumps(FIGURE))
    name, run = oid(served, params), params.text("run")
    known = served.get(f"/data/figure?run={run}&oid={name}").json
    assert known == {"figure": True, "installed": True}
    reply = served.get(f"/figure/{name}?run={run}")
    policy, body = reply.headers["content-security-policy"], reply.body.decode()
    nonce = re.search("'nonce-(.+?)'", policy)[1]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'nonce-")
    assert "connect-src" not in policy
    assert "eval" not in policy
    assert body.count(f'<script nonce="{nonce}">') == body.count("</script>") == 2
    assert "<b>" not in body
    assert "const Plotly = {}" in body
    other = served.get(f"/figure/{name}?run={run}").headers["content-security-policy"]
    assert other != policy
    assert served.get(f"/figure/{'0' * 64}?run={run}").status == 400
    assert served.get(f"/figure/{name}?run={run}", cookie=False).status == 403


@pytest.mark.parametrize(
    ("kind", "more"),
    [("scatter", ""), ("scattergl", " 'unsafe-eval'"), ("surface", " 'unsafe-eval'")],
)
def test_only_figures_with_webgl_may_make_functions(project, served, plotly, kind, more):
    params = logged("a.plotly.json", json.dumps({"data": [{"type": kind}, 1], "layout": {}}))
    figure = figures.page(record_of(git.find(), params.text("run")), oid(served, params))
    assert f"'{more}; style-src" in figure.policy


def test_a_figure_needs_plotly_and_a_figure(project, served, plotly, monkeypatch):
    params = logged("page.html", "<p>no figure</p>")
    name = oid(served, params)
    with pytest.raises(TrackError, match="not a figure of plotly"):
        figures.page(record_of(git.find(), params.text("run")), name)
    monkeypatch.setitem(sys.modules, "plotly", None)
    with pytest.raises(TrackError, match="plotly is not installed where the server runs"):
        figures.page(record_of(git.find(), params.text("run")), name)
    known = served.get(f"/data/figure?run={params.text('run')}&oid={name}").json
    assert known == {"figure": False, "installed": False}


@pytest.mark.slow
def test_the_real_plotly_writes_what_is_read():
    graph = pytest.importorskip("plotly.graph_objects")
    figure = graph.Figure(graph.Scatter(y=[1, 3, 2]))
    assert figures.parse(figure.to_json()) == json.loads(figure.to_json())
    assert figures.parse(figure.to_html())["data"] == json.loads(figure.to_json())["data"]
    assert figures.installed_script() is not None
