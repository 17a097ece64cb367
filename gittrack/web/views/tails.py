"""The points of live runs that were logged since a page last asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Mapping
from gittrack.read.runs import live
from gittrack.read.runs.live import Tail
from gittrack.read.runs.reader import Raw
from gittrack.web import points, series_file
from gittrack.web.params import Params
from gittrack.web.points import RunPoints
from gittrack.web.views import series

_MOST_LINES = 20_000  # with more, the page asks for the whole series, which is thinned
_WHOLE = series.Window("step", None, None, 10**9)


def since(repo: git.Repo, params: Params, raws: Mapping[str, Raw]) -> dict[str, Any]:
    """Return the keys ``series``, ``tails`` and ``stale`` of the document ``changes``.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    params : Params
        ``tail`` (repeated): ``KEY:TAIL``, as the document ``series`` has it; and ``x``.
    raws : mapping
        The runs of now by key.
    """
    window = _WHOLE._replace(x=params.text("x") or "step")
    added: list[dict[str, Any]] = []
    tails: dict[str, str] = {}
    stale: list[str] = []
    for text in params.many("tail"):
        key, _, position = text.rpartition(":")
        raw = raws.get(key)
        more = _more(repo, raw, position) if raw is not None and raw.commit is None else None
        if (
            raw is None
            or more is None
            or (more.metrics and window.x not in ("step", "time", "wall"))
        ):
            stale.append(key)
            continue
        added += series.of_run(repo, raw, more, (), window)
        tails[key] = series.tail_text(more.tail or Tail())
    for entry in added:
        entry["x"], entry["y"] = points.pack(entry["x"]), points.pack(entry["y"])
    return {"series": added, "tails": tails, "stale": stale}


def _more(repo: git.Repo, raw: Raw, position: str) -> RunPoints | None:
    """Return the points after a tail; None if the journal does not continue there, or has too many."""
    size, _, lines = position.partition("-")
    if not (size.isdecimal() and lines.isdecimal() and len(size) < 16 and len(lines) < 16):
        return None
    folder = Path(layout.live_dir(repo.common_dir), raw.id)
    try:
        answer = live.points_after(folder, Tail(int(size), int(lines)))
        if answer is None or len(answer[0]) > _MOST_LINES:
            return None
        return RunPoints(
            series_file.parse("".join(answer[0]).encode("utf-8", "surrogatepass")), answer[1]
        )
    except (OSError, ValueError):  # it has just ended, or a line is damaged: the series says which
        return None
