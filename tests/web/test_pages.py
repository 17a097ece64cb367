"""Pages that are one file: by `ui --file`, `report --html`, `sweep show --html`, and from Python."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import helpers
import pytest

import gittrack
from gittrack.core.errors import TrackError


def start_of(path: str | Path) -> dict:
    """Return the document ``start`` of a page."""
    content = Path(path).read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="documents">(.*?)</script>', content)
    return json.loads(data[1])["start"]


@pytest.fixture
def two(project):
    """Two runs, of which the second is better."""
    return [helpers.record(str(n), {"loss": 1.0 / (n + 1)}, config={"lr": n}) for n in range(2)]


def test_ui_writes_a_file_and_says_what_is_in_it(two):
    done = helpers.look("ui", "--file", "runs.html", "-w", "loss < 0.7")
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(
        r"wrote runs.html: 1 run, [\d.]+ KiB; without code, logs, environment and artifacts\n",
        done.err,
    )
    assert start_of("runs.html")["file"]["runs"] == 1


def test_ui_adds_what_its_user_names(two):
    done = helpers.look("ui", "--file", "runs.html", "--with", "log,env", two[0])
    assert done.err.endswith("; with log, env\n")
    assert start_of("runs.html")["with"] == ["env", "log"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--file", "runs.txt"), "'runs.txt' is not the name of a page"),
        (("--file", "no/folder/runs.html"), "cannot write no/folder/runs.html"),
        (("--file", "a.html", "--port", "80"), "--file and --port do not go together"),
        (("--file", "a.html", "-w", "loss <"), "in the query, column 6"),
        (("--file", "a.html", "nothing"), "there is no run 'nothing'"),
        (("--file", "a.html", "-e", "nothing"), "nothing"),
        (("--no-open", "--host", "nowhere.invalid", "--port", "0"), "cannot be served on nowhere"),
    ],
)
def test_mistakes_are_refused(two, argv, message):
    done = helpers.look("ui", *argv)
    assert done.code != 0
    assert message in done.err
    assert not Path("a.html").exists()


def test_words_that_options_do_not_take_are_refused(two):
    done = helpers.run_cli("ui", "--file", "a.html", "--with", "password")
    assert (done.code, "'password' is not one of code, log, env" in done.err) == (2, True)
    done = helpers.run_cli("ui", "--port", "70000")
    assert (done.code, "'70000' is not a port" in done.err) == (2, True)


def test_report_writes_a_comparison(two):
    done = helpers.look("report", *two, "--html", "report.html")
    assert (done.code, done.out) == (0, "")
    initial = start_of("report.html")["initial"]
    assert initial["view"] == "compare"
    assert initial["selected"] == [f"default/{run_id}" for run_id in two]


def test_sweep_show_writes_its_page(project):
    Path("empty.yaml").write_text("{}\n")
    helpers.git(".", "add", ".")
    helpers.git(".", "commit", "-qm", "base")
    trial = """echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS" """
    argv = (
        "-p",
        "empty.yaml",
        "-S",
        "x=3,1",
        "-m",
        "loss",
        "--",
        "sh",
        "-c",
        trial,
        "sh",
        "{args}",
    )
    assert helpers.run_cli("sweep", *argv).code == 0
    helpers.record("other", {"loss": 1.0})
    done = helpers.look("sweep", "show", "@", "--html", "sweep.html")
    assert done.code == 0, done.err
    start = start_of("sweep.html")
    assert start["file"]["runs"] == 2
    assert start["initial"]["view"] == "sweep"
    content = Path("sweep.html").read_text()
    assert json.dumps(start["initial"]["target"]) in content


def test_a_page_from_python(two):
    runs = gittrack.runs(where="loss < 0.7")
    path = gittrack.page(runs, file="runs.html", include=["env"])
    assert path == Path("runs.html")
    assert start_of(path)["file"]["runs"] == 1
    assert start_of(gittrack.page(file="all.html"))["file"]["runs"] == 2
    with pytest.raises(TrackError, match="no runs"):
        gittrack.page([], file="none.html")


def test_a_notebook_shows_the_page_in_a_frame(two):
    shown = gittrack.runs().show(height=300)._repr_html_()
    frame = re.fullmatch(
        r'<iframe sandbox="allow-scripts" style="[^"]*" srcdoc="([^"]*)"></iframe>', shown
    )
    page = html.unescape(frame[1])
    assert page.startswith("<!doctype html>")
    assert "Content-Security-Policy" in page
