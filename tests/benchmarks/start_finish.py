"""Start and finish: what a run costs besides its training."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import repos
from measure import Row, against, alternate, git

import gittrack


def rows(scratch: Path) -> Iterator[Row]:
    """Yield a clean small repository, then a dirty large one."""
    clean = repos.small(scratch / "clean")
    times = alternate(
        lambda: _record(clean),
        lambda: git(clean, "commit", "--allow-empty", "-qm", "nothing"),
        40,
        warmup=4,
    )
    yield against("clean, against git commit --allow-empty", *times, 4)

    dirty = repos.large(scratch / "dirty")
    turns = itertools.count(1)
    times = alternate(
        lambda: _record(dirty),
        lambda: git(dirty, "stash", "create"),
        20,
        before=lambda: repos.touch(dirty, next(turns)),
    )
    yield against("dirty, 10,000 files, against git stash create", *times, 2)


def _record(repo: Path) -> None:
    run = gittrack.init(config=repos.PARAMS, repo=repo)
    run.log({"loss": 0.5, "accuracy": 0.75}, step=1)
    run.finish()
