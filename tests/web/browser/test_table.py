"""The table of runs: groups, picking, columns, baseline, sweeps, copies."""

from __future__ import annotations

import json
from pathlib import Path

import helpers
import pytest

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def table(project, served, page):
    """A page with two configurations of three seeds each."""
    for rate in (0.1, 0.2):
        for seed in (1, 2, 3):
            helpers.record(
                f"lr {rate} seed {seed}", {"loss": rate * seed}, config={"lr": rate, "seed": seed}
            )
    page.goto(served.address)
    expect(page.locator("tbody tr[data-key]")).to_have_count(6)
    return page


def test_groups_have_the_numbers_of_top(table):
    table.get_by_label("group by").select_option("all except seed")
    groups = table.locator("tbody tr[data-group]")
    expect(groups).to_have_count(2)
    expected = json.loads(helpers.look("top", "loss", "--over", "seed", "--json").out)["groups"]
    for group in expected:
        number = f"{group['mean']:.5g} ± {group['std']:.2g} ({group['n']})"
        row = groups.filter(has_text=f"lr={group['params']['lr']}")
        expect(row).to_contain_text(number)
    groups.first.click()
    expect(table.locator("tbody tr[data-key]")).to_have_count(3)
    assert "group=%3D-seed" in table.url
    table.get_by_role("button", name="remove: all except seed").click()
    expect(table.locator("tbody tr[data-key]")).to_have_count(6)


def test_search_in_the_rows_of_a_file(table, opened):
    assert helpers.look("ui", "--file", "runs.html").code == 0
    page = opened(Path("runs.html"))
    page.get_by_label("search in the table").fill("lr=0.2 seed=3")
    expect(page.locator("tbody tr[data-key]")).to_have_count(1)
    page.get_by_label("search in the table").fill("")
    page.get_by_label("search in the table").press("Escape")
    page.locator("body").press("g")
    expect(page.locator("tbody tr[data-group]")).to_have_count(2)
