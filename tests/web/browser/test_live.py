"""A run that another process records appears, goes on and ends on the page without a reload."""

from __future__ import annotations

import sys

import helpers
import pytest

expect = pytest.importorskip("playwright.sync_api").expect
LIVE = """
import gittrack, sys
run = gittrack.init(name="live")
for step in range(3):
    run.log({"loss": 1.0 / (step + 1)})
print("began", flush=True)
sys.stdin.readline()
run.log({"loss": 0.125})
print("logged", flush=True)
sys.stdin.readline()
"""


def test_a_run_begins_goes_on_and_ends(project, served, page):
    helpers.record("first", {"loss": 1.0})
    page.goto(served.address)
    rows = page.locator("tbody tr[data-key]")
    expect(rows).to_have_count(1)
    process = helpers.start(sys.executable, "-c", LIVE)
    process.stdout.readline()
    expect(rows).to_have_count(2)
    live = rows.first
    expect(live).to_contain_text("running")
    expect(live).to_contain_text("0.33333")
    for row in rows.all():
        row.click()
    compared = page.get_by_role("region", name="What differs").get_by_role("region", name="Metrics")
    expect(compared).to_contain_text("0.33333")
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()
    expect(live).to_contain_text("0.125")
    expect(compared).to_contain_text("0.125")
    process.communicate("\n")
    expect(live).to_contain_text("finished")
