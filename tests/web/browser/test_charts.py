"""Charts: zoom, crosshair, axes and files."""

from __future__ import annotations

import math
import re

import helpers
import pytest

from gittrack.web import search_demo

expect = pytest.importorskip("playwright.sync_api").expect


def record_two() -> None:
    """Record two runs, of which the second is better at every step."""
    for number, rate in enumerate((0.01, 0.1)):
        points = [{"train/loss": math.exp(-n * rate), "train/acc": n / 100} for n in range(100)]
        helpers.record(f"run {number}", *points)


@pytest.fixture
def charts(filled, served, page):
    """A page with the curves of two runs."""
    filled(record_two)
    page.goto(served.address)
    page.wait_for_selector(".chart")
    return page


def over(page, index=0):
    """Return the box of the part of a chart that follows the pointer."""
    return page.locator(".chart canvas.overlay").nth(index).bounding_box()


def inked(page):
    """Return how many pixels above the first chart are painted."""
    return page.locator(".chart canvas.overlay").first.evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return data.filter((value, i) => i % 4 === 3 && value > 0).length;
        }"""
    )


def drag(page, box):
    """Drag over a part of a chart."""
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=3)
    expect(page.locator(".tooltip:visible")).to_be_visible()  # the crosshair is there, too
    assert inked(page) > 100 * 100
    page.mouse.up()


def test_a_drag_zooms_all_charts_and_a_double_click_resets(charts):
    box = over(charts)
    drag(charts, box)
    expect(charts.get_by_role("button", name="reset zoom")).to_be_visible()
    expect(charts).to_have_url(re.compile("from="))
    charts.locator("body").press("x")  # a range of steps is none of seconds
    expect(charts).not_to_have_url(re.compile("from="))
    charts.locator("body").press("x")
    charts.locator("body").press("x")
    drag(charts, box)
    expect(charts).to_have_url(re.compile("from="))
    charts.locator(".chart canvas.overlay").nth(1).dblclick()
    expect(charts.get_by_role("button", name="reset zoom")).to_be_hidden()
    expect(charts).not_to_have_url(re.compile("from="))


def test_a_drag_goes_on_while_charts_change_their_places(charts):
    box = over(charts)
    charts.mouse.move(box["x"] + 100, box["y"] + 60)
    charts.mouse.down()
    charts.mouse.move(box["x"] + 200, box["y"] + 60)
    charts.evaluate("location.hash += '&perRow=1'")  # as if a run logged a new metric
    expect(charts.get_by_label("charts in a row")).to_have_value("1")
    charts.mouse.move(box["x"] + 200, box["y"] - 60)
    charts.mouse.move(box["x"] + 250, box["y"] - 60)
    charts.mouse.up()
    expect(charts).to_have_url(re.compile("from="))
    expect(charts.locator(".chart .plot").first).to_have_css("width", re.compile(r"[67]\d\d"))


def test_the_pointer_shows_values_and_the_other_chart_follows(charts):
    box = over(charts, 1)
    charts.mouse.move(box["x"] + 150, box["y"] + 60)
    readings = charts.locator(".tooltip:visible .reading .label")
    expect(readings).to_have_text(["run 0", "run 1"])
    expect(charts.locator(".tooltip:visible .reading").first).to_have_css("display", "flex")
    charts.mouse.move(box["x"] + 150, box["y"] - 40)
    expect(charts.locator(".tooltip:visible")).to_have_count(0)


def test_keys_change_the_axes(charts):
    charts.locator("body").press("y")
    charts.locator("body").press("x")
    expect(charts.get_by_label("log y")).to_be_checked()
    expect(charts.get_by_label("x axis")).to_have_value("time")
    expect(charts).to_have_url(re.compile("log=true"))


def test_smoothing_is_done_in_the_page(charts):
    asked = []
    charts.on("request", lambda request: asked.append(request.url))
    picture = charts.locator(".chart canvas").first
    before = picture.evaluate("canvas => canvas.toDataURL()")
    charts.locator("body").press("s")
    expect(charts.get_by_label("smoothing")).to_have_value("0.6")
    assert picture.evaluate("canvas => canvas.toDataURL()") != before
    assert not any("data/series" in url for url in asked)


def test_the_keyboard_reads_the_points_of_a_chart(charts):
    plot = charts.get_by_role("application").nth(1)
    expect(plot).to_have_accessible_name(re.compile("^train/loss: 2 curves from step 0 to step 99"))
    plot.focus()
    said = charts.locator("[role=status].hidden-text")
    for key in ("End", "ArrowLeft"):
        plot.press(key)
    expect(said).to_contain_text("at step 98, run 0, number 1 of 2 from above")
    plot.press("ArrowDown")
    expect(said).to_contain_text("train/loss 5.5452e-05 at step 98, run 1, number 2 of 2")
    expect(charts.locator(".tooltip:visible .hovered")).to_contain_text("run 1")
    expect(charts.locator("tbody tr.hover")).to_contain_text("run 1")
    expect(charts.locator(".chart .readout").first).to_have_text("0.98")  # the other chart follows
    plot.press("+")
    expect(charts).to_have_url(re.compile("from="))
    plot.press("0")
    expect(charts).not_to_have_url(re.compile("from="))
    assert plot.evaluate("plot => plot === document.activeElement")
    charts.evaluate("location.hash += '&from=1000&to=2000'")
    expect(plot).to_have_accessible_name("train/loss: nothing to draw")
    plot.press("0")
    expect(plot).to_have_accessible_name(re.compile("2 curves from step 0"))
    for key in ("End", "ArrowLeft", "ArrowDown"):
        plot.press(key)
    plot.press("Enter")
    expect(charts.get_by_role("heading", name="run 1")).to_be_visible()


def touch(page):
    """Return a function that puts fingers on the page; without fingers it lifts them."""
    session = page.context.new_cdp_session(page)

    def send(kind, *points):
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": fingers})

    return send


def test_two_fingers_zoom_and_one_moves(charts):
    box, send = over(charts), touch(charts)
    left, y = box["x"] + 66, box["y"] + 60  # the frame begins here
    send("Start", (left + 50, y))
    send("Move", (left + 100, y))
    expect(charts.locator(".tooltip:visible .reading")).to_have_count(2)
    expect(charts.get_by_role("button", name="reset zoom")).to_be_hidden()
    send("End")
    send("Start", (left + 100, y), (left + 200, y))
    send("Move", (left + 50, y), (left + 250, y))
    send("End")
    expect(charts.get_by_role("button", name="reset zoom")).to_be_visible()
    expect(charts).to_have_url(re.compile("from="))
    zoomed = [float(end) for end in re.findall(r"(?:from|to)=([\d.]+)", charts.url)]
    assert 0 < zoomed[0] < zoomed[1] < 99
    send("Start", (left + 100, y))
    send("Move", (left + 150, y))
    send("End")
    expect(charts).not_to_have_url(re.compile(f"from={zoomed[0]}"))
    moved = [float(end) for end in re.findall(r"(?:from|to)=([\d.]+)", charts.url)]
    assert moved[0] < zoomed[0]
    assert moved[1] - moved[0] == pytest.approx(zoomed[1] - zoomed[0])
    charts.get_by_role("button", name="zoom out").click()
    expect(charts).not_to_have_url(re.compile(f"from={moved[0]}"))
    wider = [float(end) for end in re.findall(r"(?:from|to)=(-?[\d.]+)", charts.url)]
    assert wider[1] - wider[0] == pytest.approx(2 * (moved[1] - moved[0]))


def test_a_tap_shows_values_until_the_next_one_elsewhere(charts):
    box, send = over(charts), touch(charts)
    send("Start", (box["x"] + 120, box["y"] + 60))
    send("End")
    expect(charts.locator(".tooltip:visible .reading")).to_have_count(2)
    send("Start", (5, 5))
    send("End")
    expect(charts.locator(".tooltip:visible")).to_have_count(0)


def test_a_dark_page_is_printed_in_the_colours_of_paper(charts):
    charts.get_by_role("button", name="theme").click(click_count=2)
    expect(charts.locator("html")).to_have_attribute("data-theme", "dark")
    charts.evaluate(
        """() => {
            window.brightest = () => { // channel of the labels of the first chart
                const context = document.querySelector(".chart canvas").getContext("2d");
                const { data } = context.getImageData(0, 0, 40, 180);
                return Math.max(...data.filter((_, i) => data[i - (i % 4) + 3] > 200 && i % 4 < 3));
            };
            document.title = window.brightest();
            addEventListener("paper", () => { document.title += ` ${window.brightest()}`; });
        }"""
    )
    assert b"/Subtype /Image" not in charts.pdf()  # lines and text; an overlay would be a white box
    screen, paper, after = (int(word) for word in charts.title().split())
    assert paper < 125 < screen == after
    expect(charts.locator("html")).not_to_have_attribute("data-paper", "")


def test_groups_are_means_with_a_band_that_is_in_the_address(project, served, page):
    for number in range(4):
        points = [{"loss": number + step / 10} for step in range(20)]
        helpers.record(f"run {number}", *points, config={"lr": number // 2, "seed": number})
    page.goto(served.address)
    expect(page.locator("tbody tr[data-key]")).to_have_count(4)  # keys are heard from now on
    expect(page.get_by_label("band of groups")).to_be_hidden()
    page.locator("body").press("g")
    lines = page.get_by_role("group", name="lines of the charts").get_by_role("button")
    expect(lines).to_have_text(["lr=1", "lr=0"])
    page.get_by_label("band of groups").select_option("min to max")
    expect(page).to_have_url(re.compile("band=range"))
    with page.expect_download() as download:
        page.get_by_role("button", name="save the points as CSV: loss").click()
    rows = download.value.path().read_text().splitlines()
    assert rows[:2] == ["group,step,loss,low,high,runs", "lr=1 (2),0,2.5,2,3,2"]
    lines.first.hover()
    expect(page.locator("tr.group.hover")).to_contain_text("lr=1")
    page.locator("tr.group").last.hover()
    expect(page.locator(".readout")).to_have_text("last 2.4")
    lines.first.click()  # hides it
    expect(lines.first).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("application", name="loss: 1 curve ")).to_be_visible()
    expect(page).to_have_url(re.compile("hidden="))
    page.reload()
    expect(page.get_by_label("band of groups")).to_have_value("range")
    expect(lines.first).to_have_attribute("aria-pressed", "false")


def test_charts_are_filtered_and_pinned(charts):
    charts.get_by_label("filter charts").fill("acc")
    expect(charts.locator(".chart")).to_have_count(1)
    charts.get_by_label("filter charts").fill("")
    charts.get_by_role("button", name="pin: train/loss").click()
    expect(charts.locator(".charts h2")).to_have_text(["pinned", "train/"])


def test_a_chart_is_saved_as_it_is_shown(charts):
    with charts.expect_download() as download:
        charts.get_by_role("button", name="save the points as CSV: train/loss").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "run,name,step,train/loss"
    assert len(lines) == 201


def test_full_screen_and_arrows(charts):
    charts.locator("tbody tr[data-key]").first.click()
    charts.get_by_role("button", name="full screen: train/acc").click()
    expect(charts.locator(".chart.full .label").first).to_have_text("train/acc")
    charts.locator("body").press("ArrowRight")
    expect(charts.locator(".chart.full .label").first).to_have_text("train/loss")
    charts.locator("body").press("Escape")
    expect(charts.locator(".chart.full")).to_have_count(0)
    expect(charts.locator("tr[aria-selected=true]")).to_have_count(1)  # Escape did nothing else


def test_an_old_browser_shows_what_a_file_needs(tmp_path, own_page):
    own_page.add_init_script("delete window.DecompressionStream")
    (tmp_path / "search.html").write_bytes(search_demo.page())
    own_page.goto((tmp_path / "search.html").as_uri())
    expect(own_page.locator("body")).to_contain_text("Firefox 113")


def test_the_search_demonstration_plays_and_hides_the_optimum(tmp_path, opened):
    (tmp_path / "search.html").write_bytes(search_demo.page())
    page = opened(tmp_path / "search.html")
    page.get_by_label("epochs spent").fill("9")
    expect(page.locator(".landscape p")).to_contain_text(["1 trial;", "1 trial;", "9 trials;"])
    axes = page.locator(".landscape .axis")
    expect(axes).to_contain_text(["dropout, from 0 to 0.8", "0.0001→ lr (log)1"] * 3)
    before = page.locator(".landscape canvas").first.evaluate("c => c.toDataURL()")
    page.get_by_label("show the landscape").check()
    assert page.locator(".landscape canvas").first.evaluate("c => c.toDataURL()") != before
    light = page.locator(".landscape canvas").first.evaluate("c => c.toDataURL()")
    page.emulate_media(color_scheme="dark")
    repainted = "light => document.querySelector('.landscape canvas').toDataURL() !== light"
    page.wait_for_function(repainted, arg=light)
    page.get_by_role("button", name="play").click()
    expect(page.get_by_role("button", name="pause")).to_be_visible()
