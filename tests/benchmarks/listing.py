"""Listings as whole processes, against the least that plain git needs to read the same runs."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import repos
from measure import Row, against, alternate, cli, most, quietly

from gittrack.read.index import store

PIPELINE = "git for-each-ref --format='%(objectname)' refs/runs | git cat-file --batch >/dev/null"
VERBS = (("ls", "-n", "20"), ("top", "m0"))
HANDFUL = 5
QUERY = "m0 > 0.2 and params.lr < 1 and status == 'finished' and has(metrics.m1)"


def rows(scratch: Path) -> Iterator[Row]:
    """Yield each verb at each number of runs, then the git processes that it started."""
    for count in (1_000, 10_000):
        repo = repos.with_runs(scratch / f"runs{count}", count)
        for verb in VERBS:
            argv = [*cli(), *verb]
            times = alternate(
                lambda argv=argv, repo=repo: quietly(argv, repo),
                lambda repo=repo: quietly(["sh", "-c", PIPELINE], repo),
                25,
            )
            yield against(f"git-track {' '.join(verb)}, {count:,} runs", *times, 3)
            yield most("    git processes", _processes(argv, repo, scratch), HANDFUL)
        yield _uncached(repo, count)
    yield _filtered(repo)


def _uncached(repo: Path, count: int) -> Row:
    """Compare a leaderboard where nothing was looked at before: it reads all, and keeps it."""
    times = alternate(
        lambda: quietly([*cli(), "top", "m0"], repo),
        lambda: quietly(["sh", "-c", PIPELINE], repo),
        15,
        before=lambda: store.forget(f"{repo}/.git"),
    )
    return against(f"    the first time, {count:,} runs", *times, None)


def _filtered(repo: Path) -> Row:
    """Compare a listing of all runs with one that is filtered by a query and sorted."""
    plain = [*cli(), "ls", "-n", "10000", "--json"]
    chosen = [*plain, "-w", QUERY, "--sort", "m0"]
    times = alternate(lambda: quietly(chosen, repo), lambda: quietly(plain, repo), 9)
    return against("ls -w ... --sort, 10,000 runs, against ls", *times, 1.3)


def _processes(argv: Sequence[str], repo: Path, scratch: Path) -> int:
    """Count the git processes below a command: each tells trace2 that it has started."""
    trace = scratch / "trace.json"
    trace.unlink(missing_ok=True)
    env = {**os.environ, "GIT_TRACE2_EVENT": str(trace)}
    subprocess.run(argv, cwd=repo, env=env, capture_output=True, check=True)
    events = map(json.loads, trace.read_text().splitlines())
    return sum(1 for event in events if event["event"] == "start")
