"""A worktree at exactly the code and params of a run, to look around in or to branch from.

DIR is a new folder (default: beside the repository, with the run's short id).  No hook runs.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gittrack import git, worktree
from gittrack.commands._common import out
from gittrack.core import layout, yaml_write
from gittrack.core.errors import TrackError
from gittrack.read import resolve
from gittrack.read.record import RunRecord
from gittrack.reproduce import rerun
from gittrack.show.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track checkout``."""
    parser.add_argument("run", metavar="RUN", help="id, prefix, name, commit, @ or EXPERIMENT@")
    parser.add_argument("dir", nargs="?", metavar="DIR", help="a new folder")
    parser.add_argument("-b", "--branch", metavar="BRANCH", help="on a new branch")


def run(args: argparse.Namespace) -> int:
    """Make the worktree."""
    repo = git.find()
    record = RunRecord(repo, resolve.resolve(repo, args.run))
    commit = rerun.code_of(repo, record)
    place = Path(repo.work_tree or repo.common_dir)
    folder = Path(args.dir) if args.dir else place.with_name(f"{place.name}-{short_id(record.id)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TrackError(
            f"{folder} is there already", "name a new folder: git track checkout RUN DIR"
        )
    worktree.add(repo, commit, str(folder), args.branch)
    out(f"{folder}: the code of {record.id}, {commit[:12]}\n")
    params = folder / (record.info.cwd or ".") / layout.PARAMS
    content = yaml_write.dump(record.info.params, sort=True)
    if record.info.params and (not params.exists() or params.read_bytes() != content):
        params.write_bytes(content)
        out(f"{os.path.relpath(params, folder)} now has the params that were recorded\n")
    out(f"when it is of no use any more: git worktree remove --force {folder}\n")
    return 0
