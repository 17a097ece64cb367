"""Integrations: what a callback adds to an epoch, --auto to a start, and samples of the machine to a core.

CPU seconds of this process or of its children, because another program on the machine must not count.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import repos
from measure import Row, more, most

import gittrack
from gittrack.integrations.base.training import Training
from gittrack.launch import start_hook

EPOCH = 0.1  # seconds
METRICS = {f"valid/metric_{index}": 0.1 * index for index in range(10)}


def rows(scratch: Path) -> Iterator[Row]:
    """Yield the three overheads."""
    repo = repos.with_runs(scratch / "repo", 1)
    os.chdir(repo)
    yield most("an epoch of 0.1 s with 10 metrics", 100 * _epoch(repo) / EPOCH, 2.0, " %")
    journal = scratch / "journal"
    journal.mkdir()
    off = {**start_hook.variables(dict(os.environ), journal)}
    on = {**off, "GITTRACK_AUTO": "1", "GITTRACK_ARGUMENTS": str(journal / "arguments")}
    times = _starts(on, off)
    yield more("python -c pass, with --auto and without", *times, 0.030)
    yield most("samples of the machine every 15 s", 100 * _sample() / 15, 0.5, " % of a core")


def _epoch(repo: Path) -> float:
    """Return the CPU seconds that an integration takes in an epoch."""
    training = Training("Benchmark", repo=repo)  # not the repository of this script
    training.begin({"lr": 0.1})
    epochs = 2000
    before = time.process_time()
    for epoch in range(epochs):
        training.log(METRICS, epoch)
        training.should_stop()
    spent = time.process_time() - before
    training.end()
    gittrack.finish()
    return spent / epochs


def _starts(*environments: dict[str, str]) -> tuple[float, ...]:
    """Return the median CPU seconds of a Python with each environment, in turns."""
    times: list[list[float]] = [[] for _ in environments]
    for _ in range(30):
        for spent, env in zip(times, environments, strict=True):
            before = _children()
            subprocess.run([sys.executable, "-c", "pass"], env=env, check=True)
            spent.append(_children() - before)
    return tuple(median(spent) for spent in times)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _sample() -> float:
    """Return the CPU seconds of one sample."""
    from gittrack.record.machine.usage.sampler import Sampler

    sampler = Sampler(includes_itself=True)
    before = time.process_time()
    for _ in range(200):
        sampler.sample()
    return (time.process_time() - before) / 200
