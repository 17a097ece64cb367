"""Two things side by side: alternating repetitions, medians, and a table of them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table; ``over`` is None where there is no bar to be over."""

    what: str
    ours: str
    theirs: str = ""
    measured: str = ""
    bar: str = ""
    over: bool | None = None


def alternate(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    repeats: int,
    *,
    warmup: int = 2,
    before: Callable[[], object] | None = None,
) -> tuple[float, float]:
    """Return the median seconds of both, called in turns; who goes first changes each time.

    ``before`` is called, untimed, before every single call.
    """
    times: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for number in range(-warmup, repeats):
        for call in (ours, theirs) if number % 2 else (theirs, ours):
            if before is not None:
                before()
            start = time.perf_counter()
            call()
            took = time.perf_counter() - start
            if number >= 0:
                times[call].append(took)
    return median(times[ours]), median(times[theirs])


def against(what: str, ours: float, theirs: float, bar: float | None, calls: int = 1) -> Row:
    """Return the row of a bar that is a multiple of the other side's time; None: only to compare."""
    ratio = ours / theirs
    shown = f"{ratio:.3f}" if ratio < 1 else f"{ratio:.2f}"
    both = span(ours / calls), span(theirs / calls)
    if bar is None:
        return Row(what, *both, shown)
    return Row(what, *both, shown, f"{bar:g} x", ratio > bar)


def more(what: str, ours: float, theirs: float, bar: float) -> Row:
    """Return the row of a bar that is so many seconds on top of the other side's time."""
    extra = ours - theirs
    return Row(
        what,
        span(ours),
        span(theirs),
        f"{'+' if extra > 0 else ''}{span(extra)}",
        f"+{span(bar)}",
        extra > bar,
    )


def most(what: str, value: float, bar: float, unit: str = "") -> Row:
    """Return the row of a number that has an upper limit."""
    return Row(what, f"{value:,.6g}{unit}", "", "", f"{bar:,g}{unit}", value > bar)


def span(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if abs(seconds) * factor >= 1:
            return f"{seconds * factor:.2f} {unit}"
    return f"{seconds * 1e6:.2f} us"


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the rows as a table, with what each came to."""
    told = {True: "OVER", False: "ok", None: ""}
    lines = [("what", "ours", "theirs", "ratio", "bar", "")]
    lines += [(*row[:5], told[row.over]) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    print(f"\n== {title}")
    for line in lines:
        first, *rest = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join([line[0].ljust(widths[0]), *rest]).rstrip() if first else "")
    sys.stdout.flush()


def quietly(argv: Sequence[str], cwd: Path) -> None:
    """Run a process to its end, its output thrown away.  Raises CalledProcessError."""
    null = subprocess.DEVNULL
    subprocess.run(argv, cwd=cwd, stdin=null, stdout=null, stderr=null, check=True)


def git(cwd: Path, *args: str, feed: bytes | None = None) -> str:
    """Run git and return its standard output."""
    done = subprocess.run(["git", *args], cwd=cwd, input=feed, capture_output=True, check=True)
    return done.stdout.decode().strip()


def cli() -> list[str]:
    """Return how to start the git-track that belongs to this interpreter."""
    beside = Path(sys.executable).with_name("git-track")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "gittrack"]
