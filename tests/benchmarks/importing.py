"""Imports: what ``import gittrack`` adds to a program, and what must not come with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import repos
from measure import Row, alternate, more, most, quietly

HEAVY = {"numpy", "git", "yaml", "tabulate"}


def rows(scratch: Path) -> Iterator[Row]:
    """Yield the time of an import, then the heavy packages that come with it and with listings."""
    times = alternate(
        lambda: quietly([sys.executable, "-c", "import gittrack"], scratch),
        lambda: quietly([sys.executable, "-c", "import subprocess, argparse"], scratch),
        40,
    )
    yield more("import gittrack, against subprocess, argparse", *times, 0.040)
    times = alternate(
        lambda: quietly([sys.executable, "-c", "import gittrack; gittrack.init"], scratch),
        lambda: quietly([sys.executable, "-c", "import subprocess, argparse"], scratch),
        40,
    )
    row = more("    and gittrack.init, which loads the API", *times, 0)
    yield row._replace(bar="", over=None)
    repo = repos.with_runs(scratch / "repo", 100)
    for what, argv in (
        ("import gittrack", ["-c", "import gittrack"]),
        ("gittrack.init", ["-c", "import gittrack; gittrack.init"]),
        ("git-track ls", ["-m", "gittrack", "ls"]),
        ("git-track top m0", ["-m", "gittrack", "top", "m0"]),
    ):
        found = sorted(HEAVY & _imported(argv, repo))
        yield most(f"heavy packages after {what}", len(found), 0, f" {' '.join(found)}".rstrip())


def _imported(argv: Sequence[str], cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *argv],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
