"""Repositories and files for the benchmarks of the page: runs with many columns, or with many points."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from pathlib import Path

import repos
from measure import git

from gittrack.core import layout
from gittrack.core.run import run_info, series
from gittrack.record.publish import tree

START = 1_790_000_000.0  # seconds since 1970


def wide(path: Path, count: int, params: int = 44, metrics: int = 6) -> Path:
    """Make a repository of runs with that many params and metrics; they share their points."""
    curves = _curves(random.Random(1), metrics, 50)
    return _import(path, (_message(n, params, metrics) for n in range(count)), [curves])


def curves(path: Path, runs: int, metrics: int, points: int) -> Path:
    """Make a repository of runs with curves of their own."""
    dice = random.Random(2)
    each = [_curves(dice, metrics, points) for _ in range(runs)]
    return _import(path, (_message(n, 3, metrics) for n in range(runs)), each)


def _message(number: int, params: int, metrics: int) -> tuple[str, str]:
    """Return the ref and the message of a run."""
    dice = random.Random(number)
    started = START + 60.0 * number
    run_id = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(started))}-{dice.getrandbits(32):08x}"
    drawn = (lambda: 10 ** dice.uniform(-5, 0), lambda: dice.randrange(99), lambda: "adam")
    values = {f"p{n}": drawn[n % 3 if n % 9 else 0]() for n in range(params)}
    summaries = {
        f"m{n}": run_info.Metric(dice.random(), dice.random() / 2, 1.0, 49, 50)
        for n in range(metrics)
    }
    facts = {
        **{"format": layout.FORMAT, "id": run_id, "experiment": "digits", "name": f"run {number}"},
        **{"status": "failed" if number % 10 == 9 else "finished"},
        **{"started": run_info.iso(started), "ended": run_info.iso(started + 50)},
        **{"duration_s": round(dice.uniform(1, 500), 3), "command": ["python", "train.py"]},
        **{"cwd": ".", "exit_code": 0, "user": "someone", "host": "box", "gittrack": "0.1.0"},
    }
    return layout.run_ref("digits", run_id), tree.message(facts, values, summaries)


def _curves(dice: random.Random, metrics: int, points: int) -> str:
    """Return a metrics.csv of noisy curves that fall."""
    rates = [dice.uniform(1, 9) / points for _ in range(metrics)]
    lines = (
        series.line(
            f"m{n}", math.exp(-step * rates[n]) + dice.random() / 20, step, step * 0.1 + n / 100
        )
        for step in range(points)
        for n in range(metrics)
    )
    return series.HEADER + "".join(lines)


def _import(path: Path, messages: Iterator[tuple[str, str]], contents: list[str]) -> Path:
    """Write runs by one process of git; the first run has the first content, and so on in turns."""
    repos.small(path)
    head = git(path, "rev-parse", "HEAD")
    texts = ["format: 1\n", "p0: 1\n", "m0: 1\n", "python: 3\n", *contents]
    feed = [f"blob\nmark :{mark}\n{_data(text)}" for mark, text in enumerate(texts, 1)]
    fixed = (layout.RUN, layout.PARAMS, layout.METRICS, layout.ENV)
    files = "".join(f"M 100644 :{mark} {name}\n" for mark, name in enumerate(fixed, 1))
    for number, (ref, message) in enumerate(messages):
        mark = 5 + number % len(contents)
        entries = f"{files}M 100644 :{mark} {layout.SERIES}\n"
        who = f"committer A B <a@b.c> {int(START)} +0000\n"
        feed.append(f"commit {ref}\n{who}{_data(message)}from {head}\ndeleteall\n{entries}\n")
    git(path, "fast-import", "--quiet", "--force", feed="".join(feed).encode())
    git(path, "pack-refs", "--all")
    return path


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
