"""A version of a model as a Python value."""

from __future__ import annotations

import pytest
import run_values
from run_values import NO_REPO, event, model

from gittrack.api import model_version
from gittrack.api.model_version import ModelVersion
from gittrack.core.errors import NoSuchRun
from gittrack.models import register

SUBJECT = model(
    event("m@v1.0.0", "c1", why="first", metrics={"acc": 0.5}, artifacts=[{"path": "w"}]),
    event("m@v1.2.0", "c2"),
    event("m#production#1", "c1", why="best"),
    event("m@v1.2.0!#2", "c2"),
    event("m#qa#3", "c9"),
)


def version(position: int) -> ModelVersion:
    return ModelVersion(NO_REPO, SUBJECT.versions[position])


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (0, ("c9", "", -1, "qa", ("qa",), False, None, "")),
        (1, (1, "1.0.0", 1, "production", ("production",), False, "m@v1.0.0", "first")),
        (2, ("1.2.0", "1.2.0", 1, "archived", (), True, "m@v1.2.0", "")),
    ],
)
def test_the_attributes_of_a_version(position, expected):
    one = version(position)
    assert (
        *(one.version, one.semver, one.number, one.stage, one.stages, one.deprecated),
        *(one.tag, one.message),
    ) == expected


def test_metrics_and_artifacts_are_copies():
    one = version(1)
    one.metrics["acc"] = 1.0
    one.artifacts.clear()
    assert (one.metrics, one.artifacts) == ({"acc": 0.5}, [{"path": "w"}])
    assert (version(2).metrics, version(2).artifacts) == ({}, [])


def test_versions_are_values():
    assert version(1) == version(1) != version(2)
    assert len({version(1), version(1), version(2)}) == 2
    assert version(1) != "m v1"
    assert repr(version(1)) == "<m v1, production>"


def test_the_run_of_a_version(empty_repo):
    run = run_values.commit(empty_repo, name="base")
    _, registered = register.register(empty_repo, "m", run)
    assert ModelVersion(empty_repo, registered).run.name == "base"
    with pytest.raises(NoSuchRun):
        _ = ModelVersion(empty_repo, registered._replace(commit="f" * 40)).run


def test_the_history_has_an_entry_for_each_event():
    entries = model_version.history(SUBJECT, None)
    assert [
        (entry["event"], entry["version"], entry["stage"], entry["number"]) for entry in entries
    ] == [
        ("register", 1, None, None),
        ("register", "1.2.0", None, None),
        ("promote", 1, "production", 1),
        ("deprecate", "1.2.0", None, 2),
        ("promote", "c9", "qa", 3),
    ]
    [promotion] = model_version.history(SUBJECT, "production")
    assert (promotion["why"], promotion["by"], promotion["tag"]) == (
        *("best", run_values.AUTHOR),
        "m#production#1",
    )
