"""Each command that a view prints is run: by `git track` and by plain git, it gives what the view shows."""

from __future__ import annotations

import shlex
from pathlib import Path

import helpers
import pytest

from gittrack import git
from gittrack.web.params import Params
from gittrack.web.points import PointCache
from gittrack.web.views import compare, importance, models, run, runs, series


def ways(module, function="view", *rest, **fields) -> list[dict[str, str]]:
    """Return the commands of a document, and those of its artifacts."""
    texts = {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    document = getattr(module, function)(git.find(), Params(texts), *rest)
    of_files = [{"track": "", "git": row["git"]} for row in document.get("artifacts", [])]
    return [*document["commands"], *of_files]


def check(commands: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Run commands, and return {what: {track, git: what they print}}."""
    outputs: dict[str, dict[str, str]] = {}
    for way in commands:
        printed = outputs.setdefault(way.get("what", "artifact"), {})
        if way["track"]:
            done = helpers.look(*shlex.split(way["track"])[2:])
            assert done.code == 0, (way["track"], done.err)
            printed["track"] = done.out
        if way["git"]:
            printed["git"] = helpers._succeed(["sh", "-c", way["git"]], ".")
    return outputs


def keys(*names: str) -> list[str]:
    return [f"default/{name}" for name in names]


@pytest.fixture
def two(project) -> list[str]:
    """Two runs that differ in all that a run has; the names are no words of a shell."""
    ids = []
    for number in range(2):
        Path("train.py").write_text(f"print({number})\n")
        Path("it's.csv").write_text(f"a\n{number}\n")
        config = {"lr": number, "seed": number}
        with helpers.gittrack.init(name=f"$(run) {number}", config=config) as record:
            record.log({"loss; rm": 1.0 / (number + 1), "loss": number})
            record.log_artifact("it's.csv")
        ids.append(record.id)
    return ids


def test_one_run(two):
    printed = check(
        [way for way in ways(run, run=keys(two[1])[0]) if way["what"] != "reproduce it"]
    )
    assert 'name: "$(run) 1"' in printed["this run"]["git"]
    assert "$(run) 1" in printed["this run"]["track"]
    assert printed["an artifact"] == {"track": "a\n1\n", "git": "a\n1\n"}
    assert printed["its points"]["track"] == printed["its points"]["git"] != ""
    assert "+print(1)" in printed["its uncommitted changes"]["git"]
    assert "+print(1)" in printed["its uncommitted changes"]["track"]
    assert "artifacts/" in printed["its files"]["git"]


def test_a_run_that_goes_on_has_no_commands_of_plain_git(project):
    with helpers.gittrack.init() as record:
        record.log({"loss": 1.0})
        printed = check(ways(run, run=keys(record.id)[0]))
    assert (
        printed["its points"]["track"].endswith("loss,1.0\n")
        or "loss" in printed["its points"]["track"]
    )
    assert not any("git" in outputs for outputs in printed.values())


def test_many_runs(two):
    printed = check(ways(runs, where="lr >= 0", experiment="default"))
    assert "$(run) 1" in printed["the runs"]["track"]
    assert printed["the runs"]["git"].count("refs/runs/default/") == 2
    printed = check(ways(runs, run=keys(two[1])))  # git track ui RUN
    assert "$(run) 1" in printed["the runs"]["track"]
    assert "$(run) 0" not in printed["the runs"]["track"]
    assert printed["the runs"]["git"].count("refs/runs/default/") == 1
    chosen = check(ways(importance, run=keys(two[1]), metric="loss"))["the numbers behind this"]
    assert two[1] in chosen["track"]
    assert two[0] not in chosen["track"]
    printed = check(ways(compare, run=keys(*two)))
    assert "+a" not in printed["artifact"]["git"]
    assert "+1" in printed["artifact"]["git"]
    assert "+lr: 1" in printed["params"]["git"]
    assert "+print(1)" in printed["code"]["git"]
    assert "lr" in printed["params"]["track"]
    printed = check(ways(series, "view", PointCache(), run=keys(*two), metric=["loss; rm"]))
    assert "loss; rm" in printed["the curves of loss; rm"]["git"]
    printed = check(ways(importance, metric="loss"))
    assert "params.lr: 1" in printed["the numbers behind this"]["git"]


def test_models(two):
    helpers.model("register", "resnet", two[0])
    helpers.model("promote", "resnet@1", "staging")
    printed = check(ways(models))
    assert "resnet@v1.0.0" in printed["the models"]["git"]
    printed = check(ways(models, "model", model="resnet"))
    assert "staging" in printed["its history"]["git"]
    assert "staging" in printed["its history"]["track"]
    assert "resnet@v1.0.0" in printed["its versions"]["git"]
