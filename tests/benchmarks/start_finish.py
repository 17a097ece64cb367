"""Start and finish: what a run costs besides its training."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import repos
from measure import Row, against, alternate, cli, git, more, most, quietly

import gittrack

_INIT = "import gittrack; gittrack.init().finish()"
_SECONDS_OF_INIT = (
    "import time; began = time.perf_counter(); import gittrack; run = gittrack.init(); "
    "print(time.perf_counter() - began); run.finish()"
)


def rows(scratch: Path) -> Iterator[Row]:
    """Yield a clean small repository, then a dirty large one."""
    clean = repos.settled(repos.small(scratch / "clean"))
    times = alternate(
        lambda: _record(clean),
        lambda: git(clean, "commit", "--allow-empty", "-qm", "nothing"),
        40,
        warmup=4,
    )
    yield against("clean, against git commit --allow-empty", *times, 2)

    dirty = repos.settled(repos.large(scratch / "dirty"))
    turns = itertools.count(1)
    times = alternate(
        lambda: _record(dirty),
        lambda: git(dirty, "stash", "create"),
        20,
        before=lambda: repos.touch(dirty, next(turns)),
    )
    yield against("dirty, 10,000 files, against git stash create", *times, 2)
    times = alternate(
        lambda: _record(dirty),
        lambda: git(dirty, "commit", "--allow-empty", "-qm", "nothing"),
        20,
        before=lambda: repos.touch(dirty, next(turns)),
    )
    yield against("dirty, 10,000 files, against git commit --allow-empty", *times, 3)
    yield from _first(clean)


def _first(clean: Path) -> Iterator[Row]:
    """Yield what a command and a script pay once; the bars are those of an idle machine with 2 cores."""
    times = alternate(
        lambda: quietly([*cli(), "run", "--", "true"], clean),
        lambda: quietly([sys.executable, "-c", "pass"], clean),
        20,
        warmup=2,
    )
    yield more("git track run -- true, against python -c pass", *times, 0.039)
    times = alternate(
        lambda: quietly([sys.executable, "-c", _INIT], clean),
        lambda: quietly([sys.executable, "-c", "pass"], clean),
        20,
        warmup=2,
    )
    yield more("first gittrack.init and its finish, against python -c pass", *times, 0.055)
    seconds = median(_seconds(clean) for _ in range(20))
    yield most("import gittrack and the first gittrack.init", round(seconds * 1e3, 1), 35, " ms")


def _seconds(repo: Path) -> float:
    """Return the seconds from before the import to a run that goes on, in a process of its own."""
    argv = [sys.executable, "-c", _SECONDS_OF_INIT]
    return float(subprocess.run(argv, cwd=repo, capture_output=True, check=True).stdout)


def _record(repo: Path) -> None:
    run = gittrack.init(config=repos.PARAMS, repo=repo)
    run.log({"loss": 0.5, "accuracy": 0.75}, step=1)
    run.finish()
