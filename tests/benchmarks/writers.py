"""Many writers at once: threads of one process, and processes, against git commands that make one commit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import repos
from measure import Row, git

import gittrack

WRITERS, ROUNDS = 64, 3
# One file, its tree, its commit and its ref: the least that records a run by hand.
_PLUMBING = (
    'blob=$(echo "$0" | git hash-object -w --stdin) && '
    'tree=$(printf "100644 blob %s\\trun.yaml\\n" "$blob" | git mktree) && '
    'git update-ref "refs/plain/$0" "$(git commit-tree -m run "$tree")"'
)
_RUN = "import gittrack; gittrack.init().finish()"


def rows(scratch: Path) -> Iterator[Row]:
    """Yield how many runs a second 64 writers record, as a part of what plain git commits."""
    place = repos.settled(repos.small(scratch / "threads"))
    yield _row("64 threads that record at once", place, _by_threads, _record, 0.6)
    place = repos.settled(repos.small(scratch / "processes"))
    yield _row("64 processes that record at once", place, _by_processes, _process, 0.3)


def _row(
    what: str,
    place: Path,
    at_once: Callable[[Callable[[Path, str], object], Path, int], float],
    ours: Callable[[Path, str], object],
    bar: float,
) -> Row:
    """Return the row of a speed that has a lower limit; both sides in turns."""
    speeds: dict[str, list[float]] = {"ours": [], "theirs": []}
    for turn in range(ROUNDS):
        speeds["ours"].append(at_once(ours, place, turn))
        speeds["theirs"].append(at_once(_plumbing, place, turn))
    mine, plain = median(speeds["ours"]), median(speeds["theirs"])
    runs = len(git(place, "for-each-ref", "refs/runs").splitlines())
    assert runs == WRITERS * ROUNDS, f"{runs} runs"
    ratio = mine / plain
    return Row(what, f"{mine:.0f} /s", f"{plain:.0f} /s", f"{ratio:.2f}", f">= {bar}", ratio < bar)


def _by_threads(write: Callable[[Path, str], object], place: Path, turn: int) -> float:
    def work(name: str) -> None:
        writer = write(place, name)
        if isinstance(writer, subprocess.Popen):
            assert writer.wait() == 0

    with ThreadPoolExecutor(WRITERS) as threads:
        begin = time.perf_counter()
        list(threads.map(work, [f"{turn}-{number}" for number in range(WRITERS)]))
        return WRITERS / (time.perf_counter() - begin)


def _by_processes(start: Callable[[Path, str], object], place: Path, turn: int) -> float:
    begin = time.perf_counter()
    writers = [start(place, f"{turn}-{number}") for number in range(WRITERS)]
    for writer in writers:
        code = writer.wait() if isinstance(writer, subprocess.Popen) else 0
        assert code == 0, f"exit status {code}"
    return WRITERS / (time.perf_counter() - begin)


def _record(place: Path, name: str) -> None:
    run = gittrack.init(name=name, repo=place, reinit="create_new")
    run.finish()


def _process(place: Path, name: str) -> subprocess.Popen[bytes]:
    null = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-c", _RUN], cwd=place, stdout=null, stderr=null)


def _plumbing(place: Path, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sh", "-ec", _PLUMBING, name], cwd=place)
