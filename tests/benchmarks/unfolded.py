"""Unfolded: what the user's own git costs beside runs with refs, as the background process leaves them.

A first repository has 1,000 runs, which keep their refs.  A second one has 10,299, of which it folds all but
99.  A third one has 100,000 folded runs and 2,000 of the last day, of which it folds all but 100;
`BENCH_RUNS` and `BENCH_REFS` are other numbers for it.  All are as a `git gc` leaves them, with one pack
and a commit graph; the one without runs, too.  The server is a git daemon, so only the processor time of
the user's side counts.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import folding
import repos
import scale_repos
from measure import Row, against, git

from gittrack import git as git_layer
from gittrack.tidy import quiet_fold

SMALL, MIDDLE = 1_000, 10_299
FOLDED = int(os.environ.get("BENCH_RUNS", "100000"))
REFS = int(os.environ.get("BENCH_REFS", "2000"))
REPEATS = 61
HOUR = 3600.0
MORE = "git commit -q --allow-empty -m more"
CALLS = {  # what is measured, and what comes before it
    "git status": ("git status", "true"),
    "git log --decorate": ("git log -20 --decorate", "true"),
    "git switch -c": ("git switch -q -C next", "git switch -q main"),
    "git fetch, nothing new": ("git fetch -q origin", "git switch -q main"),
    "git fetch, one commit": (
        "git fetch -q origin",
        f"cd ../theirs-$0 && {MORE} && git push -q origin main",
    ),
    "git push, one commit": ("git push -q -f origin main:mine", MORE),
}


def rows(scratch: Path) -> Iterator[Row]:
    """Yield each call of git in both repositories, against one without runs."""
    none = repos.small(scratch / "none")
    small = scale_repos.make(scratch / "small", SMALL, folded=False)
    middle = scale_repos.make(scratch / "middle", MIDDLE, folded=False)
    large = scratch / "large"
    scale_repos.make(large, FOLDED + REFS, folded=True, with_refs=REFS)
    for path in (small, middle):
        quiet_fold.run(git_layer.find(path), scale_repos.LAST + 48 * HOUR)
    quiet_fold.run(git_layer.find(large), scale_repos.LAST + HOUR)
    with _server(scratch) as address:
        for path in (none, small, middle, large):
            git(path, "gc", "-q")
            _connect(scratch, address, path)
        for path, bar in ((small, 1.0), (middle, 1.1), (large, 1.2)):
            count = len(git(path, "for-each-ref", "--format=1", "refs/runs").split())
            for name, call in CALLS.items():
                times = _alternate(call, path, none)
                yield against(f"{name}, {path.name}, {count:,} refs, against none", *times, bar)


@contextmanager
def _server(scratch: Path) -> Iterator[str]:
    """Serve all repositories of a folder while the block runs; yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--export-all", "--enable=receive-pack", "--listen=127.0.0.1", f"--port={port}"]
    daemon = subprocess.Popen(["git", "daemon", *words, f"--base-path={scratch}", str(scratch)])
    try:
        while True:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"git://127.0.0.1:{port}"
    finally:
        daemon.terminate()
        daemon.wait()


def _connect(scratch: Path, address: str, path: Path) -> None:
    """Give a repository newer commits, a server that has all of it, and a colleague who has its branches."""
    for number in range(folding.NEWER):
        git(path, "commit", "-q", "--allow-empty", "-m", f"work {number}")
    git(scratch, "clone", "-q", "--mirror", f"file://{path}", f"{path.name}.git")
    git(path, "remote", "add", "origin", f"{address}/{path.name}.git")
    git(path, "fetch", "-q", "origin")
    git(scratch, "clone", "-q", "--no-local", f"{path.name}.git", f"theirs-{path.name}")


def _alternate(call: tuple[str, str], ours: Path, theirs: Path) -> tuple[float, float]:
    """Return the median processor seconds of a call in both, called in turns."""
    measured, before = call
    times: dict[Path, list[float]] = {ours: [], theirs: []}
    for _ in range(REPEATS):
        for path, seconds in times.items():
            folding.run(before, path)
            seconds.append(folding.seconds(lambda path=path: folding.run(measured, path)))  # type: ignore[misc]
    return median(times[ours]), median(times[theirs])
