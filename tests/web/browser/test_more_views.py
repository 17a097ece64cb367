"""The plots of many runs: scatter, parallel coordinates and importance, on a server and in a file."""

from __future__ import annotations

import re
from pathlib import Path

import helpers
import pytest

expect = pytest.importorskip("playwright.sync_api").expect


def record_six() -> None:
    """Record six runs over two params; the loss depends on the first alone."""
    for number in range(6):
        config = {"lr": 10.0 ** (number % 3 - 3), "kind": "ab"[number // 3]}
        helpers.record(f"run {number}", {"loss": 1.0 + number % 3}, config=config)


@pytest.fixture
def many(project, filled) -> Path:
    """Six runs over two params."""
    filled(record_six)
    return project


def in_file(page) -> None:
    """Go to the page of all runs in one file, without a network."""
    assert helpers.look("ui", "--file", "runs.html").code == 0
    page.context.set_offline(True)
    page.goto(Path("runs.html").absolute().as_uri())


def plotted(page):
    """Return the box of the plot."""
    return page.locator(".plot.large canvas").bounding_box()


def test_scatter_shows_and_opens_the_run_under_the_pointer(many, served, page):
    page.goto(served.address)
    page.set_viewport_size({"width": 390, "height": 844})
    last = page.get_by_role("button", name="Importance").bounding_box()
    assert last["x"] + last["width"] < 390  # all views can be reached on a telephone
    page.set_viewport_size({"width": 1400, "height": 800})
    page.get_by_role("button", name="Scatter").click()
    expect(page.get_by_label("log x")).to_be_checked()
    page.get_by_label("colour").select_option("params.kind")
    expect(page.locator(".legend > span")).to_have_text(["a", "b"])
    page.get_by_label("x", exact=True).select_option("params.kind")
    expect(page.get_by_label("log x")).to_be_disabled()
    page.get_by_label("x", exact=True).select_option("params.lr")
    page.locator("summary").press("Enter")
    expect(page.locator(".values tbody tr")).to_have_count(6)
    expect(page).to_have_url(re.compile("axes="))
    box = plotted(page)
    share = 0.04 / 1.08  # the margin beside the outermost point
    x = box["x"] + 70 + (box["width"] - 90) * share
    y = box["y"] + box["height"] - 42 - (box["height"] - 56) * share
    page.mouse.move(x, y)
    expect(page.locator(".tooltip:visible")).to_contain_text("lr: 0.001")
    expect(page.locator(".tooltip:visible")).to_contain_text("at the same place: run ")
    page.mouse.click(x, y)
    expect(page.get_by_role("heading", name="run ")).to_be_visible()


def test_plots_are_read_by_keyboard(many, served, page):
    page.goto(served.address)
    said = page.locator("[role=status].hidden-text")
    page.get_by_role("button", name="Scatter").click()
    plot = page.get_by_role("application")
    for key in ("Home", "ArrowUp", "ArrowUp"):  # two runs are at each place
        plot.press(key)
    expect(said).to_contain_text("loss: 2, at the same place: run ")
    page.get_by_role("button", name="Parallel").click()
    within = page.get_by_role("status").filter(has_text="brushes")
    for key in ("Home", "Shift+ArrowUp"):
        plot.press(key)
    expect(said).to_have_text("kind a, run 1")
    expect(within).to_have_text("3 of 6 runs are within the brushes")
    plot.press("Delete")
    expect(within).to_have_text("6 of 6 runs are within the brushes")
    plot.press("ArrowRight")
    expect(said).to_have_text("lr 0.01, run 1")
    plot.press("Enter")
    expect(page.get_by_role("heading", name="run ")).to_be_visible()


def test_scatter_in_a_file(many, page):
    in_file(page)
    page.get_by_role("button", name="Scatter").click()
    page.locator("summary").press("Enter")
    expect(page.locator(".values tbody tr").first).to_contain_text("run 5")


def test_a_brush_keeps_the_runs_in_it(many, served, page):
    page.goto(served.address)
    page.get_by_role("button", name="Parallel").click()
    within = page.get_by_role("status").filter(has_text="brushes")
    expect(within).to_have_text("6 of 6 runs are within the brushes")
    box = plotted(page)
    bottom, top = box["y"] + box["height"] - 14, box["y"] + 34
    left = box["x"] + 78
    page.mouse.move(left, bottom)
    page.mouse.down()
    page.mouse.move(left, bottom + 0.45 * (top - bottom), steps=2)
    page.mouse.up()
    expect(within).to_have_text("3 of 6 runs are within the brushes")
    page.locator("summary").press("Enter")
    expect(page.locator(".values tbody tr")).to_have_count(3)
    expect(page).to_have_url(re.compile("axes=.*brush"))
    page.reload()  # the brush is in the address
    expect(within).to_have_text("3 of 6 runs are within the brushes")
    page.get_by_role("button", name="remove all brushes").click()
    expect(within).to_have_text("6 of 6 runs are within the brushes")
    best = left + 0.75 * (box["width"] - 138)  # on the line of the smallest loss
    page.mouse.move(left + 0.5 * (box["width"] - 138), bottom)
    page.mouse.down()
    page.mouse.move(best, bottom, steps=2)
    page.mouse.up()
    expect(within).to_have_text("6 of 6 runs are within the brushes")  # no run was opened
    page.mouse.click(best, bottom)
    expect(page.get_by_role("heading", name="run ")).to_be_visible()


def test_parallel_coordinates_in_a_file(many, page):
    in_file(page)
    page.get_by_role("button", name="Parallel").click()
    page.get_by_label("kind").uncheck()
    page.locator("summary").press("Enter")
    expect(page.locator(".values thead th")).to_have_text(["run", "lr", "loss"])


@pytest.fixture
def searched(project) -> Path:
    """Sixteen runs of which the loss follows one of two params."""
    for number in range(16):
        helpers.record(None, {"loss": number / 2}, config={"lr": number + 1, "kind": number % 2})
    return project


def test_importance_has_bars_and_caveats_and_is_in_a_file(searched, served, page):
    page.goto(served.address)
    page.get_by_role("button", name="Importance").click()
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("larger values went with worse runs")
    assert first.locator(".share").bounding_box()["width"] > 200
    expect(page.get_by_role("region", name="caveats")).to_contain_text("judged alone")
    in_file(page)
    page.get_by_role("button", name="Importance").click()
    expect(page.get_by_label("metric")).to_have_value("metrics.loss")
    expect(page.locator("tbody tr").first).to_contain_text("lr")


def test_a_file_of_few_runs_says_why_it_has_no_importance(project, page):
    helpers.record("only", {"loss": 1.0})
    in_file(page)
    page.get_by_role("button", name="Importance").click()
    expect(page.get_by_role("alert").last).to_contain_text("needs five runs or more")
