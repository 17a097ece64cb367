"""The trash: a run's ref moves below ``refs/trash/runs/`` and back; its commit stays what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.run import annotation_log, run_info
from gittrack.git import refs
from gittrack.read.registry import models
from gittrack.read.runs.reader import Raw
from gittrack.record import annotate
from gittrack.record.annotate import Target


def remove(repo: git.Repo, runs: Sequence[Raw]) -> None:
    """Move runs to the trash, all of them or none.

    Raises TrackError for one that is not committed, and for one that is a version of a model.
    """
    versions = models.registered(repo)
    for raw in runs:
        if raw.commit is None or raw.ref is None:
            going = raw.info is not None and raw.info.status == run_info.RUNNING
            hint = "wait for its end, or stop it" if going else "commit it first: git track recover"
            raise TrackError(f"the run {raw.id} is not committed yet", hint)
        if raw.commit in versions:
            version = "@".join(versions[raw.commit].split()[:2])
            raise TrackError(
                f"the run {raw.id} is {versions[raw.commit]}",
                f"a version keeps its run; remove that first: git track model rm {version}"
                " (with --force if it ever was in a stage)",
            )
    _move(repo, runs, layout.trash_ref, annotation_log.REMOVE)


def restore(repo: git.Repo, runs: Sequence[Raw]) -> set[str]:
    """Bring runs back from the trash, all of them or none.

    Returns the ids of those that a fetch had brought back before: they only leave the trash.
    """
    return _move(repo, runs, layout.run_ref, annotation_log.RESTORE)


def _move(
    repo: git.Repo, runs: Sequence[Raw], target: Callable[[str, str], str], op: str
) -> set[str]:
    """Move the runs' refs; where the same commit is at the target already, only delete the old ref.

    Returns the ids of the latter.  Raises TrackError where another commit is at the target.
    """
    targets = {raw.id: target(raw.experiment, raw.id) for raw in runs}
    commits = {ref.name: ref.oid for ref in refs.now(repo, *targets.values())}
    for raw in runs:
        if commits.get(targets[raw.id], raw.commit) != raw.commit:
            raise TrackError(
                f"the run {raw.id} is in the trash and among the runs, with different commits",
                f"compare them: git diff {raw.ref} {targets[raw.id]}; keep one of them as a branch "
                f"(git branch NAME REF), then delete its ref: git update-ref -d REF",
            )
    # Said before it is done: killed in between, a run has a line too many, never an unknown age in the trash.
    annotate.record_move(repo, [Target(raw.id, raw.commit) for raw in runs], op)
    moves = [(str(raw.ref), targets[raw.id], str(raw.commit)) for raw in runs]
    try:
        refs.move(repo, moves, f"gittrack: {op}", existing=commits)
    except git.GitError:
        existing = {ref.name for ref in refs.now(repo, *(old for old, _, _ in moves))}
        for raw in runs:
            if raw.ref not in existing:  # `git track gc`, or another `rm` or `restore`, was quicker
                location = "in the trash" if op == annotation_log.RESTORE else "among the runs"
                raise NoSuchRun(
                    f"the run {raw.id} is not {location} any more; another process removed or moved it",
                    "see what there is: git track ls, git track restore",
                ) from None
        raise
    return {raw.id for raw in runs if targets[raw.id] in commits}
