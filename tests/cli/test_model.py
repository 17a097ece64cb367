"""git track model: register, promote, demote, look, fetch, deprecate, remove."""

import csv
import io
import json
import os

import pytest
import yaml
from helpers import ROOT, git, listed, look, masked, model, on_terminal, record, run_cli

import gittrack
from gittrack.core.run import judgement
from gittrack.core.run.judgement import Judgement
from gittrack.git import find
from gittrack.launch import launcher
from gittrack.launch.command_plan import CommandPlan
from gittrack.record import annotate, session

LOGS = """echo '{"loss": 1}' >> "$GITTRACK_METRICS\""""
QUERY = "val_accuracy >= 0.95 and verdict == 'EXACT'"


@pytest.fixture
def runs(project):
    """Three runs, r1 to r3, with an artifact each."""
    for number in (1, 2, 3):
        with gittrack.init("digits", name=f"r{number}", config={"lr": 0.1 * number}) as run:
            run.log({"val_accuracy": 0.9 + number / 100})
            (project / "weights").write_text(f"weights of r{number}")
            run.log_artifact("weights", name="model/weights.bin")
            os.remove("weights")
    return project


def tags():
    return git(".", "tag").split("\n")


def test_a_listing_in_json_has_the_stage_of_a_latest_version_that_was_replaced(runs):
    model("register", "m", "r1"), model("register", "m", "r2")
    model("promote", "m@2", "qa"), model("promote", "m@1", "qa")
    [listed_model] = json.loads(model("ls", "--json"))
    assert listed_model["latest"]["stage"] == "archived"
    assert listed_model["latest"] == json.loads(model("ls", "m", "--json"))[0]


def test_from_a_run_to_production(runs):
    assert model("register", "resnet18", "r1") == "resnet18 v1\n"
    assert model("register", "resnet18", "r2", "-m", "wider") == "resnet18 v2\n"
    assert (
        model("promote", "resnet18@1", "production") == "resnet18 v1: development -> production\n"
    )
    assert model("promote", "resnet18@v2.0.0", "production", "-m", "better") == (
        "resnet18 v2: development -> production, replaces v1, which is archived now\n"
    )
    assert tags() == [
        *("resnet18#production#1", "resnet18#production#2", "resnet18@v1.0.0", "resnet18@v2.0.0"),
    ]
    assert git(".", "rev-parse", "refs/models/resnet18/production") == git(
        ".", "rev-parse", "refs/tags/resnet18@v2.0.0"
    )
    assert masked(model("ls")) == (
        "MODEL  LATEST  PRODUCTION  VERSIONS  REGISTERED  BY  SIGNATURE\n"
        f"resnet18  v2  v2  2  {model('ls').split()[11]}  Ada Lovelace  unsigned\n"
    )
    shown = json.loads(model("show", "resnet18@production", "--json"))
    assert (shown["version"], shown["stage"], shown["why"]) == (2, "production", "wider")
    assert [event["why"] for event in shown["history"]] == ["wider", "better"]
    assert run_cli("show", "resnet18@production").out.startswith(f"run         {shown['run']}")
    model("get", "resnet18@production", "-o", "out")
    assert (runs / "out/model/weights.bin").read_text() == "weights of r2"
    assert "params.lr" not in model("diff", "resnet18", "1", "production", "--metrics")
    assert "lr" in model("diff", "resnet18", "1", "production")


def test_the_tag_says_what_it_is_in_yaml(runs):
    model("register", "resnet18", "r1")
    model("promote", "resnet18@1", "staging")
    model("promote", "resnet18@1", "production", "-m", 'it is "good": yes')
    told = yaml.safe_load(git(".", "tag", "-l", "--format=%(contents)", "resnet18#production#2"))
    assert told["promote"] == "resnet18 v1 to production"
    assert (told["from"], told["why"]) == ("staging", 'it is "good": yes')
    assert told["metrics"] == {"val_accuracy": 0.91}
    assert told["artifacts"][0]["path"] == "model/weights.bin"
    assert told["by"] == "Ada Lovelace <ada@example.org>"
    assert told["fingerprint"] == gittrack.fingerprint({"lr": 0.1})


def test_out_of_a_stage(runs):
    for name in ("r1", "r2"):
        model("register", "m", name)
        model("promote", "m@latest", "production")
    model("promote", "m@2", "staging")
    assert model("demote", "m", "production") == "m v2: out of production\n"
    assert model("demote", "m@2") == "m v2: out of staging\n"
    assert git(".", "for-each-ref", "refs/models") == ""
    assert "m v2 is not in any stage" in model("demote", "m@2", code=1)
    assert "no version in production" in model("demote", "m", "production", code=1)
    assert "which version of m is meant, or which stage?" in model("demote", "m", code=2)
    assert [
        e["version"] for e in json.loads(model("history", "m", "--stage", "production", "--json"))
    ] == [
        *(1, 2, 2, 1),
    ]


def test_versions_of_any_kind(runs):
    assert model("register", "m", "r1", "--version", "1.2.0-rc.1") == "m v1.2.0-rc.1\n"
    assert model("register", "m", "r2") == "m v2\n"
    assert model("register", "m", "r3", "--version", "1.5.0") == "m v1.5.0\n"
    assert model("ls", "m").split("\n")[1].startswith("v2 ")
    for address, number in (("m", 2), ("m@latest", 2), ("m@v2", 2), ("m@1.5.0", "1.5.0")):
        assert json.loads(model("show", address, "--json"))["version"] == number


def test_deprecate_and_take_it_up_again(runs):
    model("register", "m", "r1")
    model("promote", "m@1", "production")
    assert model("deprecate", "m@1", "-m", "biased") == "m v1: deprecated, out of production\n"
    assert "m@v1.0.0!#3" in tags()
    assert git(".", "for-each-ref", "refs/models") == ""
    assert "every version of m is deprecated" in model("show", "m", code=1)
    assert "m v1 is deprecated" in model("promote", "m@1", "staging", code=1)
    assert model("register", "m", "r1") == "m v1\n"
    assert "m@v1.0.0#4" in tags()
    assert model("deprecate", "m") == "m v1: deprecated\n"
    assert "git tag -d m@deprecated" in model("register", "m", "r2", code=1)


def test_remove(runs):
    model("register", "m", "r1")
    model("register", "m", "r2")
    model("promote", "m@1", "staging")
    assert model("rm", "m@2").startswith("removed: m v2\nbring it back: git update-ref ")
    assert "m v1 has been in staging" in model("rm", "m@1", code=1)
    model("rm", "m@1", "--force")
    assert tags() == ["m#staging!#2", "m#staging#1"]
    assert model("register", "m", "r3") == "m v2\n"  # v1 is taken by its history


def test_a_version_keeps_its_run(runs):
    model("register", "m", "r1")
    model("promote", "m@1", "production")
    refused = run_cli("rm", "r1")
    assert refused.code == 1
    assert "is m v1 (production)" in refused.err
    assert "git track model rm m@v1" in refused.err
    kept = run_cli("gc", "--keep-best", "1", "--by", "val_accuracy").out
    assert "it is m v1 (production)" in kept
    assert {one["name"] for one in json.loads(run_cli("ls", "--json").out)} == {"r1", "r3"}


MISTAKES = [
    (("register", "m", "nope"), "there is no run 'nope'"),
    (("register", "a b", "r1"), "'a b' cannot be the name of a model"),
    (("register", "m@3", "r1"), "'m@3' cannot be the name of a model"),
    (("register", "m", "r2", "--version", "1.2"), "'1.2' is not a version"),
    (("register", "m", "r2", "--version", "1"), "m has a version v1 already"),
    (("register", "m", "r1"), "this run is m v1 already"),
    (("register", "m", "r2", "--artifact", "modl"), "has no artifact 'modl'\nhint: it has"),
    (("promote", "m@1", "archived"), "archived is the name for versions that are not in any stage"),
    (("promote", "m@1", "a b"), "'a b' cannot be the name of a stage"),
    (("promote", "m@1", "staging", "--require", "val_accuracy >"), "in the query, column"),
    (("promote", "m@7", "staging"), "m has no version v7\nhint: did you mean v1?"),
    (("promote", "n@1", "staging"), "the model 'n' does not exist"),
    (("promote", "m@1.x", "staging"), "'1.x' is not a version"),
    (("show", "resnet"), "the model 'resnet' does not exist\nhint: there are: m"),
    (("show", "m@production"), "m has no version in production"),
    (("get", "m@2"), "m has no version v2"),
    (("history", "mm"), "the model 'mm' does not exist\nhint: did you mean m?"),
    (("rm", "m"), "which version of m is meant?"),
    (("promot", "m@1", "staging"), "there is no verb 'model promot'\nhint: did you mean promote"),
]


def test_mistakes(runs):
    """One clear error each, and nothing half done."""
    model("register", "m", "r1")
    before = git(".", "for-each-ref")
    for words, said in MISTAKES:
        done = look("model", *words)
        assert (done.code in (1, 2), done.out) == (True, ""), (words, done)
        assert said in done.err, words
    git(".", "config", "track.stages", "staging production")
    assert (
        "the stage 'prodction' is not allowed in this repository\nhint: did you mean production?"
        in model("promote", "m@1", "prodction", code=1)
    )
    assert git(".", "for-each-ref") == before


def test_tables_for_programs(runs):
    model("register", "m", "r1", "-m", "two\nlines")
    model("register", "m", "r2")
    model("promote", "m@1", "staging")
    rows = list(csv.reader(io.StringIO(model("ls", "m", "--csv"))))
    assert rows[0] == [
        "VERSION",
        "STAGE",
        "RUN",
        "val_accuracy",
        "REGISTERED",
        "BY",
        "SIGNATURE",
        "WHY",
    ]
    assert [(row[0], row[1], row[3], row[7]) for row in rows[1:]] == [
        ("v2", "development", "0.92", ""),
        ("v1", "staging", "0.91", "two\nlines"),
    ]
    assert model("ls", "--csv").splitlines()[1].startswith("m,v2,v1,2,")
    assert "| m       | v2       | v1        |" in model("ls", "--md")


def test_tables_fit_the_terminal_and_say_what_they_left_out(project, monkeypatch):
    """Programs get all of it."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("NO_COLOR", "1")
    record("r", {f"a_rather_long_metric_{n}": n for n in range(5)})
    model("register", "m", "r", "-m", "it says why at some length, which takes most of a line")
    for stage in ("by", "a-stage-with-a-long-name", "b-stage-with-a-long-name", "production"):
        model("promote", "m@1", stage)
    shown, code = on_terminal("model", "ls", "m", columns=80)
    head, row, note = shown.splitlines()
    assert code == 0
    assert max(map(len, (head, row))) <= 80
    assert head.split() == ["VERSION", "STAGE", "RUN", "a_rather_long_metric_0"]
    assert "production, a-stage-with-a-lo…" in row
    assert note == (
        "not shown: a_rather_long_metric_1, a_rather_long_metric_2, REGISTERED, BY, SIGNATURE, WHY, "
        "a_rather_long_metric_3, a_rather_long_metric_4 (--csv)"
    )
    shown, _ = on_terminal("model", "ls", columns=60)
    assert shown.splitlines()[0].split() == [
        *("MODEL", "LATEST", "PRODUCTION", "A-STAGE-WITH-A-LONG-NAME"),
    ]
    assert "not shown: B-STAGE-WITH-A-LONG-NAME, BY, VERSIONS, " in shown
    assert model("ls", "m").splitlines()[0].count("a_rather_long_metric_") == 3
    rows = list(csv.reader(io.StringIO(model("ls", "m", "--csv"))))
    assert rows[0][3:8] == [f"a_rather_long_metric_{n}" for n in range(5)]
    assert rows[1][3:8] == list("01234")
    assert (
        on_terminal("model", "ls", "m", "--csv", columns=80)[0].split()
        == model("ls", "m", "--csv").split()
    )


def test_a_run_in_a_repository_without_commits_yet(tmp_path):
    git(".", "init", "-q")
    (tmp_path / "train.py").write_text("1\n")
    record("r")
    model("register", "m", "r")
    refused = model("promote", "m@1", "production", code=1)
    assert "its code is committed only in its own snapshot" in refused
    git(".", "add", "."), git(".", "commit", "-qm", "first")
    model("promote", "m@1", "production")


def test_gates(runs):
    model("register", "m", "r3")
    refused = model("promote", "m@1", "staging", "--require", QUERY, code=1)
    assert "val_accuracy >= 0.95 (val_accuracy is 0.93)" in refused
    assert "verdict == 'EXACT' (verdict is not known)" in refused
    git(".", "config", "track.gate.production", "val_accuracy > 0.95")
    refused = model("promote", "m@1", "production", code=1)
    assert (
        "does not pass the gate of production (track.gate.production): val_accuracy > 0.95"
        in refused
    )
    assert model("promote", "m@1", "production", "--force", "--require", "lr < 1") == (
        "m v1: development -> production\n"
    )
    event = json.loads(model("history", "m", "--json"))[-1]
    assert (event["gate"], len(event["forced"])) == ("lr < 1", 1)


def test_the_verdict_of_a_reproduction_opens_a_gate(project):
    assert run_cli("run", "-n", "r", "--", "sh", "-c", LOGS).code == 0
    run_cli("reproduce", "r")
    model("register", "m", "r")
    model("promote", "m@1", "production", "--require", "verdict == 'EXACT'")
    assert json.loads(model("history", "m", "--json"))[-1]["gate"] == "verdict == 'EXACT'"


def test_what_a_verdict_rests_on_is_a_fact_of_queries_and_gates(project):
    wrote = "echo 1 > out.txt; echo loss 0.5"
    run_cli("run", "-n", "r", "--output", "out.txt", "--", "sh", "-c", wrote)
    run_cli("run", "-n", "printed", "--", "sh", "-c", "echo loss 0.5")
    assert look("ls", "-w", "verdict.evidence", "--json").out == "[]\n"
    for name in ("r", "printed"):
        assert run_cli("reproduce", name).code == 0
    (first,) = listed("-w", "'artifacts' in verdict.evidence")
    assert first["name"] == "r"
    rerun = first["verdict"].pop("rerun")
    assert first["verdict"] == {"level": "EXACT", "evidence": ["artifacts", "console"]}
    assert [run["name"] for run in listed("-w", "verdict == 'EXACT'")] == ["printed", "r"]
    table = look("ls", "--columns", "verdict,verdict.evidence", "-w", "name == 'printed'").out
    assert table.splitlines()[1].split()[-2:] == ["EXACT", "console"]
    assert f"EXACT, which rests on artifacts, console (rerun {rerun[16:]})" in look("show", "r").out
    for name in ("r", "printed"):
        model("register", "m", name)
    gate = "verdict == 'EXACT' and 'artifacts' in verdict.evidence"
    model("promote", "m@1", "production", "--require", gate)
    refused = model("promote", "m@2", "production", "--require", gate, code=1)
    assert "'artifacts' in verdict.evidence (verdict.evidence is [\"console\"])" in refused
    assert "hint: verdicts rest on what is compared: git track run --output PATH" in refused


def test_a_rerun_that_an_earlier_version_recorded_passes_no_gate(project, monkeypatch):
    """The earlier version wrote no number of its rules, or a lower one."""
    run_cli("run", "-n", "r", "--", "sh", "-c", LOGS)
    run = gittrack.get("r")
    older = session.RunRequest(command=list(run.command), reproduces=run.id)
    target = annotate.Target(run.id, run.info.commit)
    with monkeypatch.context() as earlier:
        earlier.setattr(judgement, "RULES", judgement.RULES - 1)
        launcher.launch(find(), CommandPlan(older), print)
        annotate.record_verdict(find(), target, Judgement("EXACT", (), "x"))
    assert listed("-w", "name == 'r'")[0]["verdict"]["level"] == "OUTDATED"
    outdated = look("verify", "r", "@").out
    assert outdated.startswith("UNKNOWN")
    assert "an earlier version" in outdated
    model("register", "m", "r")
    refused = model("promote", "m@1", "production", "--require", "verdict == 'EXACT'", code=1)
    assert "verdict == 'EXACT' (verdict is 'UNKNOWN')" in refused
    assert run_cli("reproduce", "r").code == 0
    model("promote", "m@1", "production", "--require", "verdict == 'EXACT'")


def test_a_reproduction_that_had_nothing_to_compare_opens_no_gate(project):
    assert run_cli("run", "-n", "r", "--", "true").code == 0
    run_cli("reproduce", "r")
    model("register", "m", "r")
    refused = model("promote", "m@1", "production", "--require", "verdict == 'EXACT'", code=1)
    assert "verdict == 'EXACT' (verdict is 'UNKNOWN')" in refused
    assert "hint: see what is missing: git track reproduce m@v1" in refused
    # A rerun that logged something is known to differ, whatever the other has shown.
    record("other", {"loss": 1})
    assert run_cli("verify", "r", "other", "--verify", "none").out.startswith("DIFFERENT")


def test_production_takes_sound_runs_only(project):
    assert run_cli("run", "-n", "bad", "--", "false").code == 1
    model("register", "m", "bad")
    assert "its run is failed, not finished" in model("promote", "m@1", "production", code=1)
    (project / "train.py").write_text("print('changed')\n")
    record("dirty")
    model("register", "m", "dirty")
    refused = model("promote", "m@2", "production", code=1)
    assert "its code is committed only in its own snapshot" in refused
    model("promote", "m@2", "staging")
    git(".", "commit", "-qam", "keep it")
    model("promote", "m@2", "production")
    model("promote", "m@1", "production", "--force")
    assert json.loads(model("history", "m", "--json"))[-1]["forced"] == [
        "its run is failed, not finished"
    ]


def test_a_hook_can_refuse(runs):
    hook = runs / ".git/hooks/pre-promote"
    hook.write_text(
        "#!/bin/sh\n"
        'echo $GITTRACK_MODEL $GITTRACK_VERSION $GITTRACK_FROM $GITTRACK_STAGE "$GITTRACK_METRICS"\n'
        '[ "$GITTRACK_STAGE" != production ]\n'
    )
    hook.chmod(0o755)
    model("register", "m", "r1")
    assert "m v1.0.0 development staging" in run_cli("model", "promote", "m@1", "staging").err
    refused = model("promote", "m@1", "production", code=1)
    assert (
        'the pre-promote hook refused m v1 for production: m v1.0.0 staging production {"val_acc'
        in refused
    )


def test_a_number_that_leaves_no_room_for_the_next_is_told_of(runs):
    model("register", "net", "r1")
    git(".", "tag", "-a", "net#staging#999999999999999", "-m", "x", "net@v1.0.0^{}")
    assert "error: the next tag of net would be net#prod#1000000000000000" in model(
        "promote", "net@1", "prod", code=1
    )
    assert tags() == ["net#staging#999999999999999", "net@v1.0.0"]


def test_a_version_whose_tag_was_moved_by_hand_leaves_its_stage_alone(runs):
    model("register", "net", "r1")
    model("register", "net", "r2")
    model("promote", "net@1", "production")
    was = git(".", "rev-parse", "--short=8", "net@v1.0.0^{}")
    git(".", "tag", "-f", "-a", "net@v1.0.0", "-m", "x", gittrack.get("r3").info.commit)
    assert model("promote", "net@2", "production") == (
        f"net v2: development -> production, replaces {was}, which was never registered\n"
    )


def test_a_stage_ref_that_was_made_symbolic_moves_no_tag(runs):
    model("register", "net", "r1")
    model("register", "net", "r2")
    tag = git(".", "rev-parse", "refs/tags/net@v1.0.0")
    git(".", "symbolic-ref", "refs/models/net/production", "refs/tags/net@v1.0.0")
    model("promote", "net@2", "production")
    assert git(".", "rev-parse", "refs/tags/net@v1.0.0") == tag


def test_a_stage_that_is_a_folder_of_another_is_refused_by_git(runs):
    model("register", "a", "r1")
    model("register", "a/b", "r2")
    model("promote", "a@1", "b")
    before = git(".", "for-each-ref")
    refused = model("promote", "a/b@1", "c", code=1)
    assert refused.startswith("error: git: ")
    assert refused.endswith("hint: git cannot store a ref below another ref: choose another name\n")
    assert git(".", "for-each-ref") == before


@pytest.mark.parametrize("pairs", [(("a", "b/c"), ("a/b", "c")), (("a/b", "c"), ("a", "b/c"))])
def test_two_stages_never_share_a_ref(runs, pairs):
    (first, stage), (second, other_stage) = pairs
    model("register", first, "r1")
    model("register", second, "r2")
    model("promote", f"{first}@1", stage)
    before = git(".", "for-each-ref")
    refused = model("promote", f"{second}@1", other_stage, code=1)
    assert f"the stage {stage} of {first} would have one ref" in refused
    assert git(".", "for-each-ref") == before
    model("demote", f"{first}@1", stage)
    model("promote", f"{second}@1", other_stage)


def test_a_stage_that_differs_in_capital_letters_is_a_slip(runs):
    """It would pass by the gates of production, and be the same file where names have no case."""
    model("register", "m", "r1")
    model("promote", "m@1", "canary")
    for slip, meant in (("Production", "production"), ("Canary", "canary")):
        assert f"{slip} and the stage {meant} differ only in capital letters" in model(
            "promote", "m@1", slip, code=1
        )


def test_a_lightweight_tag_is_no_version_and_in_nobodys_way(runs):
    model("register", "m", "r1")
    git(".", "tag", "m@v5.0.0")
    git(".", "tag", "only@v1.0.0")
    model("register", "m", "r2")
    [found] = json.loads(model("ls", "--json"))
    assert (found["latest"]["version"], found["versions"]) == (2, [1, 2])
    assert model("register", "m", "r3", "--version", "5", code=1) == (
        "error: the tag m@v5.0.0 exists already, but is not a version\n"
        "hint: inspect the tag: git show m@v5.0.0; delete it: git tag -d m@v5.0.0\n"
    )
    assert "the model 'only' has no annotated tag of a commit" in model("show", "only", code=1)
    assert model("register", "only", "r3", "--version", "2") == "only v2\n"


def test_stage_tags_without_those_of_the_versions(runs):
    """As they are after a fetch of half of them."""
    model("register", "m", "r1")
    model("promote", "m@1", "staging")
    git(".", "tag", "-d", "m@v1.0.0")
    assert "no version of m is registered here\nhint: fetch its tags" in model("show", "m", code=1)
    assert "gone: the tag m@v1.0.0 does not exist" in model("show", "m@staging")


def test_get_writes_over_nothing_else(runs):
    model("register", "m", "r1")
    (runs / "model").mkdir()
    (runs / "model/weights.bin").write_text("mine")
    assert "exists already and has other content" in model("get", "m", code=1)
    model("get", "m", "--force")
    assert (runs / "model/weights.bin").read_text() == "weights of r1"


def test_a_model_whose_name_differs_in_capital_letters_is_refused(runs):
    model("register", "ResNet", "r1")
    told = model("register", "resnet", "r2", code=1)
    assert "resnet and the model ResNet differ only in capital letters" in told
    assert model("register", "ResNet", "r2") == "ResNet v2\n"
