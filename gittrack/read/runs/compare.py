"""Find what differs between two recorded runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gittrack import git
from gittrack.analysis.differences import (
    CodeChange,
    DiffTable,
    RunDiff,
    changes,
    compared_facts,
    differing_rows,
    fact_changes,
    metric_changes,
)
from gittrack.core.run import commit_message
from gittrack.read.files import media_changes
from gittrack.read.runs.record import RunRecord


def diff(repo: git.Repo, a: RunRecord, b: RunRecord) -> RunDiff:
    """Return what differs between two runs."""
    return RunDiff(
        a.info,
        b.info,
        run=fact_changes(a.info, b.info),
        params=changes(commit_message.dotted(a.info.params), commit_message.dotted(b.info.params)),
        metrics=metric_changes(a.info.metrics, b.info.metrics),
        env=changes(_environment(a), _environment(b)),
        inputs=changes(_digests(a), _digests(b)),
        code=code_change(repo, a, b),
        media=media_changes.media_changes(a, b),
    )


def _digests(run: RunRecord) -> dict[str, Any]:
    return {item["path"]: item.get("sha256") for item in run.inputs}


def _environment(run: RunRecord) -> dict[str, Any]:
    """Return the facts of env.yaml, without keyed digests, which are no values to print."""
    digests = ("variable_digests", "read_files")
    return commit_message.dotted({k: v for k, v in run.env.items() if k not in digests})


def code_change(repo: git.Repo, a: RunRecord, b: RunRecord) -> CodeChange:
    """Return the difference between the code of two runs, with their uncommitted changes."""
    before, after = a.info.code.state, b.info.code.state
    if before == after:
        return CodeChange(before, after, "", "")
    if before is None or after is None:
        return CodeChange(before, after, "", "", "one of the runs has no commit")
    missing = git.missing_objects(repo, [before, after])
    if missing:
        problem = f"the commit {missing[0][:12]} is not in this repository"
        return CodeChange(before, after, "", "", f"{problem} (a shallow or partial clone?)")
    fetching = repo.fetching()
    patch = git.diff(fetching, before, after).decode(errors="surrogateescape")
    stat = git.diff(fetching, before, after, "--shortstat").decode().strip()
    return CodeChange(before, after, patch, stat)


def table(runs: Sequence[RunRecord]) -> DiffTable:
    """Return what differs among several runs; code includes uncommitted changes."""
    infos = [run.info for run in runs]
    return DiffTable(
        tuple(infos),
        {
            "params": differing_rows([commit_message.dotted(info.params) for info in infos]),
            "metrics": differing_rows(
                [{k: m.last for k, m in info.metrics.items()} for info in infos]
            ),
            "media": differing_rows([media_changes.digests(run) for run in runs]),
            "run": differing_rows([compared_facts(info) for info in infos]),
            "inputs": differing_rows([_digests(run) for run in runs]),
            "env": differing_rows([_environment(run) for run in runs]),
            "code": differing_rows([{"code": info.code.state} for info in infos]),
        },
    )


def stat(repo: git.Repo, a: RunRecord, b: RunRecord) -> str:
    """Return ``git diff --stat`` between the code of two runs, or a sentence if there is no difference."""
    before, after = a.info.code.state, b.info.code.state
    if before == after:
        return "the same code\n"
    if before is None or after is None or git.missing_objects(repo, [before, after]):
        return "their code cannot be compared here\n"
    return git.diff(repo.fetching(), before, after, "--stat").decode(errors="surrogateescape")
