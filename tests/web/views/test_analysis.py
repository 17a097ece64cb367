"""Groups, importance and sweeps as documents: the numbers of the command line."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import helpers
import pytest

from gittrack import git
from gittrack.web.application import encoded
from gittrack.web.params import Params
from gittrack.web.views import importance, sweeps

TRIAL = """echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS" """


def plain(document: dict) -> dict:
    """Return a document as a browser gets it."""
    return json.loads(encoded(document))


def test_importance_of_any_runs(project):
    for number in range(12):
        config = {"lr": number / 10, "noise": (number * 7) % 5, "same": 1}
        helpers.record(None, {"loss": number * 2.0}, config=config)
    document = plain(importance.view(git.find(), Params({"metric": ["loss"]})))
    assert document["weights"][0]["name"] == "lr"
    assert document["weights"][0]["share"] > 0.9
    assert {weight["name"] for weight in document["weights"]} == {"lr", "noise"}
    assert any("12 runs are few for 2 params" in caveat for caveat in document["caveats"])


def test_importance_says_if_it_leaves_runs_out(project, monkeypatch):
    for number in range(3):
        helpers.record(None, {"loss": number * 2.0}, config={"lr": number})
    monkeypatch.setattr("gittrack.web.windows.MOST_ROWS", 2)
    document = importance.view(git.find(), Params({"metric": ["loss"]}))
    assert document["caveats"][0] == "Only the newest 2 of 3 runs count here: select fewer."
    whole = importance.view(git.find(), Params({"metric": ["loss"], "limit": ["3"]}))
    assert not any("newest" in caveat for caveat in whole["caveats"])


@pytest.fixture
def sweep(project):
    """A sweep of three trials, the second one the best."""
    Path("empty.yaml").write_text("{}\n")
    helpers.git(".", "add", ".")
    helpers.git(".", "commit", "-qm", "base")
    command = ("--", "sh", "-c", TRIAL, "sh", "{args}")
    done = helpers.run_cli("sweep", "-p", "empty.yaml", "-S", "x=3,1,2", "-m", "loss", *command)
    assert done.code == 0, done.err


def test_a_sweep_has_what_show_prints(sweep):
    shown = json.loads(helpers.look("sweep", "show", "@", "--json").out)
    document = plain(sweeps.sweep(git.find(), Params({"sweep": ["@"]})))
    assert {name: document[name] for name in shown} == shown
    assert document["best_so_far"] == [3.0, 1.0, 1.0]
    assert document["ranks"] == {"0": 1.0, "1": 0.0, "2": 0.5}
    listed = plain(sweeps.view(git.find(), Params()))
    assert [entry["id"] for entry in listed["sweeps"]] == [shown["id"]]
    assert listed["problems"] == []
    this, its_runs = document["commands"]
    for way in (this, its_runs, *listed["commands"]):
        assert helpers.look(*shlex.split(way["track"])[2:]).code == 0
    assert helpers.git(".", *shlex.split(its_runs["git"])[1:]).count("commit ") == 3
    assert "x" in helpers.git(".", *shlex.split(this["git"])[1:])
    assert "refs/sweeps/" in helpers.git(".", *shlex.split(listed["commands"][0]["git"])[1:])
