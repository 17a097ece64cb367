"""What differs between two runs or more."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack import git
from gittrack.analysis.differences import DiffRow, metric_changes
from gittrack.core import layout
from gittrack.core.run.commit_message import Missing
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs import compare
from gittrack.read.runs.record import RunRecord
from gittrack.show.terminal.columns import short_id
from gittrack.web.params import BadParameter, Params
from gittrack.web.views import commands, previews, run, runs

_MOST_RUNS = 100
_LONGEST_PATCH = 1 << 20  # characters
SECTIONS = ("params", "metrics", "run", "inputs", "env")
# The files behind the sections, and behind what is shown side by side.
_FILES = {
    **{"params": layout.PARAMS, "metrics": layout.METRICS, "run": layout.RUN},
    **{"inputs": layout.INPUTS, "env": layout.ENV, "log": layout.LOG},
}


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``compare``."""
    keys = params.many("run")
    if not 2 <= len(keys) <= _MOST_RUNS:
        raise BadParameter(f"{len(keys)} runs cannot be compared", f"pick 2 to {_MOST_RUNS} runs")
    return document(repo, [run.record_of(repo, key) for key in keys])


def document(
    repo: git.Repo, records: Sequence[RunRecord], *, code: bool = True, files: bool = True
) -> dict[str, Any]:
    """Return the document ``compare`` of some runs.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    records : sequence of RunRecord
        The runs, at least two; the others are compared with the first.
    code : bool, default True
        Whether the difference between the code of two runs is included.
    files : bool, default True
        Whether the artifacts and the sizes of the logs are included.
    """
    table = compare.table(records)
    rows = {name: [_row(row) for row in table.sections[name]] for name in SECTIONS}
    goals = runs.goals_of(repo, table.runs, [row["name"] for row in rows["metrics"]])
    changes = [
        {change.name: change for change in metric_changes(records[0].metrics, other.metrics)}
        for other in records
    ]
    for row in rows["metrics"]:
        of_runs = [by_name.get(row["name"]) for by_name in changes]
        row["delta"] = [change.delta if change else None for change in of_runs]
        row["percent"] = [change.percent if change else None for change in of_runs]
        row["goal"] = goals[row["name"]].goal
    change = patch(repo, records) if code and len(records) == 2 else None
    return {
        "keys": [runs.key(info) for info in table.runs],
        "sections": rows,
        "code": change,
        "codes": [info.code.state for info in table.runs],
        "equal": [name for name in (*SECTIONS, "code") if name in table.equal],
        "unrecorded": list(table.unrecorded),
        "logs": [record.files().get(layout.LOG, 0) for record in records] if files else [],
        "artifacts": _artifacts(records) if files else [],
        "commands": _commands(records),
    }


def _artifacts(records: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """Return the artifacts by their paths, each with that of every run; null if a run does not have it."""
    of_runs = [{item["path"]: item for item in previews.outputs(record)} for record in records]
    paths = sorted({path for items in of_runs for path in items})
    rows = []
    for path in paths:
        items = [by_path.get(path) for by_path in of_runs]
        digests = {item and item["oid"] for item in items}
        in_git = all(item and item.get("where") == "git" for item in items[:2])
        rows.append(
            {
                "path": path,
                "preview": next(item["preview"] for item in items if item),
                "items": items,
                "equal": len(digests) == 1 and None not in digests,
                "git": _git_diff(records, f"{layout.ARTIFACTS}/{path}") if in_git else "",
            }
        )
    return rows


def _row(row: DiffRow) -> dict[str, Any]:
    values = [{"missing": True} if isinstance(item, Missing) else item for item in row.values]
    return {"name": row.name, "values": values}


def patch(repo: git.Repo, records: Sequence[RunRecord]) -> dict[str, Any]:
    """Return the difference between the code of two runs, as the document ``compare`` has it."""
    change = compare.code_change(repo, *records[:2])
    return {
        **change._asdict(),
        "patch": change.patch[:_LONGEST_PATCH],
        "truncated": len(change.patch) > _LONGEST_PATCH,
    }


def _git_diff(records: Sequence[RunRecord], path: str) -> str:
    """Return how plain git compares a file of the first two runs; empty if git does not have both."""
    pair = records[:2]
    if not all(record.info.name_in_git and path in record.files() for record in pair):
        return ""
    return shlex.join(["git", "diff", *(f"{record.info.name_in_git}:{path}" for record in pair)])


def _commands(records: Sequence[RunRecord]) -> list[dict[str, str]]:
    """Return the commands; those with a ``part`` are about one section."""
    ids = " ".join(short_id(record.id) for record in records)
    states = [record.info.code.state or "" for record in records[:2]]
    code = shlex.join(["git", "diff", *(state[:12] for state in states)]) if all(states) else ""
    whole = commands.command("these differences", f"git track diff {ids}", code)
    parts = [
        {
            **commands.command(
                name,
                f"git track diff {ids} --{name}" if name in SECTIONS else "",
                _git_diff(records, path),
            ),
            "part": name,
        }
        for name, path in _FILES.items()
    ]
    return [
        whole,
        *parts,
        {**commands.command("code", f"git track diff {ids} --code", code), "part": "code"},
    ]
