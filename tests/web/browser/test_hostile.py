"""A repository whose every text is an attack: no script of it runs, and nothing is asked for outside."""

from __future__ import annotations

import json
import sys
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
EVIL = ("evil.html", "evil.svg", "evil.csv", "evil.md", "evil.plotly.json", "figure.html")
# A script that stands for plotly and does what a figure may get it to do.
PLOTLY = """const Plotly = { newPlot: async (box, data, layout) => {
  for (const attack of [() => { parent.owned = 1; }, () => parent.document.title, () => document.cookie]) {
    try { attack(); box.dataset.owned = 1; } catch { }
  }
  box.textContent = `${layout.title} ${box.dataset.owned}`;
} };"""


def record_attacks() -> None:
    """Record runs with an attack in each name, param, metric, tag, note, log and artifact."""
    Path("evil.html").write_text(PAGE)
    Path("evil.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{PAGE}</svg>')
    Path("evil.png").write_text(PAGE)
    Path("evil.csv").write_text(f"{MARKUP},=HYPERLINK(1)\n{PAGE},\u202ex\n")
    Path("evil.md").write_text(f"\x1b]0;{PAGE}\x07\x1b[31m{PAGE}\r{PAGE}\u202e")
    Path("evil.plotly.json").write_text(json.dumps({"data": [], "layout": {"title": PAGE}}))
    Path("figure.html").write_text(f"{PAGE}<script>Plotly.newPlot('a', [], {{}})</script>")
    for number, text in enumerate(TEXTS):
        name = text.replace("\n", " ")
        with helpers.gittrack.init(name=name, config={text: text, "k": text}, note=text) as run:
            run.log({f"{text} {part}": 1.0 + number for part in ("loss", "/")})
            for path in (*EVIL, "evil.png") if number == len(TEXTS) - 1 else ():
                run.log_artifact(path)
            if number == len(TEXTS) - 1:
                media = {MARKUP: helpers.gittrack.Text(PAGE), "page": helpers.gittrack.Html(PAGE)}
                run.log(media, step=1)
            print(PAGE)


@pytest.fixture
def hostile(project, filled) -> Path:
    """A repository of attacks."""
    filled(record_attacks)
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
    key = f"default/{helpers.listed()[0]['id']}"  # the last one has artifacts
    outputs = served.get(f"/data/run?run={key}").json["outputs"]
    page.goto(served.address)
    for item in outputs:
        if item["path"] == "evil.png":
            continue
        page.goto(f"http://127.0.0.1:{served.server.port}/artifact/{item['oid']}?run={key}&frame=1")
        assert page.evaluate("window.owned") is None


def test_no_preview_runs_a_script_of_a_run(hostile, served, page, tmp_path, monkeypatch):
    library = tmp_path / "site" / "plotly" / "package_data" / "plotly.min.js"
    library.parent.mkdir(parents=True)
    library.write_text(PLOTLY)
    (library.parent.parent / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, "plotly", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "site")
    key = f"default/{helpers.listed()[0]['id']}"
    page.goto(served.address)
    page.goto(f"{page.url}#view=run&target={key}")
    # By the keyboard: curves and previews that come move what a mouse points at.
    page.locator("summary", has_text="the changes").press("Enter")  # the attacks were not committed
    expect(page.locator(".patch .added").filter(has_text="parent.owned").first).to_be_visible()
    for path in EVIL:
        artifacts = page.get_by_role("region", name="Artifacts")
        artifacts.locator("summary", has_text=path).press("Enter")
    expect(page.locator(".sheet td").first).to_have_text(PAGE)
    expect(page.get_by_role("log", name="evil.md")).to_contain_text("<script>parent.owned")
    expect(page.frame_locator("iframe[title='evil.plotly.json']").locator("#figure")).to_have_text(
        f"{PAGE} undefined"
    )
    expect(page.get_by_role("region", name="Media")).to_contain_text(MARKUP)
    for title in ("evil.html", "evil.svg"):
        expect(page.locator(f"iframe[title='{title}']")).to_have_attribute("sandbox", "")
    check_nothing_ran(page)
    assert helpers.run_cli("run", "--", "printf", "%s", PAGE).code == 0
    other = helpers.listed()[0]["id"]
    picked = f"selected=%3D{key.replace('/', '%2F')}&selected=%3Ddefault%2F{other}"
    page.goto(f"{page.url.partition('#')[0]}#view=compare&{picked}")
    for tab in ("Code", "Consoles", "Artifacts", "Values"):
        page.get_by_role("tab", name=tab).click()
        for details in page.get_by_role("tabpanel").locator("details").all():
            if details.get_attribute("open") is None:
                details.locator("summary").press("Enter")
        if tab == "Consoles":
            expect(page.get_by_role("log")).to_contain_text("<script>parent.owned")
    expect(page.get_by_role("region", name="Params")).to_contain_text("__proto__")
    check_nothing_ran(page)
    Path("empty.yaml").write_text("{}\n")
    helpers.git(".", "add", "empty.yaml")
    helpers.git(".", "commit", "-qm", MARKUP)
    argv = (
        "-p",
        "empty.yaml",
        "-S",
        f"x={TEXTS[1].replace('=', ' ')},2",
        "-m",
        "loss",
        "--name",
        MARKUP,
    )
    trial = ("sh", "-c", """echo '{"loss": 1}' >> "$GITTRACK_METRICS" """, "sh", "{args}")
    assert helpers.run_cli("sweep", *argv, "--", *trial).code == 0
    sweep = served.get("/data/sweeps").json["sweeps"][0]["id"]
    page.goto(f"{page.url.partition('#')[0]}#view=sweep&target={sweep}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("onerror")
    expect(page.get_by_role("region", name="Leaderboard")).to_contain_text("<script>")
    check_nothing_ran(page)
    helpers.model("register", "resnet", key.rpartition("/")[2])
    helpers.model("promote", "resnet@1", "staging", "-m", MARKUP)
    page.goto(f"{page.url.partition('#')[0]}#view=models&target=resnet")
    expect(page.get_by_role("region", name="History")).to_contain_text(MARKUP)
    check_nothing_ran(page)


def check_nothing_ran(page) -> None:
    """See that no script of the repository ran, and that no text was hidden."""
    assert page.evaluate("window.owned") is None
    assert page.locator("img[src=x], .page script").count() == 0
    assert "\u202e" not in page.locator("body").inner_text()
