"""The table and the charts of runs, on a server and in a file."""

from __future__ import annotations

import math
import re
from pathlib import Path

import helpers
import pytest

import gittrack
from gittrack.cli.commands import _browser
from gittrack.web import windows

expect = pytest.importorskip("playwright.sync_api").expect


def record_three() -> None:
    """Record three runs, the second one the best."""
    for number, rate in enumerate((0.1, 0.01, 0.001)):
        points = [
            {"loss": math.exp(-step * rate), "accuracy": 0.5 + number % 2 / 4} for step in range(50)
        ]
        helpers.record(f"run {number}", *points, config={"lr": rate, "depth": 4})


@pytest.fixture
def recorded(project, filled) -> Path:
    """Three runs, the second one the best."""
    filled(record_three)
    return project


def names(page) -> list[str]:
    """Return the names of the runs in the table, from top to bottom."""
    return page.locator("tbody tr[data-key] td:nth-child(2)").all_inner_texts()


def test_the_page_shows_the_table_and_the_curves(recorded, served, page):
    page.goto(served.address)
    page.wait_for_selector(".chart")
    expect(page).to_have_url(f"http://127.0.0.1:{served.server.port}/")
    assert names(page) == ["run 2", "run 1", "run 0"]
    assert page.locator(".constants").inner_text() == "depth=4"
    assert page.locator(".chart h3 .label").all_inner_texts() == ["accuracy", "loss"]
    assert inked(page, ".chart canvas") > 100


def test_the_file_that_opens_the_page_hands_the_cookie_over(recorded, served, page):
    with _browser.redirection(served.address, str(recorded / ".git/gittrack")) as file:
        page.goto(file)
        expect(page).to_have_url(f"http://127.0.0.1:{served.server.port}/")
        expect(page.locator("tbody tr[data-key]")).to_have_count(3)
    assert names(page) == ["run 2", "run 1", "run 0"]
    page.reload()
    expect(page.locator("tbody tr[data-key]")).to_have_count(3)


def test_a_click_sorts_by_the_best(recorded, served, page):
    page.goto(served.address)
    page.get_by_role("button", name="accuracy", exact=True).click()
    assert names(page)[0] == "run 1"
    page.get_by_role("button", name="loss", exact=True).click()
    assert names(page) == ["run 0", "run 1", "run 2"]
    expect(page).to_have_url(re.compile("sort=.*loss"))  # the order is in the address
    page.reload()
    page.wait_for_selector("tbody tr[data-key]")
    assert names(page) == ["run 0", "run 1", "run 2"]


def test_a_query_filters_and_its_mistakes_are_shown(recorded, served, page):
    page.goto(served.address)
    box = page.get_by_role("searchbox", name="filter", exact=True)
    box.fill("lr < 0.05")
    box.press("Enter")
    expect(page.locator("tbody tr[data-key]")).to_have_count(2)
    box.fill("lr <")
    box.press("Enter")
    page.get_by_role("alert").get_by_text("in the query, column").wait_for()
    assert box.get_attribute("aria-invalid") == "true"
    assert box.evaluate("box => box.selectionStart") == 3
    assert len(names(page)) == 2


def inked(page, selector: str) -> int:
    """Return how many pixels of a canvas are painted."""
    return page.eval_on_selector(
        selector,
        """canvas => {
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            return data.filter((value, i) => i % 4 === 3 && value > 0).length;
        }""",
    )


def test_a_file_shows_the_same_without_a_network(recorded, opened):
    done = helpers.look("ui", "--file", "runs.html")
    assert done.code == 0, done.err
    page = opened(Path("runs.html"))
    page.wait_for_selector(".chart")
    assert names(page) == ["run 2", "run 1", "run 0"]
    assert page.locator(".chart h3 .label").all_inner_texts() == ["accuracy", "loss"]
    assert inked(page, ".chart canvas") > 100
    page.get_by_role("button", name="accuracy", exact=True).click()
    assert names(page)[0] == "run 1"


def test_a_notebook_shows_the_page_in_a_frame(recorded, page):
    Path("notebook.html").write_text(gittrack.runs().show()._repr_html_())
    page.goto(Path("notebook.html").absolute().as_uri())
    frame = page.frame_locator("iframe")
    expect(frame.locator(".chart")).to_have_count(2)
    frame.get_by_role("button", name="accuracy", exact=True).click()
    expect(frame.locator("tbody tr[data-key]").first).to_contain_text("run 1")


def test_of_many_runs_the_rows_in_sight_are_asked_for(project, served, page, monkeypatch):
    for number in range(12):
        helpers.record(f"run {number}", {"loss": (number * 5) % 12 * 1.0})
    for name, value in {"_WITHOUT_CACHE": 3, "MOST_ROWS": 4, "WINDOW": 3}.items():
        monkeypatch.setattr(windows, name, value)
    with page.expect_request("**/data/runs*offset=*"):
        page.goto(served.address)
    rows = page.locator("tbody tr[data-key]")
    expect(rows).to_have_count(12)
    assert names(page) == [f"run {number}" for number in range(11, -1, -1)]
    page.get_by_role("columnheader", name="loss").get_by_role("button").click()
    expect(rows.first).to_contain_text("run 0")
    expect(rows).to_have_count(12)
    assert [int(name[4:]) * 5 % 12 for name in names(page)] == list(range(12))
    with page.expect_request("**/data/runs*limit=12*") as request:
        page.get_by_label("search in the table").fill("loss=7")
    expect(rows).to_have_count(1)
    assert "offset" not in request.value.url
    page.get_by_label("search in the table").fill("")
    expect(rows).to_have_count(12)
    page.get_by_label("group by").select_option("STATUS")
    expect(page.locator("tbody tr[data-group]")).to_contain_text("5.5 ± 3.6 (12)")


def test_groups_of_more_runs_than_a_page_holds_come_from_the_server(
    project, served, own_page, monkeypatch
):
    for number in range(12):
        config = {"lr": 0.1 * (number % 6), "seed": number}
        helpers.record(f"run {number}", {"loss": number % 6 + number / 100}, config=config)
    for name, value in {"_WITHOUT_CACHE": 3, "MOST_ROWS": 4}.items():
        monkeypatch.setattr(windows, name, value)

    def hold_few(route):
        script = route.fetch().text().replace("MOST_WHOLE = 20_000", "MOST_WHOLE = 5")
        route.fulfill(body=script, content_type="text/javascript")

    page = own_page
    page.route("**/static/*.js", hold_few)
    page.goto(served.address)
    runs, groups = page.locator("tbody tr[data-key]"), page.locator("tbody tr[data-group]")
    expect(runs).to_have_count(12)
    page.get_by_label("group by").select_option("lr")
    expect(groups).to_have_count(6)
    expect(groups.first).to_contain_text("lr=0.5  (2 runs)")
    expect(groups.first).to_contain_text("5.08 ± 0.042 (2)")
    expect(page.locator(".legend")).to_contain_text("lr=0.5")
    groups.first.click()
    expect(runs).to_have_count(2)
    assert names(page) == ["5.11", "5.05"]  # of groups, the metrics come first
    page.get_by_role("columnheader", name="loss").get_by_role("button").click()
    expect(groups.first).to_contain_text("lr=0  (2 runs)")
    page.get_by_label("search in the table").fill("seed=7")
    expect(groups).to_have_count(1)
    page.get_by_label("search in the table").fill("")
    page.get_by_role("button", name="remove: lr").click()
    expect(groups).to_have_count(0)
    expect(runs).to_have_count(12)
