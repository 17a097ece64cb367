"""What changed since a cursor: begins, points, ends, crashes, annotations, removals; nothing twice."""

from __future__ import annotations

import json
import os
import signal

import helpers
import pytest

from gittrack import git
from gittrack.read import stamps
from gittrack.web.application import encoded
from gittrack.web.live import Changes
from gittrack.web.params import Params
from gittrack.web.windows import Windows

LIVE = """
import gittrack, sys, time
run = gittrack.init(name="live")
run.log({"loss": 1.0})
print(run.id, flush=True)
sys.stdin.readline()
run.log({"loss": 0.5})
print("logged", flush=True)
sys.stdin.readline()
"""


class Tab:
    """A tab of the page: it keeps the cursor and the tails, as js/live.js does."""

    def __init__(self, changes: Changes | None = None, **fields: str) -> None:
        self.changes = changes or Changes("here")
        self.fields = {name: [value] for name, value in fields.items()}
        self.cursor = self.changes.cursor(git.find())
        self.tails: dict[str, str] = {}

    def poll(self) -> dict:
        tails = [f"{key}:{tail}" for key, tail in self.tails.items()]
        params = Params({**self.fields, "since": [self.cursor], "tail": tails})
        document = json.loads(encoded(self.changes.since(git.find(), params)))
        self.cursor = document["cursor"]
        self.tails |= document["tails"]
        return document

    def names(self) -> list[str]:
        """Return the names of the runs that changed."""
        document = self.poll()
        columns = {entry["name"]: entry for entry in document["runs"]["columns"]}
        if "name" not in columns:
            return []
        return columns["name"].get("values") or [columns["name"]["value"]]


@pytest.fixture
def live(project):
    """A process with a run that goes on until its input ends."""
    process = helpers.start(helpers.sys.executable, "-c", LIVE)
    process.run_id = process.stdout.readline().strip()
    yield process
    process.kill()
    process.wait()


def test_nothing_comes_twice(project):
    helpers.record("first", {"loss": 1.0})
    tab = Tab()
    assert tab.names() == []
    helpers.record("second", {"loss": 1.0})
    assert tab.names() == ["second"]
    assert tab.names() == []


def test_a_tab_that_slept_gets_everything_at_once(project):
    tab = Tab()
    ids = [helpers.record(str(number), {"loss": 1.0}) for number in range(3)]
    assert sorted(tab.names()) == ["0", "1", "2"]
    helpers.look("rename", ids[0], "other")
    helpers.look("rm", ids[1])
    document = tab.poll()
    assert document["runs"]["keys"] == [f"default/{ids[0]}"]
    assert document["removed"] == [f"default/{ids[1]}"]


def test_two_tabs_have_a_cursor_each(project):
    changes = Changes("here")
    one, two = Tab(changes), Tab(changes)
    helpers.record("new", {"loss": 1.0})
    assert (one.names(), one.names(), two.names()) == (["new"], [], ["new"])


def test_points_of_a_live_run_arrive_once(live):
    tab = Tab()
    key = f"default/{live.run_id}"
    tab.tails = {key: "0-0"}
    (entry,) = tab.poll()["series"]
    assert (entry["run"], entry["metric"], entry["x"], entry["y"]) == (key, "loss", [0], [1])
    assert tab.poll()["series"] == []
    live.stdin.write("\n")
    live.stdin.flush()
    assert live.stdout.readline() == "logged\n"
    document = tab.poll()
    assert document["runs"]["keys"] == [key]
    assert [(entry["x"], entry["y"]) for entry in document["series"]] == [([1], [0.5])]


def test_the_end_of_a_live_run_is_a_change_and_its_series_is_stale(live):
    tab = Tab()
    key = f"default/{live.run_id}"
    tab.tails = {key: "0-0"}
    tab.poll()
    live.communicate("\n\n")
    document = tab.poll()
    status = next(entry for entry in document["runs"]["columns"] if entry["name"] == "status")
    assert status["values"] == ["finished"]
    assert document["stale"] == [key]


def test_a_crash_is_a_change(live):
    tab = Tab()
    os.kill(live.pid, signal.SIGKILL)
    live.wait()
    status = {entry["name"]: entry for entry in tab.poll()["runs"]["columns"]}["status"]
    assert status["values"] == ["crashed"]


def test_only_what_the_page_shows(project):
    helpers.record("first", {"loss": 1.0}, experiment="digits")
    tab, other = Tab(experiment="digits", where="loss < 0.5"), Tab(where="nothing > 1")
    helpers.record("bad", {"loss": 1.0}, experiment="digits")
    helpers.record("elsewhere", {"loss": 0.1}, experiment="letters")
    good = helpers.record("good", {"loss": 0.1}, experiment="digits")
    document = tab.poll()
    assert document["runs"]["keys"] == [f"digits/{good}"]
    assert (
        len(document["removed"]) == 2
    )  # they do not match, so they leave the table if they were in it
    assert other.poll()["runs"]["keys"] == []


@pytest.mark.parametrize("cursor", ["", "other.1", "here.99", "here.x"])
def test_a_cursor_of_another_server_begins_anew(project, cursor):
    tab = Tab()
    tab.cursor = cursor
    assert tab.poll()["reset"]
    assert not tab.poll()["reset"]


@pytest.mark.parametrize("tail", ["default/nothing:0-0", "nonsense", ":", "a:1-x", "a:-1-0"])
def test_a_tail_that_means_nothing_is_stale(project, tail):
    document = Changes("here").since(git.find(), Params({"since": [""], "tail": [tail]}))
    assert len(document["stale"]) == 1


def test_looking_costs_no_git_if_nothing_changed(project, monkeypatch):
    helpers.record("first", {"loss": 1.0})
    tab = Tab()
    repo = git.find()
    monkeypatch.setattr("gittrack.git.process.Call.__init__", None)
    assert tab.changes.since(repo, Params({"since": [tab.cursor]}))["runs"]["keys"] == []


def test_stamps_see_every_storage_of_refs(project):
    repo = git.find()
    first = stamps.look(repo)
    helpers.record("a", {"loss": 1.0})
    second = stamps.look(repo, first)
    assert second != first
    helpers.git(".", "pack-refs", "--all")
    third = stamps.look(repo, second)
    assert third != second
    assert stamps.look(repo, third) == third


def test_unchanged_documents_are_not_sent_again(project, served):
    helpers.record("first", {"loss": 1.0})
    start = served.get("/data/start").json
    address = f"/data/changes?since={start['cursor']}"
    first = served.get(address)
    again = served.get(address, f"If-None-Match: {first.headers['etag']}")
    assert (first.status, again.status, again.body) == (200, 304, b"")
    helpers.record("second", {"loss": 1.0})
    assert served.get(address, f"If-None-Match: {first.headers['etag']}").json["runs"]["keys"]


def test_runs_that_are_named_are_found_without_a_listing(project, monkeypatch):
    ids = [helpers.record(f"run {number}", {"loss": float(number)}) for number in range(3)]
    changes = Changes("here")
    windows = Windows(changes.named)
    keys = [f"default/{ids[n]}" for n in (2, 0)]
    named = Params({"run": [keys[0], "default/nothing", keys[1]]})
    assert [raw.id for raw in windows.select(git.find(), named).raws] == [ids[2], ids[0]]
    monkeypatch.setattr("gittrack.read.runs.listing.list_runs", None)
    rows = windows.select(git.find(), named)
    assert [raw.id for raw in rows.raws] == [ids[2], ids[0]]
    assert all(raw.body for raw in rows.raws)
    assert rows.complete
