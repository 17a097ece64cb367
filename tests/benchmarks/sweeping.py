"""Sweeping: what a trial costs besides its training, whether the 1,000th costs more, and `sweep ls`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import repos
from measure import Row, against, alternate, cli, most, quietly

import gittrack

_TRIALS = 1000
_RUNS = 60


def rows(scratch: Path) -> Iterator[Row]:
    """Yield a trial of ``true`` against a run and a spawn of it, and late trials against early ones."""
    beside = repos.small(scratch / "beside")
    before = _runs(beside)
    swept = repos.small(scratch / "swept")
    ends = _sweep(swept)
    after = _runs(beside)
    took = [later - earlier for earlier, later in pairwise(ends)]
    alone = median([*before, *after])
    yield against("a trial of true, against start + finish + spawn", median(took), alone, 1.5)
    tenth = len(took) // 10
    # What has become slower for lone runs as well, in another repository, is the machine.
    slower = median(after) / median(before)
    early, late = median(took[:tenth]), median(took[-tenth:])
    yield against("the last tenth, against the first", late / max(slower, 1), early, 1.2)
    listing, start = alternate(
        lambda: quietly([*cli(), "sweep", "ls"], swept),
        lambda: quietly([sys.executable, "-c", "pass"], swept),
        15,
    )
    yield most(f"sweep ls of {_TRIALS:,} trials", round(1000 * listing), 100, " ms")
    yield against("the same, against python -c pass", listing, start, 10)


def _sweep(place: Path) -> list[float]:
    """Return the moments at which each trial was told to have ended."""
    asked = ["-S", f"x=range({_TRIALS})", "-m", "loss", "--", "true"]
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen([*cli(), "sweep", *asked], cwd=place, stderr=pipe, stdout=null) as sweep:
        assert sweep.stderr is not None
        ends = [time.perf_counter() for line in sweep.stderr if line.startswith(b"[")]
    if sweep.returncode not in (0, 1):  # 1: none of them has a score
        sys.exit(f"the sweep ended with {sweep.returncode}")
    return ends


def _runs(place: Path) -> list[float]:
    """Return what a run that does nothing and a spawn of ``true`` take, some times over."""
    times = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        gittrack.init(config=repos.PARAMS, repo=place).finish()
        quietly(["true"], place)
        times.append(time.perf_counter() - start)
    return times[3:]
