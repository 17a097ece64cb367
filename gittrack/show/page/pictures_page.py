"""The page around the drawings of a sweep: one file without scripts, which loads nothing; text is escaped."""

from __future__ import annotations

import html
import re
from typing import Protocol

from gittrack.analysis.sweep_view import SweepView, TrialView
from gittrack.core.standard.collections import Sequence
from gittrack.show.page.pictures_data import Search, summary
from gittrack.show.terminal import text

_MOST_ROWS = 2000
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#222;background:#fff}
body{max-width:1080px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.2rem 0 0}p{color:#555;margin:.2rem 0 .6rem}
svg{width:100%;height:auto;display:block}
svg a:hover path,svg a:hover use{stroke:#D55E00!important;stroke-width:4!important;opacity:1!important}
div{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}
th,td{padding:.2rem .7rem;border-bottom:1px solid #e5e5e5;text-align:left;white-space:nowrap}
th{position:sticky;top:0;background:#fff}tr:target{background:#ffe8d6}tr.best{font-weight:bold;color:#A84A00}
"""
# Whatever a name contains, the page runs and loads nothing.  The colour bars are images inside the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Titled(Protocol):
    """A drawing's heading and description."""

    @property
    def title(self) -> str:
        """The heading."""

    @property
    def about(self) -> str:
        """What the drawing shows."""


def page(search: Search, drawings: Sequence[tuple[Titled, str]]) -> bytes:
    """Return the page: the drawings (SVG), whose marks link to the rows of a table of all trials."""
    view = search.view
    summaries = {trial.key: summary(trial, view) for trial in view.trials}
    parts = [f"<h1>{html.escape(title(view))}</h1>", f"<p>{html.escape(_facts(search))}</p>"]
    for panel, drawing in drawings:
        parts.append(f"<h2>{html.escape(panel.title)}</h2><p>{html.escape(panel.about)}</p>")
        parts.append(_with_titles(drawing, summaries))
    parts += ["<h2>Trials</h2>", _table(search)]
    whole = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{html.escape(title(view))}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )
    return whole.encode("utf-8", "backslashreplace")


def title(view: SweepView) -> str:
    """Return the heading of a sweep, escaped for the terminal."""
    name = f"{text.shorten(text.escape(view.name), 60)} " if view.name else ""
    return f"Sweep {name}{text.escape(view.id)}"


def _facts(search: Search) -> str:
    view = search.view
    number = len(view.ended)
    of = f" of {view.size}" if view.size is not None and view.size != number else ""
    facts = [f"{text.escape(view.method)}, {number}{of} trials ended, {search.score_label}"]
    if search.best is not None:
        facts.append(f"best: {summary(search.best, view)}")
    return ". ".join(facts) + "."


def _with_titles(drawing: str, summaries: dict[str, str]) -> str:
    """Return a drawing whose marks show their trial when the pointer is on them."""

    def titled(match: re.Match[str]) -> str:
        about = html.escape(summaries.get(match[1], match[1]))
        return f'<a xlink:href="#trial-{match[1]}"><title>{about}</title>'

    return re.sub(r'<a xlink:href="#trial-([^"]*)"(?: target="[^"]*")?>', titled, drawing)


def _table(search: Search) -> str:
    view = search.view
    names = [axis.name for axis in view.axes]
    budget = [view.resource or "budget"] if search.budgets else []
    heads = ["trial", "status", view.metric or "score", *budget, *names, "run"]
    top = "".join(f"<th>{html.escape(text.escape(head))}</th>" for head in heads)
    ended = sorted(view.trials, key=lambda t: (-(t.budget or 0), search.ranks.get(t.key, 2.0)))
    rows = "".join(_row(trial, names, search) for trial in ended[:_MOST_ROWS])
    more = len(ended) - _MOST_ROWS
    note = f"<p>and {more} more trials</p>" if more > 0 else ""
    return f"<div><table><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>{note}"


def _row(trial: TrialView, names: Sequence[str], search: Search) -> str:
    score = "-" if trial.score is None else text.value(trial.score, 6)
    budget = [text.value(trial.budget)] if search.budgets else []
    params = [text.value(trial.params[n]) if n in trial.params else "-" for n in names]
    cells = [trial.status, score, *budget, *params, trial.run or "-"]
    columns = "".join(f"<td>{html.escape(text.escape(cell))}</td>" for cell in cells)
    best = ' class="best"' if trial.key == search.view.best else ""
    key = html.escape(text.escape(trial.key))
    return f'<tr id="trial-{key}"{best}><td>{key}</td>{columns}</tr>\n'
