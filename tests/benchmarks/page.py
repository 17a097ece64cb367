"""The page in Chromium: CPU seconds of all its processes until painted, against an empty page.

    python tests/benchmarks/page.py [CASE...]            prints a table; 1 if a bar is missed
    python tests/benchmarks/page.py ADDRESS SELECTOR     the same figure for any other page

It needs Chromium and playwright.  An empty page is opened before each measurement; figures are medians.
Bars are for a machine on which an empty page takes 0.12 s.  In brackets are the seconds that such a machine
would take: these are compared with the bars.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.request import urlopen

import page_browser
import page_repos
from measure import Row as Line
from measure import cli, show
from page_browser import EMPTY, Browser, heap, served

REPEATS = 5
MIB = 1 << 20
USUAL = 0.12  # seconds of an empty page on the machine of the bars
ROW, CHART = "tbody tr[data-key]", ".chart canvas"


class Opened(NamedTuple):
    """What one opening of a page took: of the page, and of an empty one just before."""

    seconds: float
    empty: float


def rows(scratch: Path, names: list[str]) -> Iterator[Line]:
    """Yield a line per bar of the cases with these names; without names, of all."""
    with page_browser.browser() as browser:
        for name, case in CASES.items():
            if not names or name in names:
                yield from case(browser, scratch / name)


def _open(browser: Browser, address: str, ready: str, then: Callable[[Any], object]) -> Opened:
    with browser.opened(EMPTY) as (_, empty):
        pass
    with browser.opened(address, ready) as (tab, seconds):
        then(tab)
    return Opened(seconds, empty)


def _line(what: str, times: list[Opened], bar: float) -> Line:
    seconds, empty = median(time.seconds for time in times), _empty(times)
    shown, over = _scaled(seconds, times, bar)
    return Line(what, shown, f"{empty:.2f} s", f"{seconds / empty:.1f}", f"{bar:g} s", over)


def _took(what: str, seconds: list[float], times: list[Opened], bar: float) -> Line:
    shown, over = _scaled(median(seconds), times, bar)
    return Line(what, shown, "", "", f"{bar:g} s", over)


def _scaled(seconds: float, times: list[Opened], bar: float) -> tuple[str, bool]:
    usual = seconds * USUAL / _empty(times)
    return f"{seconds:.2f} s ({usual:.2f})", usual > bar


def _empty(times: list[Opened]) -> float:
    return median(time.empty for time in times)


def _limit(what: str, value: float, bar: float, unit: str) -> Line:
    return Line(what, f"{value:.2f} {unit}", "", "", f"{bar:g} {unit}", value > bar)


def table(browser: Browser, scratch: Path) -> Iterator[Line]:
    """A table of 1,000 runs and 50 columns: opened, sorted, filtered."""
    names = ["id", "name", "status", "started", "duration", *(f"metrics.m{n}" for n in range(6))]
    names += [f"params.p{n}" for n in range(44)][:39]
    columns = "&".join(f"columns=%3D{name}" for name in names)
    actions: dict[str, list[float]] = {"sort": [], "search": [], "query": [], "scroll": []}

    def act(tab: Any) -> None:
        def took(name: str, action: Callable[[], object]) -> None:
            actions[name].append(browser.acted(tab, action))

        head = tab.locator("th[data-column='metrics.m0']").bounding_box()
        took("sort", lambda: tab.mouse.click(head["x"] + 8, head["y"] + 8))
        tab.wait_for_selector("th[aria-sort='descending']")
        took("scroll", lambda: tab.mouse.wheel(0, 3000))
        tab.get_by_label("search in the table").click()
        took("search", lambda: tab.keyboard.insert_text("failed"))
        tab.wait_for_timeout(500)  # the curves of the rows come when nobody types
        tab.get_by_label("filter", exact=True).click()
        tab.keyboard.insert_text("params.p1 < 50")

        def query() -> None:
            # Waiting for the table would ask it in each frame, which costs more than the page.
            with tab.expect_response(lambda answer: "data/series" in answer.url):
                tab.keyboard.press("Enter")

        took("query", query)

    with served(page_repos.wide(scratch, 1_000)) as server:
        address = f"{server.address}#{columns}"
        times = [_open(browser, address, ROW, act) for _ in range(REPEATS)]
    yield _line("1,000 runs x 50 columns", times, 0.6)
    for name, seconds in actions.items():
        yield _took(f"    {name}", seconds, times, 0.1)


def charts(browser: Browser, scratch: Path) -> Iterator[Line]:
    """Eight charts of 10 and of 100 runs, and a zoom."""
    for runs, points, bar in ((10, 1_000, 0.4), (100, 880, 0.5)):
        zooms: list[float] = []

        def zoom(tab: Any, zooms: list[float] = zooms) -> None:
            box = tab.locator(".chart canvas.overlay").first.bounding_box()
            tab.mouse.move(box["x"] + 90, box["y"] + 60)
            tab.mouse.down()
            tab.mouse.move(box["x"] + 200, box["y"] + 60)
            seconds = browser.acted(tab, tab.mouse.up)
            tab.wait_for_load_state("networkidle")
            zooms.append(seconds)

        with served(page_repos.curves(scratch / str(runs), runs, 8, points)) as server:
            keys = _keys(scratch / str(runs))
            selected = "&".join(f"selected=%3D{key}" for key in keys)
            address = f"{server.address}#panes=charts&{selected}"
            times = [_open(browser, address, CHART, zoom) for _ in range(REPEATS)]
        yield _line(f"8 charts x {runs} runs x {points:,} points", times, bar)
        yield _took("    zoom", zooms, times, 0.1)


def _keys(repo: Path) -> list[str]:
    argv = ["git", "for-each-ref", "--format=%(refname:lstrip=2)", "refs/runs"]
    return subprocess.run(argv, cwd=repo, capture_output=True, text=True, check=True).stdout.split()


def many(browser: Browser, scratch: Path) -> Iterator[Line]:
    """The first rows of 10,000 and of 100,000 runs, the memory of the page, and the server."""
    for count, bar in ((10_000, 0.8), (100_000, 1.5)):
        heaps: list[float] = []
        first: list[float] = []

        def weigh(tab: Any, heaps: list[float] = heaps) -> None:
            heaps.append(heap(tab))

        repo = page_repos.wide(scratch / str(count), count, 12, 5)
        for _ in range(3):
            with served(repo) as server, closing(urlopen(server.address)) as answer:
                answer.read(1)
                first.append(server.cpu())
        with served(repo) as server:
            times = [_open(browser, server.address, ROW, weigh) for _ in range(3)]
        yield _line(f"{count:,} runs: first rows", times, bar)
        yield _limit("    JavaScript heap", median(heaps) / MIB, 150, "MiB")
        yield _took("    server: CPU to the first byte", first, times, 0.2)


def file(browser: Browser, scratch: Path) -> Iterator[Line]:
    """The size of a page that is one file, and what it takes to open it."""
    repo = page_repos.curves(scratch, 100, 8, 1_000)
    target = scratch / "runs.html"
    subprocess.run([*cli(), "ui", "--file", target], cwd=repo, check=True, capture_output=True)
    from gittrack.web import one_file

    times = [_open(browser, target.as_uri(), CHART, lambda tab: None) for _ in range(3)]
    yield _line("one file, 100 runs x 8 metrics x 1,000 points", times, 0.6)
    yield _limit("    its size", target.stat().st_size / 1e6, 1.5, "MB")
    yield _limit("    without runs", len(one_file.join({})) / 1e3, 120, "KB")


CASES: dict[str, Callable[[Browser, Path], Iterator[Line]]] = {
    "table": table,
    "charts": charts,
    "many": many,
    "file": file,
}


def other(address: str, selector: str) -> Line:
    """Return the line of any page."""
    with page_browser.browser() as browser:
        times = [_open(browser, address, selector, lambda tab: None) for _ in range(REPEATS)]
    return _line(address, times, float("inf"))._replace(bar="", over=None)


def main(words: list[str]) -> int:
    """Print the table; 1 if a bar is missed, 2 if there is no such case."""
    logging.getLogger("gittrack").setLevel(logging.ERROR)
    if len(words) == 2 and "://" in words[0]:
        show("page", [other(*words)])
        return 0
    if unknown := [name for name in words if name not in CASES]:
        print(f"no such case: {unknown[0]}; there are: {', '.join(CASES)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="gittrack-page-") as folder:
        lines = list(rows(Path(folder), words))
    show("page: CPU seconds of all processes of the browser; theirs: an empty page", lines)
    return int(any(line.over for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
