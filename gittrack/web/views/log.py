"""A part of the console output of a run."""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.run.run_info import RUNNING
from gittrack.web.params import Params
from gittrack.web.views import run as run_view

_USUAL = 256 << 10
_MOST = 1 << 20


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``log``: bytes from ``from`` on, or the end of the log."""
    record = run_view.record_of(repo, params.required("run"))
    data = record.read(layout.LOG) if layout.LOG in record.files() else b""
    limit = params.whole("limit", _USUAL, _MOST)
    size = len(data)
    start = params.whole("from", max(0, size - limit), size)
    end = min(size, start + limit)
    return {
        "text": data[start:end].decode(errors="replace"),
        "from": start,
        "to": end,
        "size": size,
        "live": record.info.status == RUNNING,
    }
