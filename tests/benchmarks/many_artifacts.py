"""A run with very many artifacts: the seconds until it has ended, which grow with their number."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import repos
from measure import Row, against, most

import gittrack

ARTIFACTS = int(os.environ.get("BENCH_ARTIFACTS", "100_000"))
IN_FOLDER = 1_000  # files


def rows(scratch: Path) -> Iterator[Row]:
    """Yield the seconds for a quarter, a half and all of `ARTIFACTS` small files, each in its own run."""
    seconds = {}
    for count in (ARTIFACTS // 4, ARTIFACTS // 2, ARTIFACTS):
        seconds[count] = _record(scratch / str(count), count)
        yield most(f"{count:,} artifacts", round(seconds[count], 2), 30, " s")
    few, many = ARTIFACTS // 4, ARTIFACTS
    yield against(
        f"an artifact of {many:,}, against one of {few:,}",
        seconds[many] / many,
        seconds[few] / few,
        1.5,
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    yield Row("peak memory", f"{peak:.0f} MB")


def _record(folder: Path, count: int) -> float:
    repo = repos.small(folder / "repo")
    files = folder / "files"
    for number in range(count):
        file = files / str(number // IN_FOLDER) / f"{number}.txt"
        if number % IN_FOLDER == 0:
            file.parent.mkdir(parents=True)
        file.write_text(f"{number}\n")
    start = time.perf_counter()
    with gittrack.init(repo=repo) as run:
        run.log_artifact(files, "files")
    return time.perf_counter() - start
