"""The real gto reads what we wrote, and we read what it wrote."""

import json

import pytest
from helpers import git, model, record

import gittrack

pytest.importorskip("gto", reason="gto is not installed: extra interop")


@pytest.fixture
def gto():
    """Run gto in this process, since it takes a second to import; returns what it prints."""
    from click.testing import CliRunner
    from gto.cli import app

    def run(*words):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_gto_reads_what_we_wrote(project, gto):
    registry = gittrack.registry()
    for number in (1, 2, 3):
        registry.register("vision:net/resnet18", record(f"r{number}"), message=f"number {number}")
    for version, stage in ((1, "production"), (3, "production"), (2, "production"), (3, "staging")):
        registry.promote("vision:net/resnet18", version, stage)
    assert gto("show", "--plain").split() == [
        *("name", "latest", "#production", "#staging"),
        *("vision:net/resnet18", "v3.0.0", "v2.0.0", "v3.0.0"),
    ]
    assert gto("show", "vision:net/resnet18#production", "--version").strip() == "v2.0.0"
    history = json.loads(gto("history", "vision:net/resnet18", "--json"))
    assert [(e["event"], e["version"], e["stage"]) for e in reversed(history)] == [
        *(("registration", f"v{n}.0.0", None) for n in (1, 2, 3)),
        *(("assignment", f"v{n}.0.0", "production") for n in (1, 3, 2)),
        ("assignment", "v3.0.0", "staging"),
    ]
    told = json.loads(gto("check-ref", "vision=net/resnet18#production#3", "--json"))
    assert (told["event"], told["version"], told["author"]) == (
        "assignment",
        "v2.0.0",
        "Ada Lovelace",
    )
    registry.demote("vision:net/resnet18", stage="production")
    registry.deprecate("vision:net/resnet18", 3)
    shown = gto("show", "--plain").split()
    assert shown == ["name", "latest", "vision:net/resnet18", "v2.0.0"]
    assert json.loads(model("ls", "--json"))[0]["stages"] == {}


def test_we_read_what_gto_wrote(project, gto):
    """Versions, a stage with a fall-back, a version that is deregistered, and both tools in turns."""
    git(".", "config", "user.name", "Grace")  # gto does not look where the tests keep it
    git(".", "config", "user.email", "grace@example.org")
    for number in (2, 3):
        git(".", "commit", "-q", "--allow-empty", "-m", str(number))
    gto("register", "resnet18", "HEAD~2")
    gto("register", "resnet18", "HEAD~1", "--bump-major")
    gto("assign", "resnet18", "--version", "v0.0.1", "--stage", "prod")
    gto("assign", "resnet18", "--version", "v1.0.0", "--stage", "prod")
    [found] = json.loads(model("ls", "--json"))
    assert (found["versions"], found["stages"]) == (["0.0.1", 1], {"prod": 1})
    events = json.loads(model("history", "resnet18", "--json"))
    assert events[0]["why"] == "Registering artifact resnet18 version v0.0.1"
    gto("deprecate", "resnet18", "v1.0.0", "prod")
    assert json.loads(model("ls", "--json"))[0]["stages"] == {"prod": "0.0.1"}
    gto("deprecate", "resnet18", "v1.0.0")
    assert json.loads(model("show", "resnet18", "--json"))["version"] == "0.0.1"
    assert "which is not a run" in model("promote", "resnet18@0.0.1", "production", code=1)
    assert model("register", "resnet18", record("r")) == "resnet18 v2\n"
    assert model("promote", "resnet18@2", "prod").startswith(
        "resnet18 v2: development -> prod, replaces v0.0.1"
    )
    assert gto("show", "resnet18#prod", "--version").strip() == "v2.0.0"
    git(".", "tag", "light#prod#1")  # a lightweight tag says nothing, to gto as to us
    assert [one["model"] for one in json.loads(model("ls", "--json"))] == ["resnet18"]
    assert gto("show", "--plain").split()[3:] == ["resnet18", "v2.0.0", "v2.0.0"]


def test_a_registration_after_a_deprecation_takes_the_model_up_again(project, gto):
    git(".", "config", "user.name", "Grace")
    git(".", "config", "user.email", "grace@example.org")

    def both_say_deprecated():
        """What both tools say; gto goes by whole seconds, and so do we."""
        theirs = "m" not in gto("show", "--plain").split()
        assert ("(deprecated)" in model("ls")) == theirs
        assert ("(deprecated)" in model("show", "m@0.0.1")) == theirs
        return theirs

    gto("register", "m", "HEAD")
    assert not both_say_deprecated()
    gto("deprecate", "m")
    both_say_deprecated()
    git(".", "commit", "-q", "--allow-empty", "-m", "more")
    gto("register", "m", "HEAD", "--version", "v2.0.0")
    assert not both_say_deprecated()
    assert json.loads(model("ls", "--json"))[0]["latest"]["version"] == 2
    assert model("register", "m", record("r")) == "m v3\n"
