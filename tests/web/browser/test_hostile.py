"""A repository whose every text is an attack: no script of it runs, and nothing is asked for outside."""

from __future__ import annotations

from pathlib import Path

import helpers
import pytest

expect = pytest.importorskip("playwright.sync_api").expect

MARKUP = '"><img src=x onerror="window.owned=1"><script>window.owned=1</script>'
TEXTS = (
    MARKUP,
    "</script><script>window.owned=1</script><!--",
    "javascript:window.owned=1",
    "{{constructor.constructor('window.owned=1')()}}${window.owned=1}",
    "\u202egnp.exe\u2066\u200b\x1b[31m",
    "__proto__",
)
PAGE = "<script>parent.owned = window.owned = 1</script><svg onload='parent.owned=1'><text>logged"


@pytest.fixture
def hostile(project) -> Path:
    """Runs with an attack in each name, param, metric, tag, note, log and artifact."""
    Path("evil.html").write_text(PAGE)
    Path("evil.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{PAGE}</svg>')
    Path("evil.png").write_text(PAGE)
    for number, text in enumerate(TEXTS):
        name = text.replace("\n", " ")
        with helpers.gittrack.init(name=name, config={text: text, "k": text}, note=text) as run:
            run.log({f"{text} {part}": 1.0 + number for part in ("loss", "/")})
            for path in ("evil.html", "evil.svg", "evil.png"):
                run.log_artifact(path)
            print(PAGE)
    return project


def check(page, target: str) -> None:
    """Look at the page, and see that no script of the repository ran."""
    page.goto(target)
    expect(page.locator("tbody tr[data-key]")).to_have_count(len(TEXTS))
    expect(page.locator(".chart").first).to_be_visible()
    page.locator("tbody tr[data-key]").first.hover()
    for view in ("Scatter", "Parallel", "Importance"):
        page.get_by_role("button", name=view).click()
        expect(page.locator(".page table")).to_be_attached()
    assert page.evaluate("window.owned") is None
    assert page.locator("img[src=x], body script:not([type])").count() == 0
    assert "\u202e" not in page.locator("body").inner_text()


def test_on_a_server(hostile, served, page):
    check(page, served.address)


def test_in_a_file(hostile, page):
    assert helpers.look("ui", "--file", "runs.html", "--with", "code,log,env").code == 0
    page.context.set_offline(True)
    check(page, Path("runs.html").absolute().as_uri())


def test_what_a_run_logged_runs_no_script_even_if_it_is_opened(hostile, served, page):
    key = f"default/{helpers.listed()[0]['id']}"
    outputs = served.get(f"/data/run?run={key}").json["outputs"]
    page.goto(served.address)
    for item in outputs:
        if item["path"] == "evil.png":
            continue
        page.goto(f"http://127.0.0.1:{served.server.port}/artifact/{item['oid']}?run={key}&frame=1")
        assert page.evaluate("window.owned") is None
