"""Partial clones: listings never fetch, and a verb about one run fetches what it needs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from helpers import git, listed, python, record, repo, run_cli

import gittrack

MISSING = ("rev-list", "--objects", "--all", "--missing=print")
ONE_RUN = ("show a", "files a", "cat a metrics.csv", "diff a b", "plot acc a", "report a b")


@pytest.fixture
def clone(monkeypatch) -> Path:
    """A clone without blobs, of a repository with two runs."""
    origin = repo(path="origin")
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    monkeypatch.chdir(origin)
    for name in "ab":
        (origin / "train.py").write_text(f"print('{name}')\n")
        (origin / "model.bin").write_text(f"weights of {name}")
        with gittrack.init(name=name, config={"x": name}) as run:
            run.log({"acc": 0.5})
            run.log_artifact("model.bin")
    place = origin.parent / "clone"
    options = ("--filter=blob:none", "--no-checkout")
    git(origin.parent, "clone", "-q", *options, f"file://{origin}", str(place))
    git(place, "fetch", "-q", "origin", "refs/runs/*:refs/runs/*")
    monkeypatch.chdir(place)
    return place


def left_out(place: Path) -> int:
    """Return how many objects the clone does not have."""
    return sum(line.startswith("?") for line in git(place, *MISSING).splitlines())


@pytest.mark.parametrize("verb", ["ls", "ls -w x=='a'", "top acc", "params", "experiments"])
def test_a_listing_fetches_nothing(clone, verb):
    before = left_out(clone)
    assert run_cli(*verb.split()).code == 0
    assert left_out(clone) == before > 0


@pytest.mark.parametrize("verb", ONE_RUN)
def test_a_verb_about_one_run_fetches_what_it_needs(clone, verb):
    done = run_cli(*verb.split())
    assert (done.code, done.err) == (0, "")


def test_an_artifact_and_the_code_of_a_run_are_fetched(clone):
    assert run_cli("get", "a", "model.bin").code == 0
    assert (clone / "model.bin").read_text() == "weights of a"
    assert run_cli("checkout", "b", "../code").code == 0
    assert Path("../code/train.py").read_text() == "print('b')\n"


def test_a_run_of_the_python_api_is_fetched(clone):
    assert list(gittrack.get("a").history("acc").values) == [0.5]


@pytest.mark.parametrize("verb", ONE_RUN)
def test_without_the_remote_there_is_one_clear_error(clone, verb):
    Path("../origin").rename("../away")
    done = run_cli(*verb.split())
    assert done.code == 1
    assert "this partial clone left out the object" in done.err
    assert "the remote that has it does not answer" in done.err
    assert "try again when the remote can be reached" in done.err


def test_a_completion_fetches_nothing(clone):
    before = left_out(clone)
    run_cli("__complete", "--", "cat", "a", "")
    assert left_out(clone) == before


def test_a_run_is_recorded_without_the_remote(clone):
    Path("../origin").rename("../away")
    assert record("c", {"acc": 1.0})


@pytest.mark.parametrize("filter_", ["blob:none", "tree:0"])
def test_doctor_names_what_it_cannot_check_and_checks_the_rest(clone, filter_):
    place = clone.parent / "other"
    options = (f"--filter={filter_}", "--no-checkout")
    git(clone.parent, "clone", "-q", *options, f"file://{clone.parent}/origin", str(place))
    git(place, "fetch", "-q", "origin", "refs/runs/*:refs/runs/*")
    record_here = "import gittrack; gittrack.init(name='c').finish()"
    assert python(record_here, cwd=place).code == 0
    before = left_out(place)
    done = run_cli("doctor", cwd=place)
    assert (done.code, left_out(place)) == (0, before)
    assert "not checked: 2 of these runs, because this partial clone left out objects" in done.out
    # Damage is still found, in a run that is complete and in one that is not.
    ours, theirs = listed(cwd=place)[0], listed(cwd=place)[1]
    tree = git(place, "rev-parse", f"{ours['commit']}^{{tree}}")
    (place / ".git/objects" / tree[:2] / tree[2:]).unlink()
    git(
        place,
        "update-ref",
        theirs["ref"].replace("default", "bad"),
        git(place, "rev-parse", "HEAD"),
    )
    out = run_cli("doctor", cwd=place).out
    assert f"{ours['ref']}: missing tree {tree}" in out
    assert "refs/runs/bad/" in out


def test_log_and_export_say_what_the_clone_does_not_have(clone):
    before = left_out(clone)
    done = run_cli("log")
    assert (done.code, "acc  0.5" in done.out) == (0, True)
    assert "no curves are shown: git: this partial clone left out the object" in done.err
    done = run_cli("export", "--history")
    assert (done.code, "damaged" in done.err) == (1, False)
    assert "left out: 2 runs whose points this partial clone does not have" in done.err
    assert left_out(clone) == before


def test_params_that_are_too_long_for_the_message_are_no_damage(clone):
    long = "import gittrack; gittrack.init(name='long', config={str(i): 'x' * 5000 for i in range(99)})"
    assert python(long, cwd="../origin").code == 0
    git(clone, "fetch", "-q", "origin", "refs/runs/*:refs/runs/*")
    run = listed()[0]
    assert (run["name"], run["status"]) == ("long", "finished")
    assert "this partial clone left out the object" in run["problem"]
    assert len(gittrack.get("long").params) == 99


def test_a_run_that_a_model_is_made_of_is_fetched(clone):
    assert run_cli("model", "register", "m", "a").code == 0
    Path("../origin").rename("../away")
    assert run_cli("model", "promote", "m@1", "production", "--force").code == 0


def test_a_version_is_promoted_by_a_clone_that_fetched_only_its_tag(clone):
    assert run_cli("model", "register", "m", "a", cwd="../origin").code == 0
    git(clone, "fetch", "-q", "--tags", "origin")
    assert run_cli("model", "promote", "m@1", "production", "--force").code == 0


@pytest.fixture
def annotated(clone) -> Path:
    """The clone, which fetched annotations of its runs without their content."""
    assert run_cli("tag", "a", "+colleague", cwd="../origin").code == 0
    assert run_cli("note", "a", "first words", cwd="../origin").code == 0
    git(clone, "fetch", "-q", "--no-tags", "--refmap=", "origin", "refs/notes/runs:refs/notes/runs")
    return clone


@pytest.mark.parametrize("verb", ["ls", "ls -w x=='a'", "top acc", "params", "ls --json"])
def test_a_listing_says_that_annotations_were_left_out(annotated, verb):
    before = left_out(annotated)
    done = run_cli(*verb.split())
    assert (done.code, left_out(annotated)) == (0, before)
    assert "names, tags and notes of runs are not complete" in done.err


def test_the_printed_command_fetches_the_annotations(annotated):
    warning = run_cli("ls").err
    command = warning.partition("fetch them: ")[2]
    git(annotated, "config", "fetch.prune", "true")
    record("unpushed", {"acc": 1.0})
    subprocess.run(command, shell=True, check=True, capture_output=True)
    shown = run_cli("ls")
    assert ("colleague" in shown.out, "unpushed" in shown.out, shown.err) == (True, True, "")


@pytest.mark.parametrize("filter_", ["blob:none", "tree:0"])
def test_a_verb_about_one_run_fetches_the_annotations(annotated, monkeypatch, filter_):
    place = annotated.parent / "other"
    options = (f"--filter={filter_}", "--no-checkout")
    git(annotated.parent, "clone", "-q", *options, f"file://{annotated.parent}/origin", str(place))
    refspecs = ("refs/runs/*:refs/runs/*", "refs/notes/runs:refs/notes/runs")
    git(place, "fetch", "-q", "--no-tags", "--refmap=", "origin", *refspecs)
    monkeypatch.chdir(place)
    shown = run_cli("show", "a")
    assert (shown.code, "colleague" in shown.out, shown.err) == (0, True, "")
    assert run_cli("ls").err == ""


def test_an_annotation_is_added_to_those_that_were_left_out(annotated):
    assert run_cli("tag", "a", "+mine").out.endswith("tags: colleague, mine\n")
    assert "first words" in run_cli("show", "a").out


def test_without_the_remote_no_annotation_is_written_over_others(annotated):
    Path("../origin").rename("../away")
    before = git(annotated, "rev-parse", "refs/notes/runs")
    run_id = git(annotated, "for-each-ref", "--format=%(refname:lstrip=-1)", "refs/runs").split()[0]
    assert run_cli("note", run_id, "mine").code == 1
    assert git(annotated, "rev-parse", "refs/notes/runs") == before


def test_the_command_that_completes_the_clone_names_annotations_and_prunes_nothing(annotated):
    record("unpushed", {"acc": 1.0})
    git(annotated, "tag", "unpushed-tag")
    git(annotated, "config", "fetch.prune", "true")
    command = run_cli("doctor").out.partition("all objects: ")[2].splitlines()[0]
    assert "refs/notes/runs*:refs/notes/origin/runs*" in command
    subprocess.run(command, shell=True, check=True, capture_output=True)
    assert git(annotated, "tag") == "unpushed-tag"
    assert {run["name"] for run in listed()} == {"a", "b", "unpushed"}
