"""Folding: what the user's own git costs with 100,000 runs, as refs and folded, against none at all.

`BENCH_RUNS` is another number of runs.  Processor time counts, of git and of what it starts.  The branch has
some commits that are newer than the folded runs, as 30 days later: until then, a fetch may take 10 ms more.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import repos
from measure import Row, against, git

from gittrack import git as git_layer
from gittrack.tidy import fold, fold_plan

COUNT = int(os.environ.get("BENCH_RUNS", "100000"))
BARS = {10_000: 1.1}
REPEATS = 15
NEWER = 10  # commits
LATER = 4e9  # seconds since 1970: after the end of every run
CALLS = {
    "git status": "git status",
    "git log --decorate": "git log -20 --decorate",
    "git switch -c": "git switch -q -c next && git switch -q main && git branch -q -D next",
    "git fetch, nothing new": "git fetch -q origin",
    "git fetch, one commit": (
        "git -C ../theirs-$0 commit -q --allow-empty -m more &&"
        " git -C ../theirs-$0 push -q origin main && git fetch -q origin"
    ),
    "git push, one commit": "git commit -q --allow-empty -m more && git push -q -f origin main:mine",
}


def rows(scratch: Path) -> Iterator[Row]:
    """Yield each call of git in a repository with folded runs and without runs, then with all refs."""
    bare = repos.small(scratch / "none")
    many = repos.with_runs(scratch / "many", COUNT)
    folded = scratch / "folded"
    subprocess.run(["cp", "-r", many, folded], check=True)
    before = seconds(lambda: _fold(folded))
    yield Row(f"fold {COUNT:,} runs", f"{before:.1f} s")
    for path in (bare, many, folded):
        _connect(scratch, path)
    bar = BARS.get(COUNT, 1.2)
    for state, limit in ((folded, bar), (many, None)):
        for name, call in CALLS.items():
            ours, theirs = _alternate(call, state, bare)
            yield against(f"{name}, {COUNT:,} runs {state.name}, against none", ours, theirs, limit)
    git(many, "commit-graph", "write", "--reachable")
    ours, theirs = _alternate(CALLS["git fetch, nothing new"], many, bare)
    yield against("git fetch, nothing new, with a commit graph", ours, theirs, None)


def _fold(path: Path) -> None:
    repo = git_layer.find(path)
    done = fold.fold(repo, fold_plan.plan(repo, 0, LATER).members)
    assert done.runs == COUNT, done


def _connect(scratch: Path, path: Path) -> None:
    """Give a repository newer commits, a remote that has all of it, and a colleague who has its branches."""
    for number in range(NEWER):
        git(path, "commit", "-q", "--allow-empty", "-m", f"work {number}")
    remote = scratch / f"{path.name}.git"
    git(scratch, "clone", "-q", "--mirror", f"file://{path}", str(remote))
    git(path, "remote", "add", "origin", f"file://{remote}")
    git(path, "fetch", "-q", "origin")
    git(scratch, "clone", "-q", f"file://{remote}", f"theirs-{path.name}")


def _alternate(call: str, ours: Path, theirs: Path) -> tuple[float, float]:
    """Return the smallest processor seconds of a call in both, called in turns."""
    times: dict[Path, list[float]] = {ours: [], theirs: []}
    for _ in range(REPEATS):
        for path, spent in times.items():
            spent.append(seconds(lambda path=path: run(call, path)))  # type: ignore[misc]
    return min(times[ours]), min(times[theirs])


def run(call: str, path: Path) -> None:
    """Run a line of shell in a repository, whose name is ``$0``."""
    subprocess.run(["sh", "-e", "-c", call, path.name], cwd=path, check=True, capture_output=True)


def seconds(call: Callable[[], object]) -> float:
    """Return the processor seconds of a call, here and in the processes that it starts."""
    before = [resource.getrusage(who) for who in _WHO]
    call()
    after = [resource.getrusage(who) for who in _WHO]
    return sum(
        late.ru_utime + late.ru_stime - early.ru_utime - early.ru_stime
        for early, late in zip(before, after, strict=True)
    )


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
