"""The trash: the ref of a run moves below ``refs/trash/runs/`` and back; its commit does not change."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.run import annotation_log, run_info
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.core.standard.contextlib import suppress
from gittrack.disk import folders
from gittrack.folding import visible
from gittrack.git import refs
from gittrack.read.registry import models
from gittrack.read.runs.reader import Raw
from gittrack.record import annotate
from gittrack.record.annotate import Target


def remove(repo: git.Repo, runs: Sequence[Raw]) -> None:
    """Move runs to the trash, all of them or none.

    Raises TrackError for a run that is not committed, and for a run that is a version of a model.
    """
    versions = models.registered(repo)
    for raw in runs:
        if raw.commit is None or raw.ref is None:
            going = raw.info is not None and raw.info.status == run_info.RUNNING
            hint = (
                "wait until it ends, or stop it" if going else "commit it first: git track recover"
            )
            raise TrackError(f"the run {raw.id} is not committed yet", hint)
        if raw.commit in versions:
            version = "@".join(versions[raw.commit].split()[:2])
            raise TrackError(
                f"the run {raw.id} is {versions[raw.commit]}",
                f"remove the version first: git track model rm {version}"
                " (with --force if it ever was in a stage)",
            )
    _move(repo, runs, layout.trash_ref, annotation_log.REMOVE)


def restore(repo: git.Repo, runs: Sequence[Raw]) -> set[str]:
    """Restore runs from the trash, all of them or none.

    Returns the ids of the runs that a fetch had restored before: only their ref in the trash is deleted.
    Raises TrackError for a run that somebody removed everywhere.
    """
    for raw in runs:
        tombstone = annotation_log.tombstone(raw.annotations)
        if tombstone is not None:
            raise TrackError(
                f"{tombstone.get('by', 'somebody')} removed the run {raw.id} everywhere, which is for ever",
                f"if you still need what it has, keep it as a branch: git branch NAME {raw.commit}",
            )
    return _move(repo, runs, layout.run_ref, annotation_log.RESTORE)


def list_arrivals(repo: git.Repo, run_ids: Sequence[str]) -> None:
    """Record that runs arrive in this trash now, although somebody else removed them earlier."""
    if run_ids:
        path = _arrivals_path(repo)
        folders.make(os.path.dirname(path))
        with open(path, "a", encoding="ascii") as file:
            file.write("".join(f"{run_id} {time.time():.3f}\n" for run_id in run_ids))


def arrivals(repo: git.Repo) -> dict[str, float]:
    """Return {id: seconds since 1970} of the runs that a pull moved to the trash."""
    times = {}
    try:
        with open(_arrivals_path(repo), encoding="ascii", errors="replace") as file:
            for run_id, _, moment in (line.partition(" ") for line in file):
                with suppress(ValueError):  # a line that a kill cut
                    times[run_id] = float(moment)
    except FileNotFoundError:
        return {}
    return times


def _arrivals_path(repo: git.Repo) -> str:
    return f"{layout.home(repo.common_dir)}/removed-by-others"


def _move(
    repo: git.Repo, runs: Sequence[Raw], target: Callable[[str, str], str], op: str
) -> set[str]:
    """Move the refs of runs; if the target has the same commit already, only delete the old ref.

    Returns the ids of the latter.  Raises TrackError if the target has another commit.
    """
    targets = {raw.id: target(raw.experiment, raw.id) for raw in runs}
    sources = {str(raw.ref) for raw in runs}
    here = {ref.name: ref.oid for ref in refs.now(repo, *targets.values(), *sources)}
    commits = {ref: oid for ref, oid in here.items() if ref not in sources}
    folded = visible.commits_of(repo, sources - here.keys()) if sources - here.keys() else {}
    for raw in runs:
        if commits.get(targets[raw.id], raw.commit) != raw.commit:
            raise TrackError(
                f"the run {raw.id} is in the trash and among the runs, with different commits",
                f"compare them: git diff {raw.ref} {targets[raw.id]}; keep one of them as a branch "
                f"(git branch NAME REF), then delete its ref: git update-ref -d REF",
            )
    # Annotated first: a kill in between leaves a line too many, but never an unknown age in the trash.
    annotate.record_move(repo, [Target(raw.id, raw.commit) for raw in runs], op)
    moves = [
        (
            "" if folded.get(str(raw.ref)) == raw.commit else str(raw.ref),
            targets[raw.id],
            raw.commit,
        )
        for raw in runs
        if raw.commit
    ]
    try:
        refs.move(repo, moves, f"gittrack: {op}", existing=commits)
    except git.GitError:
        existing = {ref.name for ref in refs.now(repo, *sources)} | folded.keys()
        for raw in runs:
            if raw.ref not in existing:  # another `gc`, `rm` or `restore` moved it
                location = "in the trash" if op == annotation_log.RESTORE else "among the runs"
                raise NoSuchRun(
                    f"the run {raw.id} is not {location} any more; another process removed or moved it",
                    "see the runs and the trash: git track ls, git track restore",
                ) from None
        raise
    return {raw.id for raw in runs if targets[raw.id] in commits}
