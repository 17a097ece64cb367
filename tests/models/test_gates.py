"""The conditions of a promotion: what passes, what is refused and with which words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.query.grammar import QueryError
from gittrack.models import gates, register
from gittrack.models.gates import PromotionRefused
from gittrack.read.registry.models import Registry


@pytest.fixture
def repo(project):
    return git.find()


def version_of(repo, *, name="m", **run):
    """Return a model of one version, and the version, for a run of these values."""
    run.setdefault("code", {"commit": run_git(".", "rev-parse", "HEAD")})
    return register.register(repo, name, run_values.commit(repo, **run))


def check(repo, model, version, stage="staging", *, config=None, require=None, force=False):
    return gates.check(repo, config or {}, model, version, stage, require=require, force=force)


# --- Names of stages ----------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["production", "staging", "canary/eu"])
def test_without_a_setting_every_stage_is_allowed(stage):
    gates.check_stage({}, stage)


@pytest.mark.parametrize("stage", ["development", "archived"])
def test_the_names_of_versions_in_no_stage_are_no_stages(stage):
    with pytest.raises(TrackError, match="not in any stage") as caught:
        gates.check_stage({"track.stages": f"{stage} production"}, stage)
    assert "demote" in caught.value.hint


def test_a_stage_that_the_setting_does_not_list_is_refused_with_the_nearest():
    config = {"track.stages": "staging production"}
    gates.check_stage(config, "production")
    with pytest.raises(TrackError, match="'producton' is not allowed") as caught:
        gates.check_stage(config, "producton")
    assert caught.value.hint == "did you mean production?"
    with pytest.raises(TrackError) as caught:
        gates.check_stage(config, "xyz")
    assert caught.value.hint == "track.stages allows: staging, production"


# --- Queries ------------------------------------------------------------------------------------


def test_the_passed_queries_are_recorded(repo):
    model, version = version_of(repo, metrics={"acc": 0.9})
    config = {"track.gate.staging": "acc > 0.5"}
    for require, gate in ((None, "acc > 0.5"), ("acc < 1", "acc > 0.5 and acc < 1")):
        passed = check(repo, model, version, config=config, require=require)
        assert passed == {"gate": gate, "forced": []}
    assert check(repo, model, version) == {"gate": None, "forced": []}


def test_the_setting_of_a_gate_is_read_in_small_letters_as_git_prints_it(repo):
    model, version = version_of(repo, metrics={"acc": 0.9})
    with pytest.raises(PromotionRefused, match=r"\(track\.gate\.QA\)"):
        check(repo, model, version, "QA", config={"track.gate.qa": "acc > 1"})


def test_a_failed_gate_names_the_setting_and_the_actual_values(repo):
    model, version = version_of(repo, metrics={"acc": 0.4}, params={"lr": 0.1})
    config = {"track.gate.staging": "acc > 0.5 and lr < 1"}
    with pytest.raises(PromotionRefused) as caught:
        check(repo, model, version, config=config)
    assert caught.value.message == (
        "m v1 does not pass the gate of staging (track.gate.staging): acc > 0.5 (acc is 0.4)"
    )
    assert caught.value.hint == "see: git track model show m@v1; or skip this gate: --force"


def test_force_skips_the_configured_gate_and_records_what_failed(repo):
    model, version = version_of(repo, metrics={"acc": 0.4})
    config = {"track.gate.staging": "acc > 0.5"}
    passed = check(repo, model, version, config=config, require="acc > 0", force=True)
    assert passed == {"gate": "acc > 0", "forced": ["track.gate.staging: acc > 0.5 (acc is 0.4)"]}


def test_force_does_not_skip_the_requirement_of_the_command(repo):
    model, version = version_of(repo, metrics={"acc": 0.4})
    with pytest.raises(PromotionRefused, match=r"gate of staging: acc > 0\.5") as caught:
        check(repo, model, version, require="acc > 0.5", force=True)
    assert "--force" not in caught.value.hint


def test_a_gate_for_a_verdict_proposes_a_reproduction(repo):
    model, version = version_of(repo)
    with pytest.raises(PromotionRefused, match="verdict is not known") as caught:
        check(repo, model, version, require='verdict == "EXACT"')
    assert caught.value.hint == "reproduce it first: git track reproduce m@v1"


def test_a_query_that_cannot_be_parsed_is_a_query_error(repo):
    model, version = version_of(repo)
    with pytest.raises(QueryError):
        check(repo, model, version, require="acc >")


# --- Sound runs ---------------------------------------------------------------------------------


UNSOUND = {
    "failed": ({"status": "failed"}, "its run is failed, not finished"),
    "no code": ({"code": None}, "its code is not committed"),
}


@pytest.mark.parametrize(("run", "problem"), UNSOUND.values(), ids=UNSOUND)
def test_production_needs_a_sound_run_and_other_stages_do_not(repo, run, problem):
    model, version = version_of(repo, **run)
    assert check(repo, model, version, "staging")["forced"] == []
    with pytest.raises(PromotionRefused, match=problem) as caught:
        check(repo, model, version, "production")
    assert caught.value.hint.endswith("or skip these checks: --force")
    assert check(repo, model, version, "production", force=True)["forced"] == [problem]


def test_all_problems_of_a_run_are_reported_together(repo):
    model, version = version_of(repo, status="killed", code=None)
    with pytest.raises(PromotionRefused, match="killed, not finished; its code is not committed"):
        check(repo, model, version, "production")


def test_a_snapshot_is_as_good_as_a_commit_if_a_branch_has_its_tree(repo):
    head = run_git(".", "rev-parse", "HEAD")
    same_tree = run_git(".", "commit-tree", "-m", "snapshot", "HEAD^{tree}")
    model, version = version_of(repo, code={"commit": head, "snapshot": same_tree})
    assert check(repo, model, version, "production")["forced"] == []


def test_code_that_only_a_snapshot_has_is_not_committed(repo):
    head = run_git(".", "rev-parse", "HEAD")
    other = run_git(".", "commit-tree", "-m", "snapshot", run_git(".", "mktree"))
    model, version = version_of(repo, code={"commit": head, "snapshot": other})
    with pytest.raises(PromotionRefused, match="only in its own snapshot") as caught:
        check(repo, model, version, "production")
    assert caught.value.hint.startswith("commit the code to a branch")
    run_git(".", "tag", "m2@v1.0.0", other)  # a tag of the registry is no place for code
    with pytest.raises(PromotionRefused, match="only in its own snapshot"):
        check(repo, model, version, "production")
    run_git(".", "tag", "release", other)
    assert check(repo, model, version, "production")["forced"] == []


def test_an_artifact_that_is_not_here_is_refused_in_every_stage(repo):
    outputs = [{"path": "w.bin", "where": "left out", "size": 5}]
    model, version = version_of(repo, contents={"outputs": outputs})
    with pytest.raises(PromotionRefused, match=r"artifact w\.bin is not here: it was not stored"):
        check(repo, model, version, "staging")
    [forced] = check(repo, model, version, "staging", force=True)["forced"]
    assert forced.startswith("its artifact w.bin is not here")


def test_a_version_whose_tag_was_moved_does_not_go_to_production(repo):
    _, version = version_of(repo)
    other = run_values.commit(repo, 2, code={"commit": run_git(".", "rev-parse", "HEAD")})
    text = run_git(".", "cat-file", "tag", version.event.oid).replace(version.commit, other.commit)
    Path("tag").write_text(text + "\n")
    run_git(
        ".",
        "update-ref",
        "refs/tags/m@v1.0.0",
        run_git(".", "hash-object", "-t", "tag", "-w", "tag"),
    )
    model = Registry(repo).model("m")
    with pytest.raises(PromotionRefused, match="its tag was moved to another commit"):
        check(repo, model, model.versions[0], "production")


def test_a_commit_of_code_needs_no_gate_but_cannot_pass_one(repo):
    """GTO registers commits of code."""
    run_git(".", "tag", "-am", "first", "m@v1.0.0")
    model = Registry(repo).model("m")
    [version] = model.versions
    assert check(repo, model, version, "staging") == {}
    for stage, require in (("production", None), ("staging", "acc > 1")):
        with pytest.raises(NoSuchRun, match="which is not a run"):
            check(repo, model, version, stage, require=require)


# --- The hook -----------------------------------------------------------------------------------


def hook(repo, script: str) -> None:
    path = Path(repo.common_dir, "hooks", "pre-promote")
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


def test_without_a_hook_nothing_is_run(repo):
    model, version = version_of(repo)
    assert gates.ask_hook(repo, {}, model, version, "staging", "") == ""


def test_the_hook_gets_the_version_as_variables(repo):
    model, version = version_of(repo, metrics={"acc": 0.9})
    hook(repo, "env | grep ^GITTRACK_")
    output = gates.ask_hook(repo, {}, model, version, "staging", "better")
    variables = dict(line.split("=", 1) for line in output.splitlines())
    del variables["GITTRACK_PARAMS"]
    assert json.loads(variables.pop("GITTRACK_METRICS")) == {"acc": 0.9}
    assert variables == {
        **{"GITTRACK_MODEL": "m", "GITTRACK_VERSION": "v1.0.0", "GITTRACK_STAGE": "staging"},
        **{"GITTRACK_FROM": "development", "GITTRACK_REPLACES": "", "GITTRACK_WHY": "better"},
        **{"GITTRACK_COMMIT": version.commit, "GITTRACK_RUN": run_values.run_id(1)},
    }


@pytest.mark.parametrize(
    ("script", "answer"),
    [("echo not today; exit 1", "not today"), ("exit 3", "its exit status is 3")],
)
def test_a_hook_refuses_with_its_output_or_its_exit_status(repo, script, answer):
    model, version = version_of(repo)
    hook(repo, script)
    with pytest.raises(PromotionRefused, match=f"refused m v1 for staging: {answer}"):
        gates.ask_hook(repo, {}, model, version, "staging", "")
