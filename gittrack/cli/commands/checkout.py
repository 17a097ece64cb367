"""Make a worktree with exactly the code and params of a run, to read or to branch from.

DIR is a new folder; its default is next to the repository, named with the short id of the run. No git
hook runs.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gittrack import git
from gittrack.cli.options import add_run
from gittrack.cli.output import print_note, print_result
from gittrack.core import layout, yaml_write
from gittrack.core.errors import TrackError
from gittrack.git import worktree
from gittrack.large import code as large_code
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import rerun, rerun_worktree
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track checkout``."""
    add_run(parser)
    parser.add_argument("dir", nargs="?", metavar="DIR", help="the new folder")
    parser.add_argument(
        "-b", "--branch", metavar="BRANCH", help="create this branch in the worktree"
    )


def run(args: argparse.Namespace) -> int:
    """Make the worktree. Raises TrackError if the folder is not empty."""
    repo = git.find()
    record = RunRecord(repo, resolve.resolve(repo, args.run))
    commit = rerun.code_of(repo, record)
    inner = rerun_worktree.inside(record.info.cwd or ".").lstrip("/")
    top = Path(repo.work_tree or repo.common_dir)
    folder = Path(args.dir) if args.dir else top.with_name(f"{top.name}-{short_id(record.id)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TrackError(
            f"{folder} exists already", "name a new folder: git track checkout RUN DIR"
        )
    large_code.bring(repo, commit)
    worktree.add(repo, commit, str(folder), args.branch)
    print_result(f"{folder}: the code of {record.id}, {commit[:12]}\n")
    _write_params(record, folder, inner)
    print_result(f"remove it later: git worktree remove --force {folder}\n")
    return 0


def _write_params(record: RunRecord, folder: Path, inner: str) -> None:
    """Write the recorded params to the folder of the command, but never through a link."""
    params = folder / inner / layout.PARAMS
    content = yaml_write.dump(record.info.params, sort=True)
    if not record.info.params or (params.exists() and params.read_bytes() == content):
        return
    name = os.path.relpath(params, folder)
    if params.is_symlink() or params.parent.resolve() != folder.resolve() / os.path.normpath(inner):
        print_note(f"warning: {name} is a link, so the recorded params are not written to it")
        return
    params.parent.mkdir(parents=True, exist_ok=True)
    params.write_bytes(content)
    print_result(f"{name} now has the recorded params\n")
