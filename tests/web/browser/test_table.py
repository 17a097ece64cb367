"""The table of runs: groups, picking, columns, baseline, sweeps, copies."""

from __future__ import annotations

import json
import re
from pathlib import Path

import helpers
import pytest

from gittrack.web import one_file

expect = pytest.importorskip("playwright.sync_api").expect


def record_six() -> None:
    """Record two configurations of three seeds each."""
    for rate in (0.1, 0.2):
        for seed in (1, 2, 3):
            helpers.record(
                f"lr {rate} seed {seed}", {"loss": rate * seed}, config={"lr": rate, "seed": seed}
            )


@pytest.fixture
def table(filled, served, page):
    """A page with two configurations of three seeds each."""
    filled(record_six)
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
    expect(table).to_have_url(re.compile("group=%3D-seed"))
    table.get_by_role("button", name="remove: all except seed").click()
    expect(table.locator("tbody tr[data-key]")).to_have_count(6)


def test_search_in_the_rows_of_a_file(table, opened):
    table.get_by_label("search in the table").fill("seed=3")
    expect(table.get_by_role("group", name="commands")).to_contain_text("without the search")
    assert helpers.look("ui", "--file", "runs.html").code == 0
    page = opened(Path("runs.html"))
    page.get_by_label("search in the table").fill("lr=0.2 seed=3")
    expect(page.locator("tbody tr[data-key]")).to_have_count(1)
    page.get_by_label("search in the table").fill("")
    page.get_by_label("search in the table").press("Escape")
    page.locator("body").press("g")
    expect(page.locator("tbody tr[data-group]")).to_have_count(2)


def test_picked_rows_are_compared_below_the_table(table):
    rows = table.locator("tbody tr[data-key]")
    panel = table.get_by_role("region", name="What differs")
    rows.nth(0).click()
    expect(panel).to_be_hidden()
    rows.nth(3).click()
    expect(panel.get_by_role("region", name="Params")).to_contain_text("0.1")
    expect(panel.get_by_role("region", name="Metrics")).to_contain_text("-50.0 %")
    rows.nth(5).click(modifiers=["Shift"])
    expect(table.locator("tr[aria-selected=true]")).to_have_count(4)
    panel.get_by_role("button", name="close the comparison").click()
    expect(panel).to_be_hidden()


def looks(page) -> list[object]:
    """Return what the table shows, with hints and shades, but without widths and ages, which change."""
    parts = "th button, tbody tr[data-key] td, .constants, .commands"
    of = "node => [node.textContent, node.title, node.style.getPropertyValue('--share')]"
    frame = "new Promise((done) => requestAnimationFrame(done))"
    page.evaluate(f"() => {frame}.then(() => {frame})")  # the columns in sight depend on sizes
    nodes = page.eval_on_selector_all(parts, f"nodes => nodes.map({of})")
    return [[re.sub(r"^just now$|^\d+ \w+ ago$", "AGE", text), *rest] for text, *rest in nodes]


def test_rows_of_a_query_are_those_of_a_page_that_begins_with_it(filled, served, page):
    filled(record_six)
    helpers.record("odd", {"loss": float("nan")}, config={"lr": "auto", "depth": 4})
    page.set_viewport_size({"width": 2800, "height": 800})  # so that all columns are in sight
    page.goto(served.address)
    rows = page.locator("tbody tr[data-key]")
    expect(rows).to_have_count(7)
    box = page.get_by_role("searchbox", name="filter", exact=True)
    queries = {"lr == 0.1": 3, "name == 'odd'": 1, "loss < 0": 0}
    for query, count in queries.items():
        box.fill(query)
        with page.expect_response(lambda answer: "data/runs" in answer.url) as asked:
            box.press("Enter")
        expect(rows).to_have_count(count)
        assert "known=" in asked.value.url
        assert any("values" in column for column in asked.value.json()["columns"]) is False
        filtered = looks(page)
        page.reload()  # at once: the address follows later
        expect(box).to_have_value(query)
        expect(page.locator(".commands .command").first).to_be_attached()
        expect(rows).to_have_count(count)
        assert looks(page) == filtered
        expect(page).to_have_url(re.compile("#where="))
        assert page.evaluate("sessionStorage.length") == 0  # nothing old is left for a later reload
        page.goto("about:blank")
        page.goto(served.address)
        expect(rows).to_have_count(7)
    everything = looks(page)
    for query, count in {"seed == 1": 2, "": 7}.items():
        box.fill(query)
        box.press("Enter")
        expect(rows).to_have_count(count)
    assert looks(page) == everything
    box.fill("lr <")
    box.press("Enter")
    page.get_by_role("alert").get_by_text("in the query, column").wait_for()
    assert box.evaluate("box => box.selectionStart") == 3


def heads(page) -> list[str]:
    return [head.split()[0] for head in page.locator("thead th").all_inner_texts()]


def test_columns_are_picked_pinned_moved_and_resized(table):
    table.locator("summary").get_by_text("columns").click()
    table.get_by_label("search columns").fill("code")
    table.get_by_role("checkbox", name="code", exact=True).check()
    assert heads(table)[-1] == "CODE"
    table.get_by_role("button", name="pin: code", exact=True).click()
    assert heads(table)[0] == "CODE"
    expect(table.get_by_role("button", name="pin: code", exact=True)).to_be_focused()
    table.keyboard.press("Escape")
    expect(table.get_by_label("search columns")).to_be_hidden()
    before = heads(table)
    table.locator("th[data-column='params.lr']").drag_to(table.locator("th[data-column=status]"))
    after = heads(table)
    assert after.index("lr") == before.index("STATUS")
    table.locator("th[data-column=name] .edge").hover()  # waits until the drag has ended
    edge = table.locator("th[data-column=name] .edge").bounding_box()
    table.mouse.down()
    table.mouse.move(edge["x"] - 38, edge["y"] + 5)
    table.mouse.up()
    expect(table).to_have_url(re.compile("widths="))
    table.reload()
    expect(table.locator("thead th").first).to_have_text("CODE")
    assert heads(table) == after


def test_shift_click_sorts_further(table):
    table.locator("th[data-column='params.lr']").click(position={"x": 10, "y": 3})
    table.locator("th[data-column='metrics.loss']").click(modifiers=["Shift"])
    expect(table.locator("tbody tr").first).to_contain_text("lr 0.1 seed 1")
    expect(table.get_by_role("status")).to_contain_text("sorted by params.lr")
    expect(table.get_by_role("columnheader", name="lr ▲1")).to_have_attribute(
        "aria-sort", "ascending"
    )


def test_a_baseline_turns_values_into_differences(table):
    row = table.locator("tbody tr[data-key]").nth(5)
    row.hover()
    table.keyboard.press("b")
    expect(table.locator("tr.baseline")).to_contain_text("lr 0.1 seed 1")
    expect(table.locator("tbody tr").first).to_contain_text("+0.5")
    expect(table.locator("tbody tr").first.locator(".worse")).to_have_text("+0.5")
    table.get_by_role("button", name="remove: baseline").click()
    expect(table.locator("tr.baseline")).to_have_count(0)


def test_an_eye_hides_the_curves_of_a_run(table):
    eye = table.locator("tbody tr[data-key] .eye").first
    eye.click()
    expect(eye).to_have_attribute("aria-pressed", "false")
    expect(table).to_have_url(re.compile("hidden="))
    expect(table).not_to_have_url(re.compile("selected="))


def test_only_the_runs_that_are_drawn_have_a_full_mark(table):
    full = table.locator(".eye[aria-pressed=true]")
    expect(full).to_have_count(6)
    rows = table.locator("tbody tr[data-key]")
    rows.nth(2).click()
    expect(full).to_have_count(1)
    expect(rows.nth(2).locator(".eye")).to_have_attribute("title", "hide the curves")
    expect(rows.nth(3).locator(".eye")).to_have_attribute("title", re.compile("^not drawn"))


def test_rows_are_copied_and_saved(table):
    table.context.grant_permissions(["clipboard-read", "clipboard-write"])
    table.locator("tbody tr[data-key]").first.click()
    table.locator("summary").get_by_text("copy").click()
    table.get_by_role("button", name="copy git track reproduce").click()
    copied = table.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("git track reproduce 2")
    table.locator("summary").get_by_text("copy").click()
    with table.expect_download() as download:
        table.get_by_role("button", name="save CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("id,name,")


@pytest.fixture
def large(tmp_path, opened):
    """A file with 300 runs, of which a screen shows a part."""
    ids = [f"20261129-120000-{number:08x}" for number in range(300)]
    fact = {"group": "fact", "shown": True}
    columns = [
        {**fact, "name": "id", "kind": "run id", "head": "ID", "values": ids},
        {**fact, "name": "name", "kind": "text", "head": "NAME", "values": [f"n{i}" for i in ids]},
        {**fact, "name": "sweep.id", "kind": "run id", "head": "SWEEP.ID", "shown": False}
        | {"values": [None] * 298 + [ids[0]] * 2},
    ]
    other = {"group": "fact", "shown": False, "kind": "text"}
    columns += [
        {**other, "name": f"c{n}", "head": f"c{n}", "values": [f"value {n}"] * 300}
        for n in range(60)
    ]
    rows = {"total": 300, "offset": 0, "complete": True, "commands": []}
    start = {"title": "large", "experiments": [], "with": [], "initial": {}, "cursor": ""}
    start["file"] = {"written": "2026-11-29T12:00:00", "runs": 300, "thinned": False}
    documents = {
        "start": start,
        "runs": {**rows, "keys": [f"e/{i}" for i in ids], "columns": columns},
        "series": {"series": [], "problems": [], "clocks": {}, "tails": {}},
    }
    path = tmp_path / "large.html"
    path.write_bytes(one_file.join(documents))
    page = opened(path)
    page.wait_for_selector("tbody tr[data-key]")
    return page


def test_columns_are_narrow_and_colours_are_kept_on_paper(table):
    width = "document.querySelector('.table table').offsetWidth"
    before = table.evaluate(width)
    table.emulate_media(media="print")
    assert table.evaluate(width) < before
    eye = table.locator(".eye").first
    assert eye.evaluate("button => getComputedStyle(button).printColorAdjust") == "exact"


def test_only_the_rows_in_sight_are_painted_but_all_are_printed(large):
    assert large.locator("tbody tr[data-key]").count() < 60
    pages = large.pdf().count(b"/Type /Page\n")
    assert pages > 5
    assert large.locator("tbody tr[data-key]").count() < 60


PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def painted(page) -> list[str]:
    """Return the lines of the table, without widths and colours, which depend on what was there before."""
    page.evaluate(PAINTED)
    rows = page.eval_on_selector_all("tbody tr", "rows => rows.map((row) => row.outerHTML)")
    rows = [re.sub(r' style="[^"]*"| ?\bcut\b', "", row) for row in rows]
    return [row.replace(' class=""', "") for row in rows]


def test_lines_that_are_used_again_show_what_new_ones_show(large):
    key = "%3De%2F20261129-120000-0000000"
    states = [
        "",
        "sort=%3D-name",
        "sort=%3D-name&find=000f&pinned=%3Dname",
        "sort=%3Dname&find=000f",
    ]
    states += [f"columns=%3Did&columns=%3Dc3&baseline={key[3:]}4", "find=0000001", f"hidden={key}1"]
    states += ["group=%3Dname&find=000f", "find=nothing", ""]
    fresh = {}
    for state in dict.fromkeys(states):
        large.goto(f"{large.url.partition('#')[0]}#{state}")
        large.reload()
        large.wait_for_selector("thead th")
        fresh[state] = painted(large)
    same = "rows => rows.filter((row) => row.isUsed).length"
    large.evaluate("document.querySelectorAll('tbody tr').forEach((row) => { row.isUsed = true; })")
    for state in states:
        large.evaluate("state => { location.hash = state; }", state)
        assert painted(large) == fresh[state]
        large.locator(".table").evaluate("element => element.scrollTo(0, 3000)")
        down = painted(large)
        large.locator(".table").evaluate("element => element.scrollTo(0, 0)")
        assert painted(large) == fresh[state] != [] or state == "find=nothing"
        assert down != fresh[state] or len(down) < 30
    assert (
        large.eval_on_selector_all("tbody tr[data-key]", same) == 0
    )  # a group or nothing came between
    large.evaluate("document.querySelectorAll('tbody tr').forEach((row) => { row.isUsed = true; })")
    large.locator("th[data-column=name] button").click()
    large.locator("th[data-column=name] button").click()
    expect(large.locator("tbody tr[data-key]").first).to_contain_text("00000129")
    count = large.locator("tbody tr[data-key]").count()
    assert large.eval_on_selector_all("tbody tr[data-key]", same) == count


def test_the_first_column_is_narrow_again_without_groups(large):
    def width(state):
        large.evaluate("state => { location.hash = state; }", state)
        painted(large)
        return large.locator("thead th").first.bounding_box()["width"]

    before = width("")
    assert width("group=%3Dname") > before == width("find=0")


def test_a_table_that_becomes_shorter_is_painted_at_once(large):
    """Its scroll bar moves later, and until then there would be nothing in sight."""
    large.locator(".table").evaluate("element => element.scrollTo(0, 1e6)")
    large.evaluate(PAINTED)
    find = "document.querySelector('input[aria-label=\"search in the table\"]')"
    count = large.evaluate(
        f"() => {{ const find = {find}; find.value = '0000001'; find.dispatchEvent(new Event('input'));"
        " return document.querySelectorAll('tbody tr[data-key]').length; }"
    )
    assert count == 17


def test_the_run_under_the_pointer_is_the_hovered_one_after_a_sort(large):
    box = large.locator("tbody tr[data-key]").nth(3).bounding_box()
    large.mouse.move(box["x"] + 60, box["y"] + 8)
    expect(large.locator("tr.hover")).to_have_attribute("aria-rowindex", "5")
    before = large.locator("tr.hover").get_attribute("data-key")
    large.evaluate("() => { location.hash = 'sort=%3D-name'; }")
    expect(large.locator("tbody tr[data-key]").first).to_contain_text("00000129")
    expect(large.locator("tr.hover")).to_have_attribute("aria-rowindex", "5")
    assert large.locator("tr.hover").get_attribute("data-key") != before


def cells(page) -> list[str]:
    return (
        page.locator("tbody tr[data-key]").first.locator("td:not([aria-hidden])").all_inner_texts()
    )


def test_only_the_columns_in_sight_are_painted(large):
    names = [f"c{n}" for n in range(60)]
    large.evaluate(
        "names => location.hash = names.map((name) => `columns=%3D${name}`).join('&')", names
    )
    expect(large.locator("thead th").first).to_have_text("c0")
    assert len(cells(large)) < 15
    head = large.locator("th[data-column=c2] button")
    head.click()
    expect(large.locator("th[data-column=c2]")).to_have_attribute("aria-sort", "ascending")
    expect(head).to_be_focused()
    large.locator(".table").evaluate("element => element.scrollTo(1e6, 0)")
    expect(large.locator("th[data-column=c59]")).to_be_in_viewport()
    assert large.locator("th[data-column=c59]").get_attribute("aria-colindex") == "60"
    assert cells(large)[-1] == "value 59"
    places = [
        part.bounding_box() for part in (large.locator("tr > [aria-colindex='60']").all())[:2]
    ]
    assert places[0]["x"] == places[1]["x"]
    assert places[0]["width"] == places[1]["width"]
    large.locator("summary").get_by_text("columns").click()
    large.get_by_role("button", name="pin: c7", exact=True).click()
    assert cells(large)[0] == "value 7"
    expect(large.locator("th[data-column=c7]")).to_be_in_viewport()
    expect(large.locator("th[data-column=c59]")).to_be_in_viewport()


def test_a_wider_pane_shows_more_columns(large):
    before = len(cells(large))
    names = [f"c{n}" for n in range(60)]
    large.evaluate(
        "names => location.hash = names.map((name) => `columns=%3D${name}`).join('&')", names
    )
    expect(large.locator("thead th").first).to_have_text("c0")
    narrow = len(cells(large))
    assert narrow > before
    large.keyboard.press("]")
    expect(large.locator("th[data-column=c15]")).to_be_in_viewport()


def test_a_click_on_the_edge_of_a_heading_leaves_nothing_that_follows_the_pointer(large):
    edge = large.locator("th[data-column=name] .edge").bounding_box()
    x, y = edge["x"] + 2, edge["y"] + 5
    width = large.locator("th[data-column=name]").bounding_box()["width"]
    large.mouse.click(x, y)
    large.mouse.move(x - 1, y)
    large.mouse.move(x - 4, y)
    assert "widths=" not in large.url
    assert large.locator("th[data-column=name]").bounding_box()["width"] == width


def test_an_edge_that_is_dragged_survives_a_new_head(large):
    edge = large.locator("th[data-column=name] .edge").bounding_box()
    x, y = edge["x"] + 2, edge["y"] + 5
    width = large.locator("th[data-column=name]").bounding_box()["width"]
    large.mouse.move(x, y)
    large.mouse.down()
    large.mouse.move(x + 20, y)
    large.evaluate("() => location.hash = 'columns=%3Did&columns=%3Dname&columns=%3Dc1'")
    expect(large.locator("th[data-column=c1]")).to_be_visible()  # as if a run logged a new metric
    large.mouse.move(x + 30, y)
    expect(large.locator("th[data-column=name]")).to_have_css("width", f"{width + 30:g}px")
    large.mouse.up()
    expect(large).to_have_url(re.compile("widths="))
    large.mouse.move(x + 90, y)
    assert large.locator("th[data-column=name]").bounding_box()["width"] == width + 30


def test_the_marked_row_stays_in_sight(large):
    for _ in range(60):
        large.keyboard.press("j")
    expect(large.locator("tr.cursor")).to_be_in_viewport()
    expect(large.get_by_role("status")).to_contain_text("n20261129-120000-0000003b")


def test_the_trials_of_a_sweep_are_one_row_that_unfolds(large):
    grid = large.get_by_role("treegrid", name="runs")
    expect(grid).to_have_attribute("aria-rowcount", "300")
    large.locator(".table").evaluate("element => element.scrollTo(0, 1e6)")
    sweep = large.get_by_role("button", name="sweep 00000000 (2 trials)")
    sweep.click()
    expect(grid).to_have_attribute("aria-rowcount", "302")
    expect(large.locator("tbody tr.inner")).to_have_count(2)


def test_panes_are_hidden_and_resized(large):
    table, charts = large.locator(".pane").first, large.locator(".pane.charts")
    large.keyboard.press("]")
    expect(charts).to_be_hidden()
    large.keyboard.press("[")
    expect(charts).to_be_visible()
    expect(table).to_be_hidden()
    large.get_by_role("button", name="hide or show the table").click()
    expect(table).to_be_visible()
    large.get_by_role("separator").press("ArrowRight")
    expect(large).to_have_url(re.compile("split=55"))
    assert table.bounding_box()["width"] == pytest.approx(1400 * 0.55, abs=2)


def test_the_theme_and_a_narrow_window(large):
    def background() -> str:
        return large.locator("body").evaluate(
            "element => getComputedStyle(element).backgroundColor"
        )

    light = background()
    for _ in range(2):
        large.get_by_role("button", name="theme").click()
    assert background() != light
    expect(large).to_have_url(re.compile("theme=dark"))
    large.set_viewport_size({"width": 400, "height": 700})
    charts = large.locator(".pane.charts").bounding_box()
    assert charts["width"] == pytest.approx(400, abs=16)
    assert large.evaluate("() => document.documentElement.scrollWidth") <= 400
