"""How a notebook shows a live run, a series and a difference."""

from __future__ import annotations

import html
from typing import Any

from gittrack.analysis.differences import RunDiff
from gittrack.api import records
from gittrack.api.notebooks import previews
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import SYSTEM
from gittrack.core.standard import contextlib
from gittrack.read.runs.record import History
from gittrack.record.run import Run
from gittrack.show.page import curves
from gittrack.show.page import html as pages
from gittrack.show.terminal import difference, text
from gittrack.show.terminal.columns import short_id

_MOST_CURVES = 8


def live_run(run: Run) -> str:
    """Return a run as it is now: its facts, small curves, and how to see more."""
    if not run.id:
        return "<p>this run records nothing</p>"
    record = records.get(run.id, repo=run.work_tree or None)
    info = record.info._replace(metrics={})
    names = [name for name in record.metrics if not name.startswith(SYSTEM)]
    rows = [
        (
            text.escape(name),
            text.value(record.metrics[name].last, 6),
            record.history(name).values.tolist() if record.metrics[name].count else [],
        )
        for name in names[:_MOST_CURVES]
    ]
    more = f"<p>and {len(names) - len(rows)} more metrics</p>" if len(names) > len(rows) else ""
    key = short_id(run.id)
    hint = f"<p>more: <code>git track show {key}</code> or <code>git track ui</code></p>"
    return pages.record(info) + curves.table(rows) + more + previews.of_run(record) + hint


def history(series: History) -> str:
    """Return a series as a curve, with its length and its last value."""
    count = len(series.values)
    if not count:
        return "<p>no points</p>"
    last = text.value(float(series.values[-1]), 6)
    line = f"<p>{count:,} points, last {html.escape(last)}</p>"
    return curves.curve(series.values.tolist()) + line


def run_diff(diff: RunDiff) -> str:
    """Return what differs between two runs."""
    images = ""
    if any(change.image for change in diff.media):
        with contextlib.suppress(TrackError):  # runs of another repository
            a, b = records.get(diff.a.id), records.get(diff.b.id)
            images = previews.of_difference(diff, a, b)
    return f"<pre>{html.escape(difference.page(diff))}</pre>{images}"


def register(shell: Any) -> None:
    """Let a notebook show these objects.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        The shell.
    """
    formatter = shell.display_formatter.formatters["text/html"]
    for kind, show in ((Run, live_run), (History, history), (RunDiff, run_diff)):
        formatter.for_type(kind, show)
