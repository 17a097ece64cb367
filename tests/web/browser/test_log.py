"""The log of a run: its colours, its search, its parts, and what a live run prints next."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import helpers
import pytest

expect = pytest.importorskip("playwright.sync_api").expect
LIVE = r"""
import sys
print("\x1b[1;32mbegan\x1b[0m\n10 %\r20 %\n<b>\x1b]0;title\x07" + "\u202e", flush=True)
sys.stdin.readline()
print("went on", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def live(project):
    """A run that goes on and prints."""
    Path("live.py").write_text(LIVE)
    process = helpers.start(
        sys.executable, "-m", "gittrack", "run", "-n", "live", "--", sys.executable, "live.py"
    )
    process.stdout.readline()
    yield process
    process.communicate("\n\n")


def test_a_log_is_followed_and_read_by_parts(live, served, page):
    page.goto(served.address)
    page.locator("tbody tr[data-key]").first.dblclick()
    console = page.get_by_role("log")
    expect(console.locator("p")).to_have_text(["began", "20 %", r"<b>\u202e"])
    expect(console.locator(".bold.fg2")).to_have_text("began")
    expect(page.get_by_label("follow")).to_be_checked()
    live.stdin.write("\n")
    live.stdin.flush()
    live.stdout.readline()
    expect(console).to_contain_text("went on")
    page.get_by_label("search in the log").fill("20")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 of 1 lines")).to_be_visible()
    expect(console.locator(".here.match")).to_have_text("20 %")


def test_a_log_that_is_printed_too_early_says_so(project, served, page):
    assert helpers.run_cli("run", "--", sys.executable, "-c", "print('began')").code == 0
    waiting = []
    page.route("**/data/log*", lambda route: waiting.append(route))
    page.goto(served.address)
    page.locator("tbody tr[data-key]").first.dblclick()
    page.emulate_media(media="print")
    note = page.get_by_role("log").locator(".loading")
    expect(note).to_have_text("loading")
    after = "node => getComputedStyle(node, '::after').content"
    assert note.evaluate(after) == '"; print again in a moment"'
    waiting[0].continue_()
    expect(page.get_by_role("log").locator("p")).to_have_text(["began"])
    expect(note).to_have_count(0)
    page.unroute("**/data/log*")  # the next test has the same tab


def test_a_long_log_is_shown_by_parts_and_searched_in_whole(project, served, page):
    Path("long.py").write_text("for n in range(9_000): print('line', n, 'x' * 80)")
    done = helpers.run_cli("run", "--", sys.executable, "long.py")
    assert done.code == 0, done.err
    page.goto(served.address)
    page.locator("tbody tr[data-key]").first.dblclick()
    console = page.get_by_role("log")
    expect(console.locator("p").last).to_have_text(re.compile("^line 8999 x"))
    page.get_by_label("search in the log").fill("LINE 456")
    page.keyboard.press("Enter")
    expect(console.locator(".here")).to_have_text(re.compile("^line 456 "))
    expect(console.locator(".here")).to_be_in_viewport()
    page.keyboard.press("Shift+Enter")
    expect(console.locator(".here")).to_have_text(re.compile("^line 4569 "))
    for _ in range(4):
        end = console.locator("p").last
        before = str(end.text_content())
        end.evaluate("line => line.scrollIntoView()")
        expect(console.locator("p").last).not_to_have_text(before)
    assert console.locator("p").count() < 4_000
    page.get_by_role("button", name="beginning").click()
    expect(console.locator("p").first).to_have_text(re.compile("^line 0 "))


def test_a_page_that_is_printed_at_once_is_complete(project, served, page):
    assert helpers.run_cli("run", "--", sys.executable, "-c", "print('began')").code == 0
    is_late = lambda route: route.request.resource_type != "fetch" and route.continue_()  # noqa: E731
    log = page.get_by_role("log")
    for late in ("log", "run"):  # the log, and the view with all that is in it
        page.route(f"**/data/{late}?*", is_late)
        page.goto(served.address)
        page.locator("tbody tr[data-key]").first.dblclick()
        expect(page.get_by_text("loading", exact=True)).to_be_visible()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(log.locator("p")).to_have_text(["began"])
        page.unroute(f"**/data/{late}?*")
        page.reload()
