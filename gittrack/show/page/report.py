"""A comparison of runs to paste into a pull request."""

from __future__ import annotations

import math

from gittrack.analysis.differences import DiffTable
from gittrack.core.run.run_info import RunInfo, headline
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.show.terminal import diff_many, table, text
from gittrack.show.terminal.columns import short_id


def page(comparison: DiffTable, stats: Mapping[str, str], style: str = "md") -> str:
    """Return the runs, changed params, metrics with arrows, and what changed in the code.

    Parameters
    ----------
    comparison
        The runs; the first is the one that the others are compared with.
    stats
        The output of ``git diff --stat`` by run id.
    style
        ``md``, or ``text`` for a terminal.
    """
    base, others = comparison.runs[0], comparison.runs[1:]
    parts = [_title("Runs", style), _runs(comparison.runs, style)]
    params = comparison.sections["params"]
    if params:
        rows = diff_many.page(comparison, ["params"], style)
        parts += [
            _title("Changed params", style),
            rows.partition("\n\n")[2] if style == "md" else rows,
        ]
    if any(run.metrics for run in comparison.runs):
        parts += [_title("Metrics", style), _metrics(base, others, style)]
    for run in others:
        parts += [_title(f"Code: {diff_many.heading(base)} to {diff_many.heading(run)}", style)]
        parts.append(_fenced(text.escape(stats[run.id], keep="\n"), style))
    equal = [
        diff_many.SECTIONS[name]
        for name, rows in comparison.sections.items()
        if not rows and name != "media"
    ]
    if equal and others:
        parts.append(f"Equal: {', '.join(equal)}.\n")
    return "\n".join(parts)


def _title(heading: str, style: str) -> str:
    return f"### {heading}\n" if style == "md" else heading


def _fenced(content: str, style: str) -> str:
    return f"```\n{content}```\n" if style == "md" else content


def _runs(runs: Sequence[RunInfo], style: str) -> str:
    names = headline({name: metric for run in runs for name, metric in run.metrics.items()})
    heads = ["run", "name", "status", "commit", *map(text.escape, names)]
    rows = []
    for run in runs:
        code = (run.code.state or "-")[:8] + ("*" if run.code.dirty else "")
        values = [text.value(run.metrics[n].last, 6) if n in run.metrics else "-" for n in names]
        rows.append([short_id(run.id), text.escape(run.name or "-"), run.status, code, *values])
    right = [False] * 4 + [True] * len(names)
    return table.render(table.Table(heads, rows, right), style)


def _metrics(base: RunInfo, others: Sequence[RunInfo], style: str) -> str:
    names = sorted({name for run in (base, *others) for name in run.metrics})
    rows = [
        [
            text.escape(name),
            text.value(base.metrics[name].last, 6) if name in base.metrics else "-",
            *(_change(base, run, name) for run in others),
        ]
        for name in names
    ]
    heads = ["metric", *(diff_many.heading(run) for run in (base, *others))]
    return table.render(table.Table(heads, rows, [False] + [True] * (len(others) + 1)), style)


def _change(base: RunInfo, run: RunInfo, name: str) -> str:
    """Return ``0.9844 ▲ +0.0195 (+2.0 %)``; the arrow shows the direction, not whether it is good."""
    if name not in run.metrics:
        return "-"
    last = run.metrics[name].last
    value = text.value(last, 6)
    before = base.metrics[name].last if name in base.metrics else math.nan
    delta = last - before
    if not math.isfinite(delta):
        return value
    if delta == 0:
        return f"{value} ="
    value = text.distinct_numbers([before, last], 6)[1]
    percent = text.percent(100 * (delta / abs(before))) if before else ""
    arrow = "▲" if delta > 0 else "▼"
    return f"{value} {arrow} {delta:+.4g}{f' ({percent})' if percent else ''}"
