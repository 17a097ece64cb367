"""One Chromium and one tab per worker, because a new tab costs as much as a test.

A test fails if the page has an error, or if it asks for anything outside of its server or file.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = bool(os.environ.get("BROWSER_TESTS_REQUIRED"))  # set by .ci/run: no test may be skipped
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-extensions"),
    *("--disable-component-update", "--no-first-run", "--mute-audio"),
    "--disable-features=SpareRendererForSitePerProcess,Translate,OptimizationHints,MediaRouter",
]
SIZE = {"width": 1400, "height": 800}
PATIENCE = 60_000  # milliseconds: a machine that does many things at once is slow, not wrong


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        sync_playwright = None
    if sync_playwright is None or CHROMIUM is None:
        missing = "playwright" if CHROMIUM else "chromium"
        assert not REQUIRED, f"{missing} is not installed"
        pytest.skip(f"needs {missing}")
    expect.set_options(timeout=PATIENCE)  # its own time is 5 s, whatever a context has
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


class Tab(NamedTuple):
    """A tab, and what went wrong in it."""

    page: Any
    problems: list[str]


def new_tab(browser: Any) -> Tab:
    """Open a tab that has cookies of its own."""
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(PATIENCE)
    tab = Tab(context.new_page(), [])
    add = tab.problems.append
    tab.page.on("pageerror", lambda error: add(str(error)))
    tab.page.on("console", lambda line: add(line.text) if is_error(line) else None)
    tab.page.on("request", lambda sent: add(sent.url) if is_outside(sent.url) else None)
    return tab


@pytest.fixture(scope="session")
def tab(browser) -> Tab:
    """The tab of all tests of a worker."""
    return new_tab(browser)


@pytest.fixture
def page(tab) -> Iterator[Any]:
    """An empty tab.  ``page.context.set_offline(True)`` takes the network away."""
    yield tab.page
    reset(tab.page)
    problems = tab.problems.copy()
    tab.problems.clear()
    assert problems == []


def reset(page: Any) -> None:
    """Empty a tab, so that the next test finds it as a new one."""
    page.goto("about:blank")
    page.mouse.up()
    page.mouse.move(0, 0)
    page.emulate_media(media="null", color_scheme="null")
    page.set_viewport_size(SIZE)
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.context.clear_permissions()


@pytest.fixture
def own_page(browser) -> Iterator[Any]:
    """A tab for a test that changes it for good."""
    tab = new_tab(browser)
    yield tab.page
    tab.page.context.close()
    assert tab.problems == []


@pytest.fixture(scope="session")
def templates() -> Iterator[Path]:
    """The folder of the repositories that several tests begin with."""
    with tempfile.TemporaryDirectory(prefix="gittrack-templates-") as folder:
        yield Path(folder)


@pytest.fixture
def filled(project, templates) -> Callable[[Callable[[], None]], None]:
    """Let a function record runs in the repository; the second time, they are copied."""

    def fill(record: Callable[[], None]) -> None:
        template = templates / f"{record.__module__}.{record.__qualname__}"
        if template.exists():
            shutil.rmtree(project)
            shutil.copytree(template, project, symlinks=True)
            os.chdir(project)
        else:
            record()
            shutil.copytree(project, template, symlinks=True)

    return fill


def is_error(line: Any) -> bool:
    """Return whether a line of the console is an error.

    An answer that says what is wrong is none, and neither is a script of a run that was blocked.
    """
    fine = ("Failed to load resource", "Blocked script execution in")
    return line.type == "error" and not line.text.startswith(fine)


def is_outside(url: str) -> bool:
    """Return whether an address is neither of this machine nor in the page itself."""
    return not url.startswith(("http://127.0.0.1:", "file:///", "data:", "blob:"))


@pytest.fixture
def opened(page) -> Callable[[Path], Any]:
    """Open a page that is one file, without a network."""

    def open_file(path: Path) -> Any:
        page.context.set_offline(True)
        page.goto(path.absolute().as_uri())
        return page

    return open_file
