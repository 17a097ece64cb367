"""Reproducing: what it costs beside the command itself, against git's own worktree of the same commit."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import repos
from measure import Row, against, cli, git, quietly

_TURNS = 9


def rows(scratch: Path) -> Iterator[Row]:
    """Yield the overhead for a command that does next to nothing, in a repository with 10,000 files."""
    for name, make in (("small", repos.small), ("10,000 files", repos.large)):
        repo = make(scratch / name.replace(" ", "-"))
        command = ["sh", "-c", "sleep 0.2"]
        git(repo, "checkout", "-q", ".")
        quietly([*cli(), "run", "-n", "first", "--", *command], repo)
        ours, theirs, plain = [], [], []
        for _ in range(_TURNS):
            plain.append(_seconds(command, repo))
            ours.append(_seconds([*cli(), "reproduce", "first", "--verify", "none"], repo))
            theirs.append(_worktree(repo))
        overhead = median(ours) - median(plain)
        yield against(
            f"reproduce, {name}, against worktree add + remove", overhead, median(theirs), 3
        )


def _seconds(argv: list[str], repo: Path) -> float:
    start = time.perf_counter()
    quietly(argv, repo)
    return time.perf_counter() - start


def _worktree(repo: Path) -> float:
    folder = repo.with_name(f"{repo.name}-{os.getpid()}")
    start = time.perf_counter()
    git(repo, "worktree", "add", "-q", "--detach", str(folder), "HEAD")
    git(repo, "worktree", "remove", "--force", str(folder))
    return time.perf_counter() - start
