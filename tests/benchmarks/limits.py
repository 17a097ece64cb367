"""Limits: hostile input is refused early, and time grows with the size of what is recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import repos
from measure import Row, against, alternate, median

import gittrack
from gittrack.core.errors import TrackError
from gittrack.core.yaml_read import load

LEVELS = 4_000_000
HOSTILE = {
    "8 MB of opening brackets": b"[" * LEVELS + b"]" * LEVELS,
    "aliases that would multiply": b"a: &a [1, 1]\nb: [%s]\n" % b", ".join([b"*a"] * 2_000_000),
    "a number of 8 MB": b"a: " + b"9" * 8_000_000,
}


def rows(scratch: Path) -> Iterator[Row]:
    """Yield hostile YAML against harmless YAML of a tenth of a megabyte, then many params against few."""
    harmless = b"".join(b"key%d: %d\n" % (number, number) for number in range(7_000))
    for what, document in HOSTILE.items():
        times = alternate(
            lambda document=document: _refuse(document), lambda: load(harmless, "a.yaml"), 5
        )
        yield against(f"refuse {what}, against reading {len(harmless) >> 10} KB", *times, 5)
    repo = repos.small(scratch / "repo")
    few, many = _seconds_a_param(repo, 90), _seconds_a_param(repo, 990)
    yield against("a param of 99,000 recorded and read, against one of 9,000", many, few, 2)


def _refuse(document: bytes) -> None:
    try:
        load(document, "a.yaml")
    except TrackError:
        return
    raise AssertionError("a hostile document was read")


def _seconds_a_param(repo: Path, groups: int) -> float:
    config = {f"k{i}": {f"n{j}": i * j for j in range(100)} for i in range(groups)}
    times = []
    for number in range(3):
        start = time.perf_counter()
        with gittrack.init(name=f"{groups}-{number}", config=config, repo=repo) as run:
            run.log({"loss": 1.0})
        assert gittrack.runs(f"name == '{groups}-{number}'", repo=repo)[0].params == config
        times.append((time.perf_counter() - start) / (100 * groups))
    return median(times)
