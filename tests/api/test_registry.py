"""gittrack.registry(): the model registry in Python."""

import pytest
from helpers import git, record

import gittrack


def test_the_registry_in_python(project):
    registry = gittrack.registry()
    with gittrack.init("digits", config={"lr": 0.1}) as run:
        run.log({"val_accuracy": 0.97})
    assert registry.register("resnet18", record("one")).version == 1
    with pytest.raises(gittrack.TrackError, match="this run is resnet18 v1 already"):
        registry.register("resnet18", "one")
    registry.register("resnet18", gittrack.get(record("two")))
    v = registry.register("resnet18", run, message="wider")
    assert (v.version, v.number, v.semver, v.stage) == (3, 3, "3.0.0", "development")
    assert (v.metrics, v.message, v.run.params) == ({"val_accuracy": 0.97}, "wider", {"lr": 0.1})
    assert registry.promote("resnet18", 3, "production").stage == "production"
    assert registry.promote("resnet18", "v2", "production", message="back").version == 2
    assert registry.get("resnet18", stage="production") == registry.get("resnet18", 2)
    assert registry.get("resnet18", stage="archived").version == 3
    assert [one.stage for one in registry.versions("resnet18")] == [
        "development",
        "production",
        "archived",
    ]
    assert registry.models() == ["resnet18"]
    assert [
        (e["event"], e["version"], e["number"]) for e in registry.history("resnet18", "production")
    ] == [
        ("promote", 3, 1),
        ("promote", 2, 2),
    ]
    assert gittrack.get("resnet18@production").name == "two"
    registry.demote("resnet18", stage="production")
    registry.deprecate("resnet18", 3)
    registry.remove("resnet18", 1)
    assert [(v.version, v.stage, v.deprecated) for v in registry.versions("resnet18")] == [
        (2, "development", False),
        (3, "archived", True),
    ]


def test_what_there_is_not_is_none_and_a_malformed_name_is_an_error(project):
    registry = gittrack.registry()
    assert registry.get("nope") is None
    assert registry.get("nope", stage="production") is None
    assert (registry.models(), registry.versions("nope"), registry.history("nope")) == ([], [], [])
    registry.register("m", record())
    assert registry.get("m", stage="production") is None
    assert registry.get("m", 7) is None
    assert registry.get("m", stage="development").version == 1
    for wrong in (
        lambda: registry.get("a b"),
        lambda: registry.get("m", "1.x"),
        lambda: registry.get("m@1"),
    ):
        with pytest.raises(gittrack.TrackError):
            wrong()
    with pytest.raises(gittrack.TrackError, match="cannot be the name of a stage"):
        registry.get("m", stage="a b")


def test_another_repository_and_one_without_a_work_tree(project, tmp_path):
    record("r")
    git(".", "clone", "-q", "--mirror", ".", str(tmp_path / "mirror"))
    registry = gittrack.registry(repo=tmp_path / "mirror")
    assert registry.register("m", "r").version == 1
    assert gittrack.registry().models() == []
