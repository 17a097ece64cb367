"""Sharing: push and pull against plain git on the same refs, in CPU seconds of all processes.

What a start costs is left out, and given in rows of its own: of Python with the command line
(``git track --version``) if nothing is new, else with all modules (``git track remote --help``).
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import repos
import sharing_hosts
from measure import Row, against, git

COUNTS = {1_000: 5, 10_000: 3}  # runs: repeats
RUNS = "refs/runs/*:refs/runs/*"
TRACK = (sys.executable, "-m", "gittrack")


def rows(scratch: Path) -> Iterator[Row]:
    """Yield pushes and pulls of all runs, of none, of the newest 100, and what colleagues notice."""
    start, light = (
        min(cpu(scratch, [*TRACK, *words]) for _ in range(5))
        for words in (("remote", "--help"), ("--version",))
    )
    yield Row("start of git track, with all modules", f"{start * 1e3:.0f} ms")
    yield Row("start of git track --version", f"{light * 1e3:.0f} ms")
    for count, repeats in COUNTS.items():
        yield from _of(Team(scratch / str(count), count), repeats, start, light)


class Team:
    """A person with runs, an empty server, and a person without runs; all of them can be made again."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        self.source = repos.with_runs(folder / "source", count, points=100)
        git(self.source, "remote", "add", "origin", f"file://{folder}/server.git")
        self.renew()

    def renew(self) -> None:
        """Make the server and the other person again, both without runs."""
        for name, options in (("server.git", ["--bare"]), ("other", [])):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            git(self.folder, "init", "-q", *options, name)
        git(self.other, "remote", "add", "origin", f"file://{self.folder}/server.git")

    @property
    def other(self) -> Path:
        return self.folder / "other"


def _of(team: Team, repeats: int, start: float, light: float) -> Iterator[Row]:
    push, pull = [*TRACK, "push", "--yes", "origin"], [*TRACK, "pull"]
    theirs: dict[str, list[float]] = {}
    ours: dict[str, list[float]] = {}

    def measured(times: dict[str, list[float]], what: str, cwd: Path, argv: Sequence[str]) -> None:
        times.setdefault(what, []).append(cpu(cwd, argv))

    for _ in range(repeats):
        team.renew()
        measured(theirs, "push", team.source, ["git", "push", "-q", "origin", RUNS])
        measured(theirs, "pull", team.other, ["git", "fetch", "-q", "origin", RUNS])
        team.renew()
        measured(ours, "push", team.source, push)
        measured(ours, "pull", team.other, pull)
        for words, cwd in ((push, team.source), (pull, team.other)):
            cpu(cwd, words)  # this one remembers that nothing is new
        for _ in range(5):
            measured(theirs, "new", team.source, ["git", "ls-remote", "origin"])
            measured(ours, "push nothing", team.source, push)
            measured(ours, "pull nothing", team.other, pull)
        everything = list(ours["pull"])
        shutil.rmtree(team.other)
        git(team.folder, "init", "-q", "other")
        git(team.other, "remote", "add", "origin", f"file://{team.folder}/server.git")
        measured(ours, "newest", team.other, [*pull, "-n", "100"])
    net = {
        what: median(times) - (light if what.endswith("nothing") else start)
        for what, times in ours.items()
    }
    plain = {what: median(times) for what, times in theirs.items()}
    label = f"{team.count:,} runs"
    yield against(f"push {label}, against git push", net["push"], plain["push"], 1.3)
    yield against(f"pull {label}, against git fetch", net["pull"], plain["pull"], 1.3)
    yield against(
        f"push nothing, {label}, against ls-remote", net["push nothing"], plain["new"], 1.2
    )
    yield against(
        f"pull nothing, {label}, against ls-remote", net["pull nothing"], plain["new"], 1.2
    )
    whole = median(everything) - start
    yield against(f"the newest 100 of {label}, against all", net["newest"], whole, 0.2)
    server = team.folder / "server.git"
    yield from sharing_hosts.nothing_new(team.source, server)
    yield from sharing_hosts.colleague(team.source, server)


def cpu(cwd: Path, argv: Sequence[str]) -> float:
    """Return the CPU seconds of a command and of all processes that it waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(argv, cwd=cwd, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr.decode()
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
