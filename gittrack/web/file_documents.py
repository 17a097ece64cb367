"""What a page that is one file holds: params, metrics and curves; more only if it is asked for.

A file is mailed to others.  So code, its branch, the console, the environment, the host and the user are left
out unless the sender names them.
"""

from __future__ import annotations

import time
from typing import Any

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import iso
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.web import file_curves, windows
from gittrack.web.application import Start
from gittrack.web.params import Params
from gittrack.web.views import file_extras, importance, runs, start, sweeps
from gittrack.web.views.file_extras import CODE, ENV, PARTS

MOST_RUNS = 10_000
_FACTS = {  # the facts that every file holds
    *(
        "id",
        "experiment",
        "name",
        "status",
        "started",
        "ended",
        "duration",
        "tags",
        "note",
        "group",
    ),
    *("seed", "exit_code", "signal", "fingerprint", "recipe", "archived", "resumed", "reproduces"),
    *("code", "code.dirty", "verdict", "verdict.level", "verdict.evidence"),
    *("sweep.id", "sweep.trial", "sweep.config", "sweep.rung", "sweep.bracket", "sweep.budget"),
    *("sweep.seed", "sweep.order", "sweep.stopped"),
}
_OF_PART = {
    CODE: {"command", "cwd", "branch", "code.commit", "code.snapshot", "code.remote", "changed"}
}
_OF_PART[ENV] = {"host", "user", "peak_memory", "ref", "commit"}
_MOST_METRICS = 20  # with their importance
_IMPORTANT_FROM = 5  # runs; fewer show no importance


def documents(
    repo: git.Repo,
    fields: Mapping[str, Sequence[str]],
    parts: Collection[str] = (),
    first: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the documents of a file.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    fields : mapping
        Which runs, as parameters of the document ``runs``.
    parts : collection of str
        What it holds besides: of ``code``, ``log``, ``env``, ``files``.
    first : mapping, optional
        The state of the page at first, such as its view.

    Raises
    ------
    TrackError
        If a part is unknown, if no run matches or one of ``run`` is not here, or if the runs are too many.
    """
    _check(parts)
    rows = windows.select(repo, Params({**fields, "limit": [str(MOST_RUNS)]}))
    if not rows.complete:
        raise TrackError(
            f"{rows.total:,} runs are too many for one file",
            f"select at most {MOST_RUNS:,} by -w or -e",
        )
    _check_all_are_here(rows.raws, fields.get("run", ()))
    infos = [reader.decode(repo, raw) for raw in rows.raws]
    table = runs.columns_of(repo, infos)
    permitted = _FACTS.union(*(_OF_PART.get(part, ()) for part in parts))
    columns = [c for c in table["columns"] if c["group"] != "fact" or c["name"] in permitted]
    whole = {
        "total": len(infos),
        "offset": 0,
        "complete": True,
        "archived": 0,
        "damaged": rows.damaged,
    }
    ids = {info.sweep.id for info in infos if info.sweep is not None}
    curves = file_curves.document(repo, rows.raws)
    return {
        "start": {
            **start.view(repo, [info.experiment for info in infos]),
            **_about(len(infos), parts, curves),
            "initial": _initial(first),
        },
        "runs": {**whole, "keys": table["keys"], "columns": columns, "commands": []},
        "series": curves,
        "importance": _importances(repo, infos, columns),
        **_sweeps(repo, ids),
        **file_extras.documents(repo, rows.raws, parts),
    }


def _check(parts: Collection[str]) -> None:
    for part in parts:
        if part not in PARTS:
            raise TrackError(
                f"a page has no part {part!r}", f"there are: {', '.join(PARTS)}", code=2
            )


def _check_all_are_here(raws: Sequence[Raw], keys: Sequence[str]) -> None:
    """Raise TrackError if no run matches, or if the repository lacks one that was selected."""
    present = {runs.key(raw) for raw in raws}
    missing = [key for key in keys if key not in present]
    if missing:
        raise TrackError(
            f"the repository has no run {missing[0]!r}",
            "one page shows the runs of one repository; was the run removed?",
        )
    if not raws:
        raise TrackError("no run matches, so a page would be empty", "see the runs: git track ls")


def _initial(first: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**Start()._asdict(), **(first or {})}


def _about(count: int, parts: Collection[str], curves: Mapping[str, Any]) -> dict[str, Any]:
    thinned = any(entry["thinned"] for entry in curves["series"])
    file = {"written": iso(time.time()), "runs": count, "thinned": thinned}
    return {"live": False, "instance": "", "cursor": "", "with": sorted(parts), "file": file}


def _importances(
    repo: git.Repo, infos: Sequence[Any], columns: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return {metric: document ``importance``} of the metrics in the table."""
    if len(infos) < _IMPORTANT_FROM:
        return {}
    names = [column["name"].partition(".")[2] for column in columns if column["group"] == "metric"]
    return {name: importance.document(repo, infos, name) for name in names[:_MOST_METRICS]}


def _sweeps(repo: git.Repo, ids: Collection[str]) -> dict[str, Any]:
    """Return the documents ``sweeps`` and ``sweep`` of those of some sweeps that can be read."""
    every: dict[str, Any] = {}
    for sweep_id in sorted(ids, reverse=True):
        try:
            every[sweep_id] = sweeps.sweep(repo, Params({"sweep": [sweep_id]}))
        except TrackError:
            continue
    listed = [
        {name: value for name, value in document.items() if name not in ("ranks", "best_so_far")}
        for document in every.values()
    ]
    return {"sweeps": {"sweeps": listed, "problems": [], "commands": []}, "sweep": every}
