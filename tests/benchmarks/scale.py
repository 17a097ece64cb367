"""Listings at any number of runs: ``python tests/benchmarks/scale.py [RUNS ...] [metrics]``.

Without a word, 1,000 and 10,000 and 100,000 runs are measured, and 100 runs of 1,001 metrics (``metrics``).

From 100,000 runs on, they are folded as automatic folding leaves them; 100,000 are measured without folding,
too.  Each line is a value, its bar, and whether it was missed: seconds are the median of whole processes, and
memory is that of the largest process.  A million runs take about ten minutes, and 3 GB below TMPDIR.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import scale_repos
from bench import seal
from measure import cli, git, span

from gittrack.read.index import store

SETTLED = 2.5  # seconds until the index trusts the time of packed refs
REPEATS = 5
NEW = 1_000  # runs
FOLDED = 100_000  # runs


class Bars(NamedTuple):
    """The most seconds and bytes at a number of runs."""

    ls: float
    top: float
    after_new: float
    address: float
    index: float
    memory: float = 150.0  # MB


BARS = {
    1_000: Bars(0.05, 0.06, 0.3, 0.15, 0.2),
    10_000: Bars(0.06, 0.08, 0.3, 0.15, 0.4),
    100_000: Bars(0.1, 0.15, 0.3, 0.15, 3.0),
    1_000_000: Bars(0.4, 0.5, 1.0, 0.5, 30.0, 500.0),
}
RANKED = ("top m0", "ls -w m0>0.9", "ls --sort m1", "ls --sort=-lr -w m1<0.5")
EVERYTHING = (
    *("experiments", "params --json", "metrics", "ls --json -n 10000000"),
    *("export", "export --format json"),
    *("gc --dry-run", "sweep ls", "model ls"),
    *("ls -n 10000000", "ls --csv -n 10000000", "top m0 -n 10000000", "top m0 --over seed"),
    *("log -n 10000000", "export --format parquet -o /dev/null"),
)
METRICS = "metrics"  # the word for runs with very many metrics
VERBS_OF_ALL = 200_000  # runs; with more, the verbs that print all of them take minutes


class Cost(NamedTuple):
    """The seconds of a process, and the megabytes of the largest process below it."""

    seconds: float
    memory: float


def cost(verb: str, path: Path) -> Cost:
    """Run ``git track VERB`` and return what it cost."""
    argv = [*cli(), *verb.split()]
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.chdir(path)
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        os.execvp(argv[0], argv)
    _, _, usage = os.wait4(pid, 0)
    return Cost(time.perf_counter() - start, usage.ru_maxrss / 1024)


def often(verb: str, path: Path, repeats: int = REPEATS) -> Cost:
    """Return the median seconds, and the most memory, of some processes."""
    costs = [cost(verb, path) for _ in range(repeats)]
    return Cost(median(item.seconds for item in costs), max(item.memory for item in costs))


def show(what: str, cost: Cost, bar: float, memory: float) -> bool:
    """Print a line for the seconds and one for the memory; return whether a bar was missed."""
    seconds_missed, memory_missed = cost.seconds > bar, cost.memory > memory
    limit = span(bar) if bar < float("inf") else "-"
    print(f"{what:44}{span(cost.seconds):>12}{limit:>12}  {_word(seconds_missed)}")
    print(f"{'    memory':44}{cost.memory:9.0f} MB{memory:9.0f} MB  {_word(memory_missed)}")
    sys.stdout.flush()
    return seconds_missed or memory_missed


def _word(missed: bool) -> str:
    return "OVER" if missed else "ok"


def measure(folder: Path, count: int, *, folded: bool) -> Iterator[bool]:
    """Print the lines of a number of runs; yield whether a bar was missed."""
    bars = BARS[min(size for size in BARS if size >= count)]
    print(f"\n== {count:,} runs{', folded' if folded else ''}")
    path = scale_repos.make(folder / f"runs{count}{folded}", count, folded=folded)
    (path / "train.py").write_text("print(2)\n")
    time.sleep(SETTLED)
    store.forget(f"{path}/.git")
    yield show("index from nothing: top m0", cost("top m0", path), bars.index, bars.memory)
    yield show("ls -n 20", often("ls -n 20", path), bars.ls, bars.memory)
    for verb in RANKED:
        yield show(verb, often(verb, path), bars.top, bars.memory)
    newest = git(path, "for-each-ref", "--sort=-refname", "refs/runs/digits").split("/")[-1][:24]
    names = (newest, newest[-8:], scale_repos.NAME, "nobody")
    for verb in (*(f"show {name}" for name in names), "note @ text", *TABS):
        yield show(verb, often(verb, path), bars.address, bars.memory)
    for verb in EVERYTHING if count <= VERBS_OF_ALL else EVERYTHING[:1]:
        yield show(verb, often(verb, path, 1), float("inf"), bars.memory)
    if count <= VERBS_OF_ALL:
        limit = 15.0 if count == FOLDED else float("inf")
        yield show("doctor", often("doctor", path, 1), limit, bars.memory)
    for number, verb in enumerate(("ls -n 20", *RANKED[:3])):
        start = scale_repos.LAST + scale_repos.INTERVAL * NEW * (number + 1)
        scale_repos.add(path, NEW, start=start)
        time.sleep(SETTLED)
        yield show(f"{verb}, after {NEW:,} new runs", cost(verb, path), bars.after_new, bars.memory)


def many_metrics(folder: Path) -> Iterator[bool]:
    """Print the lines of 100 runs of 1,001 metrics, beside 100 runs of 5; yield whether a bar was missed."""
    print("\n== 100 runs of 1,001 metrics, at most 1.5 x those of 5 metrics, and 3 git processes")
    few = scale_repos.with_metrics(folder / "few", 100, 5)
    many = scale_repos.with_metrics(folder / "many", 100, 1_001)
    time.sleep(SETTLED)
    for path in (few, many):
        cost("top m0", path)
    for verb in ("ls", *RANKED):
        pairs = [(cost(verb, few), cost(verb, many)) for _ in range(2 * REPEATS)]
        usual, large = (
            median(item.seconds for item in column) for column in zip(*pairs, strict=True)
        )
        memory = max(item.memory for _, item in pairs)
        yield show(verb, Cost(large, memory), 1.5 * usual, BARS[1_000].memory)
        count = processes(verb, many)
        print(f"{'    git processes':44}{count:12}{3:12}  {_word(count > 3)}")
        yield count > 3


def processes(verb: str, path: Path) -> int:
    """Return how many git processes ``git track VERB`` starts."""
    trace = path.parent / "trace"
    os.environ["GIT_TRACE2_EVENT"] = str(trace)
    cost(verb, path)
    del os.environ["GIT_TRACE2_EVENT"]
    text = trace.read_text() if trace.exists() else ""
    trace.unlink(missing_ok=True)
    return text.count('"event":"start"')


TABS = ("__complete -- show 2", "__complete -- top m")


def main(words: Sequence[str]) -> int:
    """Print the lines of each number of runs; 1 if a bar was missed."""
    numbers = [int(word.replace(",", "")) for word in words if word != METRICS]
    counts = numbers if words else [1_000, 10_000, 100_000]
    missed = []
    with tempfile.TemporaryDirectory(prefix="gittrack-scale-") as folder:
        seal(Path(folder))
        missed += many_metrics(Path(folder)) if METRICS in words or not words else []
        for count in counts:
            if count <= FOLDED:
                missed += measure(Path(folder), count, folded=False)
            if count >= FOLDED:
                missed += measure(Path(folder), count, folded=True)
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
