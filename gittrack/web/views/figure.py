"""Whether an artifact is a figure of plotly, and whether it can be drawn here."""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.web import figures
from gittrack.web.params import Params
from gittrack.web.views import run as run_view


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``figure``."""
    record = run_view.record_of(repo, params.required("run"))
    figure = figures.of_run(record, params.required("oid"))
    return {"figure": figure is not None, "installed": figures.installed_script() is not None}
