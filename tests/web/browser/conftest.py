"""One Chromium per worker, and a new context per test.

A test fails if the page has an error, or if it asks for anything outside of its server or file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = bool(os.environ.get("BROWSER_TESTS_REQUIRED"))  # set by .ci/run: no test may be skipped
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-extensions"),
    *("--disable-component-update", "--no-first-run", "--mute-audio"),
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if sync_playwright is None or CHROMIUM is None:
        missing = "playwright" if CHROMIUM else "chromium"
        assert not REQUIRED, f"{missing} is not installed"
        pytest.skip(f"needs {missing}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser) -> Iterator[Any]:
    """A tab.  ``page.context.set_offline(True)`` takes the network away."""
    context = browser.new_context(viewport={"width": 1400, "height": 800})
    context.set_default_timeout(20_000)
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("console", lambda line: problems.append(line.text) if is_error(line) else None)
    tab.on("request", lambda sent: problems.append(sent.url) if is_outside(sent.url) else None)
    yield tab
    context.close()
    assert problems == []


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
