"""Logging: the price of one call that is safe from SIGKILL when it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import baseline
import repos
from measure import Row, against, alternate

import gittrack

BATCH = 500
REPEATS = 60
TEN = [f"metric{number}" for number in range(10)]


def rows(scratch: Path) -> Iterator[Row]:
    """Yield one metric by both calls, ten metrics in one call, and what a bare prototype takes here."""
    repo = repos.small(scratch / "repo")
    plain = baseline.Tracker(scratch / "plain", repos.PARAMS, repo)
    run = gittrack.init(config=repos.PARAMS, repo=repo)

    def one_metric() -> None:
        for i in range(BATCH):
            run.log_metric("loss", 1.0 / (i + 3), step=i)

    def one_log() -> None:
        for i in range(BATCH):
            run.log({"loss": 1.0 / (i + 3)}, step=i)

    def one_plain() -> None:
        for i in range(BATCH):
            plain.log_metric("loss", 1.0 / (i + 3), step=i)

    def ten(log: Callable[..., None]) -> Callable[[], None]:
        def batch() -> None:
            for i in range(BATCH):
                value = 1.0 / (i + 3)
                log(dict.fromkeys(TEN, value), step=i)

        return batch

    bare = baseline.Bare(scratch / "bare.csv")

    def one_bare() -> None:
        for i in range(BATCH):
            bare.log({"loss": 1.0 / (i + 3)}, step=i)

    for what, ours, theirs, bar in (
        ("run.log_metric(name, x, step=i)", one_metric, one_plain, 0.27),
        ("run.log({name: x}, step=i)", one_log, one_plain, 0.27),
        ("run.log(ten metrics, step=i)", ten(run.log), ten(plain.log), 0.10),
    ):
        yield against(what, *alternate(ours, theirs, REPEATS), bar, BATCH)
    for what, ours, theirs, bar in (
        ("run.log({name: x}), against a bare write", one_log, one_bare, 1.1),
        ("run.log(ten metrics), against a bare write", ten(run.log), ten(bare.log), 1.2),
    ):
        yield against(what, *alternate(ours, theirs, REPEATS), bar, BATCH)
    for what, ours, theirs in (
        ("    bare write of one", one_bare, one_plain),
        ("    bare write of ten", ten(bare.log), ten(plain.log)),
    ):
        yield against(what, *alternate(ours, theirs, REPEATS), None, BATCH)
    run.finish()
    plain.finish()
