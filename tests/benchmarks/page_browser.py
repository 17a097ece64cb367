"""Chromium without a window, and the CPU seconds of all its processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from measure import cli

EMPTY = "data:text/html,<title>empty</title><p>empty</p>"
_SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_SWITCHES += ("--disable-extensions", "--disable-component-update", "--no-first-run")
_TICKS = os.sysconf("SC_CLK_TCK")
# Two frames: what was changed is painted at the end of the first one.
_PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Browser(NamedTuple):
    """A browser that was started by `browser`."""

    chromium: Any

    def cpu(self) -> dict[int, float]:
        """Return the CPU seconds so far of each process of the browser."""
        return {pid: _seconds(pid) for pid in _children(os.getpid())}

    def since(self, before: dict[int, float]) -> float:
        """Return the CPU seconds since a look; those of a process that has ended do not count."""
        return sum(seconds - before.get(pid, 0.0) for pid, seconds in self.cpu().items())

    @contextmanager
    def opened(self, address: str, ready: str = "") -> Iterator[tuple[Any, float]]:
        """Open an address, and yield the tab and the CPU seconds until it was painted.

        It is painted when nothing was asked for during half a second; then it has an element for the selector
        ``ready``.  Waiting for the element would ask the page in each frame, which takes CPU of its own.  The
        start of the tab's own process, before an address is given, does not count.
        """
        context = self.chromium.new_context(viewport={"width": 1400, "height": 800})
        tab = context.new_page()
        before = self.cpu()
        tab.goto(address)
        tab.wait_for_load_state("networkidle")
        tab.evaluate(_PAINTED)
        seconds = self.since(before)
        try:
            assert not ready or tab.locator(ready).first.is_visible(), f"{address} has no {ready}"
            yield tab, seconds
        finally:
            context.close()

    def acted(self, tab: Any, action: Callable[[], object]) -> float:
        """Return the CPU seconds from an action until what it changed was painted."""
        before = self.cpu()
        action()
        tab.evaluate(_PAINTED)
        return self.since(before)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium, and end it."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_SWITCHES))
        yield Browser(chromium)
        chromium.close()


def heap(tab: Any) -> float:
    """Return the bytes of JavaScript objects of a tab that are in use."""
    session = tab.context.new_cdp_session(tab)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"])


class Server(NamedTuple):
    """A ``git track ui`` that was started by `served`."""

    process: subprocess.Popen[str]
    address: str

    def cpu(self) -> float:
        """Return the CPU seconds of the server, and of the processes that it has waited for."""
        fields = _fields(self.process.pid)
        return sum(map(int, fields[11:15])) / _TICKS


@contextmanager
def served(repo: Path) -> Iterator[Server]:
    """Serve the page of a repository by a process of its own."""
    argv = [*cli(), "ui", "--no-open", "--port", "0"]
    process = subprocess.Popen(argv, cwd=repo, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Server(process, process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()


def _children(parent: int) -> list[int]:
    """Return the processes of the browser: all below this process that are named like it."""
    parents = {int(path.name): path for path in Path("/proc").iterdir() if path.name.isdigit()}
    of = {}
    for pid in parents:
        if fields := _fields(pid):
            of[pid] = int(fields[1])
    below, size = {parent}, 0
    while len(below) > size:
        size = len(below)
        below |= {pid for pid, above in of.items() if above in below}
    return [pid for pid in below if "chrom" in _name(pid)]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def _fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name; empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _seconds(pid: int) -> float:
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


if sys.platform != "linux":
    sys.exit("the CPU seconds of a browser are read from /proc, so this needs Linux")
