"""Refs: what 10,000 runs cost the user's own git, and that loose ones do not pile up."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import repos
from measure import Row, against, alternate, git, most, quietly

import gittrack
from gittrack import git as git_layer
from gittrack.record.publish import upkeep

LOG = ["git", "log", "--decorate", "-1"]
COUNT = 10_000
THRESHOLD = 50
SHORT_RUNS = 200


def rows(scratch: Path) -> Iterator[Row]:
    """Yield the user's ``git log`` with runs and without, then the loose refs of many short runs."""
    bare = repos.small(scratch / "none")
    many = repos.with_runs(scratch / "many", COUNT, packed=False)
    place = git_layer.find(many)
    yield Row("loose refs at first", str(_loose(many)))
    for state, bar in (("loose", 100), ("packed", 3)):
        if state == "packed":
            start = time.perf_counter()
            upkeep.pack_refs_sometimes(place, 500)
            yield Row("    the call that packs", f"{(time.perf_counter() - start) * 1e3:.2f} ms")
            _await_packed(many)
            yield Row("    until all are packed", f"{time.perf_counter() - start:.2f} s")
            yield most("loose refs after packing", _loose(many), 0)
        times = alternate(lambda: quietly(LOG, many), lambda: quietly(LOG, bare), 30)
        row = against(f"{' '.join(LOG)}, {COUNT:,} runs {state}, against none", *times, bar)
        yield row if state == "packed" else row._replace(bar="", over=None)
    yield from _many_short(scratch)


def _many_short(scratch: Path) -> Iterator[Row]:
    repo = repos.small(scratch / "short")
    git(repo, "config", "track.packRefs", str(THRESHOLD))
    peak = 0
    for _ in range(SHORT_RUNS):
        gittrack.init(repo=repo).finish()
        peak = max(peak, _loose(repo))
    _settle(repo)
    yield most(f"most loose refs in {SHORT_RUNS} runs, packRefs={THRESHOLD}", peak, 2 * THRESHOLD)
    yield most("    loose refs at the end", _loose(repo), 2 * THRESHOLD)
    there = len(git(repo, "for-each-ref", "refs/runs").splitlines())
    yield Row("    runs recorded", str(there), "", "", str(SHORT_RUNS), there != SHORT_RUNS)


def _loose(repo: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(repo / ".git" / "refs" / "runs"))


def _await_packed(repo: Path) -> None:
    deadline = time.monotonic() + 60
    while _loose(repo) and time.monotonic() < deadline:
        time.sleep(0.02)
    _settle(repo)


def _settle(repo: Path) -> None:
    while (repo / ".git" / "packed-refs.lock").exists():
        time.sleep(0.02)
