"""What a rerun needs besides code: the recorded inputs, unchanged, and the folders that the run had."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.read.runs.record import RunRecord
from gittrack.record import inputs
from gittrack.reproduce import rerun_worktree
from gittrack.reproduce.rerun_worktree import Impossible


def data(repo: git.Repo, run: RunRecord) -> list[str]:
    """Return the recorded inputs that are only in the user's tree.

    Raises Impossible if one of them is missing or has changed.
    """
    data_paths = []
    cache = Path(layout.cache_dir(repo.common_dir))
    for item in run.inputs:
        path = rerun_worktree.inside(item["path"])
        real = os.path.join(repo.work_tree or "", path)
        if _in_code(repo, run, path):
            data_paths.append(path)  # the rest of a folder; `check_data` checks the whole
            continue
        if not os.path.exists(real):
            raise Impossible(f"the input {path} is missing", "bring it back, then try again")
        now = inputs.fingerprint(real, path, cache)
        if now["sha256"] != item.get("sha256"):
            raise Impossible(
                f"the input {path} has changed since: {str(item.get('sha256'))[:12]} -> {now['sha256'][:12]}",
                "bring the old one back, or record a new run with the new data: git track run",
            )
        data_paths.append(path)
    return data_paths


def check_data(run: RunRecord, code: rerun_worktree.CodeFolder) -> None:
    """Raise Impossible if an input in a worktree does not have the recorded content."""
    if code.beside is None:
        return
    for item in run.inputs:
        path = os.path.join(code.folder, item["path"])
        if os.path.isabs(item["path"]):
            continue
        if not os.path.exists(path):
            raise Impossible(
                f"the input {item['path']} is missing", "bring it back, then try again"
            )
        now = inputs.fingerprint(path, item["path"], Path(code.beside, "cache"))["sha256"]
        if now != item.get("sha256"):
            raise Impossible(
                f"the input {item['path']} has changed since: "
                f"{str(item.get('sha256'))[:12]} -> {now[:12]}",
                "bring the old one back, or record a new run with the new data: git track run",
            )


def recorded_folders(run: RunRecord) -> list[str] | None:
    """Return the untracked folders that a run had at its start; None if they were not recorded."""
    listed = run.written.get("folders")
    if not isinstance(listed, list):
        return None
    rerun_worktree.check_words("folder", list(map(str, listed)))
    return [rerun_worktree.inside(str(path)) for path in listed]


def _in_code(repo: git.Repo, run: RunRecord, path: str) -> bool:
    state = run.info.code.state
    return (
        not os.path.isabs(path)
        and next(git.read_objects(repo.fetching(), [f"{state}:{path}"])) is not None
    )
