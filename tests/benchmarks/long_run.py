"""A long run: ten million points, what a call and the end cost, and everything that reads the points."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import repos
from measure import Row, against, cli, git, most

import gittrack

POINTS = int(os.environ.get("BENCH_POINTS", "10_000_000"))
WINDOW = min(100_000, POINTS // 2)
BATCH = 1_000
DICE = random.Random(0)
PAGE = """
from gittrack import git
from gittrack.read.runs import resolve
from gittrack.web.points import PointCache
repo = git.find()
PointCache().read(repo, resolve.resolve(repo, "@"))
"""
VALUES = [DICE.uniform(0.1, 2.5) for _ in range(1_000)]  # with all the digits that a loss has


def rows(scratch: Path) -> Iterator[Row]:
    """Yield what one run of `POINTS` points costs, from its first call to its commit."""
    repo = repos.small(scratch / "repo")
    run = gittrack.init(config=repos.PARAMS, repo=repo)
    first, last = array("d"), array("d")
    start = time.perf_counter()
    _log(run, 0, WINDOW, first)
    for at in range(WINDOW, POINTS - WINDOW, BATCH):
        for i in range(at, min(at + BATCH, POINTS - WINDOW)):
            run.log_metric("loss", VALUES[i % 1_000], step=i)
    _log(run, POINTS - WINDOW, POINTS, last)
    yield Row(f"logging {POINTS:,} points", f"{time.perf_counter() - start:.1f} s")
    yield against("one call, last against first 100,000", median(last), median(first), 1.5)
    journals = repo / ".git" / "gittrack" / "live"
    size = max(path.stat().st_size for path in journals.glob("*/metrics.csv"))
    yield most("metrics.csv", round(size / 1e6, 1), 400, " MB")
    yield most("peak memory while logging", _peak(resource.RUSAGE_SELF), 500, " MB")
    start = time.perf_counter()
    run.finish()
    yield most("finish", round(time.perf_counter() - start, 2), 6, " s")
    yield most("peak memory", _peak(resource.RUSAGE_SELF), 500, " MB")
    yield most("peak memory of its git processes", _peak(resource.RUSAGE_CHILDREN), 500, " MB")
    yield from _readers(repo)
    found = gittrack.get("@", repo=repo)
    yield Row("points in the summary", f"{found.info.metrics['loss'].count:,}")
    yield Row("repository", f"{int(git(repo, 'count-objects', '-v').split()[3]) / 1e3:,.1f} MB")


def _readers(repo: Path) -> Iterator[Row]:
    """Yield the time and the memory of what reads all points of the run, each in a process of its own."""
    python = [sys.executable, "-c"]
    for what, argv, seconds, megabytes in (
        ("git track plot", [*cli(), "plot", "loss"], 5, 200),
        ("git track export --history", [*cli(), "export", "--history", "-o", "/dev/null"], 40, 200),
        ("run.history", [*python, "import gittrack; gittrack.get('@').history('loss')"], 10, 500),
        ("git track verify, with itself", [*cli(), "verify", "@", "@"], 20, 200),
        ("the points of the page", [*python, PAGE], 10, 500),
    ):
        start = time.perf_counter()
        process = subprocess.Popen(argv, cwd=repo, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        if status:
            raise RuntimeError(f"{what} ended with the status {status}")
        yield most(what, round(time.perf_counter() - start, 2), seconds, " s")
        yield most("    its peak memory", round(usage.ru_maxrss * 1024 / 1e6, 1), megabytes, " MB")


def _log(run: gittrack.Run, begin: int, end: int, times: array[float]) -> None:
    clock = time.perf_counter
    for i in range(begin, end):
        value = VALUES[i % 1_000]
        before = clock()
        run.log_metric("loss", value, step=i)
        times.append(clock() - before)


def _peak(whose: int) -> float:
    return round(resource.getrusage(whose).ru_maxrss * 1024 / 1e6, 1)
