"""The views of one run, of a comparison, of sweeps and of models; by mouse and by keyboard."""

from __future__ import annotations

import json
import re
from pathlib import Path

import helpers
import pytest

from gittrack.web import one_file

expect = pytest.importorskip("playwright.sync_api").expect
TRIAL = """echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS" """


def record_two() -> None:
    """Record two runs of different code, with a picture and a table."""
    Path("plot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><text y="20">hello</text></svg>'
    )
    for number in range(2):
        Path("train.py").write_text(f"print({number})\n")
        Path("table.csv").write_text(f'step,word\n1,same\n{number},"a, b"\n')
        with helpers.gittrack.init(name=f"run {number}", config={"lr": number + 0.5}) as run:
            run.log({"loss": 1.0 / (number + 1)})
            run.log({"loss": 0.5 / (number + 1)})
            run.log_artifact("plot.svg")
            run.log_artifact("table.csv")
            for step in (0, 10):
                run.log({"val/picture": helpers.gittrack.Image([[0, 25 * step]])}, step=step)


@pytest.fixture
def two(filled) -> list[str]:
    """Two runs of different code, with a picture and a table."""
    filled(record_two)
    return [run["id"] for run in reversed(helpers.listed())]


def test_two_picked_runs_are_compared_with_their_code(two, served, page):
    page.goto(served.address)
    rows = page.locator("tbody tr[data-key]")
    rows.nth(1).click()
    rows.nth(0).click()
    page.get_by_role("button", name="Compare 2").click()
    expect(page.get_by_role("region", name="Params")).to_contain_text("0.5")
    expect(page.get_by_role("region", name="Metrics")).to_contain_text("-50.0 %")
    expect(page.locator(".commands").last).to_contain_text("git track diff")
    page.get_by_role("tab", name="Code").click()
    expect(page.locator(".patch .added").filter(has_text="print")).to_have_text("+print(1)")
    page.get_by_role("tab", name="Code").press("ArrowRight")
    table = page.get_by_role("tabpanel", name="Artifacts").locator("details", has_text="table.csv")
    page.context.set_offline(True)
    table.locator("summary").press("Enter")
    expect(table).to_contain_text("it could not be loaded")
    page.context.set_offline(False)
    table.locator("summary").press("Enter")
    table.locator("summary").press("Enter")  # opened again, it is asked for again
    expect(table.locator("td.differs")).to_have_text(["1"])
    table.get_by_label("only these").check()
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table.locator(".command")).to_contain_text(":artifacts/table.csv refs/runs/")
    expect(page).to_have_url(re.compile("tab%3Dfiles"))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # all tabs are printed
    for tab in ("Values", "Code", "Artifacts"):
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
    expect(page.locator(".patch .added").filter(has_text="print")).to_be_visible()


def test_the_keyboard_alone(two, served, page):
    page.goto(served.address)
    expect(page.locator("tbody tr[data-key]")).to_have_count(2)
    for key in ("j", " ", "j", " ", "c"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    for key in ("Escape", "k", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="run 1")).to_be_visible()
    page.keyboard.press(" ")  # scrolls: the table is not in sight
    expect(page.get_by_role("button", name="Compare 2")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("compare the picked runs")
    page.keyboard.press("Escape")
    page.go_back()
    expect(page.locator("tbody tr[data-key]")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("loss < 0.4\n")
    expect(page.locator("tbody tr[data-key]")).to_have_count(1)


def test_keys_act_on_the_run_after_a_click_and_say_what_they_did(two, served, page):
    page.goto(served.address)
    page.get_by_role("button", name="loss", exact=True).click()  # it has the focus now
    words = {
        **{"j": "run 1", " ": "1 run is picked", "x": "x axis: seconds since the start"},
        **{"y": "logarithmic y axis", "s": "smoothing 0.6", "b": "the baseline is "},
        **{"p": "point at a chart", "g": "grouped by all except", "[": "the table is hidden"},
        **{"]": "the charts are hidden", "Escape": "no run is picked"},
    }
    for key, text in words.items():
        page.keyboard.press(key)
        expect(page.locator("[role=status]")).to_contain_text(text)
    page.keyboard.press("g")
    for key in ("j", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="run 0")).to_be_visible()


def test_one_run_with_its_curves_and_artifacts(two, served, page):
    page.goto(served.address)
    page.wait_for_selector(".chart")
    held: list = []
    page.route("**/data/series?*", lambda route: held.append(route))
    page.locator("tbody tr[data-key]").first.dblclick()
    expect(page.get_by_role("heading", name="run 1")).to_be_visible()
    media = page.get_by_role("region", name="val/picture")  # below the curves
    place = media.bounding_box()
    for route in held:
        route.continue_()
    page.unroute_all()
    expect(page.get_by_label(re.compile("loss: 1 curve from step 0"))).to_be_visible()
    expect(page.locator(".chart")).to_have_count(1)
    assert media.bounding_box()["y"] == place["y"]
    expect(page.get_by_role("region", name="Params")).to_contain_text("1.5")
    expect(page.locator(".commands")).to_contain_text("git track reproduce")
    expect(media.locator("output")).to_have_text("step 10")
    last = media.locator("img").get_attribute("src")
    media.get_by_role("slider").fill("0")
    expect(media.locator("output")).to_have_text("step 0")
    expect(media.locator("img")).not_to_have_attribute("src", str(last))
    artifacts = page.get_by_role("region", name="Artifacts")
    summary = artifacts.locator("summary", has_text="table.csv")
    page.context.set_offline(True)
    summary.press("Enter")
    expect(artifacts).to_contain_text("it could not be loaded")
    page.context.set_offline(False)
    summary.press("Enter")
    summary.press("Enter")  # opened again, it is asked for again
    expect(artifacts.locator(".sheet tr").last).to_have_text("1a, b")
    changes = page.get_by_role("region", name="Uncommitted changes")
    expect(changes.locator("tr").filter(has_text="train.py")).to_contain_text("+1")
    changes.get_by_text("the changes").press("Enter")
    expect(changes.locator(".patch .added").filter(has_text="print(1)")).to_be_visible()
    artifacts.locator("summary", has_text="plot.svg").press("Enter")
    expect(page.frame_locator("iframe").get_by_text("hello")).to_be_visible()


def test_a_report_opens_with_its_comparison(two, opened):
    assert helpers.look("report", *two, "--html", "report.html", "--with", "code").code == 0
    page = opened(Path("report.html"))
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    page.get_by_role("tab", name="Code").click()
    expect(page.locator(".patch .added").filter(has_text="print")).to_have_text("+print(1)")


def test_a_sweep_is_replayed_and_is_a_file(project, served, page):
    Path("empty.yaml").write_text("{}\n")
    helpers.git(".", "add", ".")
    helpers.git(".", "commit", "-qm", "base")
    argv = ("-p", "empty.yaml", "-S", "x=3,1,2", "-m", "loss", "--name", "first")
    assert helpers.run_cli("sweep", *argv, "--", "sh", "-c", TRIAL, "sh", "{args}").code == 0
    page.goto(served.address)
    page.get_by_role("button", name="Sweeps").click()
    page.get_by_role("button", name="first").click()
    expect(
        page.get_by_role("region", name="Leaderboard").locator("tbody tr").first
    ).to_contain_text("1")
    expect(page.get_by_role("region", name="Params and the score").locator("canvas")).to_have_count(
        1
    )
    expect(page.get_by_role("region", name="Plane")).to_have_count(0)  # of one param
    canvas = page.get_by_role("region", name="Params and the score").locator("canvas")
    painted = canvas.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("slider").fill("1")
    assert canvas.evaluate("canvas => canvas.toDataURL()") != painted
    expect(page.locator("output")).to_have_text("trial 0: 3  x=3")
    page.get_by_role("button", name="play").click()
    expect(page.locator("output")).to_have_text("trial 2: 2  x=2")
    assert helpers.look("sweep", "show", "@", "--html", "sweep.html").code == 0
    page.context.set_offline(True)
    page.goto(Path("sweep.html").absolute().as_uri())
    expect(page.get_by_role("heading", name="first")).to_be_visible()
    content = re.search('id="documents">(.*)</script>', Path("sweep.html").read_text())[1]
    documents = json.loads(content)
    (sweep,) = documents["sweep"].values()
    sweep["trials"] = [{**trial, "score": None} for trial in sweep["trials"]]
    Path("sweep.html").write_bytes(one_file.join(documents))
    page.reload()
    expect(page.get_by_role("region", name="Replay")).to_contain_text(
        "No trial has a score by loss."
    )
    expect(page.get_by_role("region", name="Params and the score")).to_have_count(0)


def test_a_model_with_its_stages_gates_history_and_differences(two, served, page):
    helpers.git(".", "config", "track.gate.production", "loss < 0.3")
    for run in two:
        helpers.model("register", "resnet", run)
    helpers.model("promote", "resnet@1", "staging")
    helpers.model("promote", "resnet@2", "staging")
    page.goto(served.address)
    page.get_by_role("button", name="Models").click()
    page.get_by_role("button", name="resnet").click()
    expect(page.get_by_role("region", name="Gates")).to_contain_text("loss < 0.3 (loss is 0.5)")
    expect(page.get_by_role("region", name="Gates").locator(".better")).to_have_text("passes")
    expect(page.locator(".segment")).to_have_text(["1", "2"])
    history = page.get_by_role("region", name="History").locator("li")
    expect(history).to_have_count(4)
    expect(history.first).to_contain_text("promote version 2 to staging")
    page.get_by_role("button", name="show what differs").click()
    expect(page.get_by_role("region", name="Params")).to_contain_text("1.5")
    expect(page.locator(".command", has_text="git track model diff")).to_have_text(
        "git track model diff resnet 1 2"
    )
    page.get_by_role("region", name="Versions", exact=True).get_by_role("button", name="1").click()
    expect(page.get_by_role("heading", name="run 0")).to_be_visible()
