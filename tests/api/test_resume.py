"""Continuing a run that crashed, failed or was killed: its points stay, the steps go on."""

import subprocess
import sys

import pytest
from helpers import git, record, recover, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")
BEGIN = """
import gittrack, os, signal, sys
run = gittrack.init(name="first", config={"lr": 0.1}, tags=["a"], note="why", group="G", seed=7)
for step in range(3):
    run.log({"loss": 1.0 / (step + 1)})
run.log({"acc": 0.5}, step=40)
open("model", "w").write("half")
run.log_artifact("model"); run.log_input("params.yaml"); run.summary["best"] = 0.5
"""
ENDS = {
    "crashed": "os._exit(1)",
    "failed": "sys.exit(3)",
    "killed": "os.kill(os.getpid(), signal.SIGTERM)",
}


@pytest.fixture(params=list(ENDS))
def broken(request, project):
    """A run that did not come to its end."""
    subprocess.run([sys.executable, "-c", BEGIN + ENDS[request.param]], check=False)
    run = gittrack.get("first")
    assert run.status == request.param
    return run


def test_its_points_stay_and_the_steps_go_on(broken):
    with gittrack.init(resume=broken.id[16:]) as run:
        assert (run.id, run.name, run.experiment) == (broken.id, "first", "default")
        assert run.config.lr == 0.1
        run.log({"loss": 0.25, "acc": 0.6, "new": 1})
    (found,) = gittrack.runs()
    assert (found.id, found.status, found.exit_code) == (broken.id, "finished", 0)
    assert (found.tags, found.note, found.group, found.seed) == (("a",), "why", "G", 7)
    loss, acc = found.history("loss"), found.history("acc")
    assert loss.values.tolist() == [1.0, 0.5, 1 / 3, 0.25]
    assert loss.steps.tolist() == [0, 1, 2, 3]
    assert acc.steps.tolist() == [40, 41]
    assert loss.times.tolist() == sorted(loss.times.tolist())
    assert found.metrics["best"].last == 0.5
    assert found.artifact("model").read_text() == "half"
    assert [item["path"] for item in found.inputs] == ["params.yaml"]


def test_the_ref_only_moves_forward(broken):
    recover()
    before = gittrack.get("first").info.commit
    with gittrack.init(resume="first") as run:
        run.log({"loss": 0})
    found = gittrack.get("first")
    assert found.ref == f"refs/runs/default/{broken.id}"
    git(".", "merge-base", "--is-ancestor", before, found.info.commit)
    assert [parent.hexsha for parent in found.commit.parents][-1] == before
    assert git(".", "show", f"{before}:metrics.csv").count("loss") == 3  # nothing was replaced


def test_resumed_twice():
    record_failed()
    for value in (1, 2):
        run = gittrack.init(resume="x")
        run.log({"a": value})
        run.finish("failed")
    with gittrack.init(resume="x") as run:
        run.log({"a": 3})
    assert gittrack.get("x").history("a").values.tolist() == [0, 1, 2, 3]
    assert gittrack.get("x").history("a").steps.tolist() == [0, 1, 2, 3]


def record_failed():
    run = gittrack.init(name="x", config={"lr": 1})
    run.log({"a": 0})
    run.finish("failed", exit_code=1)


def test_more_can_be_said():
    record_failed()
    with gittrack.init(resume="x", config={"lr": 1, "more": 2}, tags=["again"]) as run:
        assert run.config.to_dict() == {"lr": 1, "more": 2}
    assert gittrack.get("x").tags == ("again",)


def test_another_configuration_is_another_run():
    record_failed()
    with pytest.raises(gittrack.TrackError, match=r"the param 'lr' of .* is 1 and cannot become 2"):
        gittrack.init(resume="x", config={"lr": 2})
    assert gittrack.get("x").status == "failed"


def test_a_finished_run_stays_finished():
    run_id = record("done")
    with pytest.raises(gittrack.TrackError, match=f"the run {run_id} is finished and cannot be"):
        gittrack.init(resume="done")


def test_a_run_that_is_going_on_is_not_taken_over():
    with gittrack.init(name="going"), pytest.raises(gittrack.TrackError, match="is running"):
        gittrack.init(resume="going")


def test_while_it_is_resumed_it_is_shown_as_running():
    record_failed()
    with gittrack.init(resume="x") as run:
        run.log({"a": 7})
        (live,) = gittrack.runs()
        assert (live.status, live.metrics["a"].last, live.metrics["a"].count) == ("running", 7, 2)


def test_a_resumed_run_that_crashes_again_is_recovered():
    record_failed()
    code = "import gittrack, os; gittrack.init(resume='x').log({'a': 9}); os._exit(1)"
    subprocess.run([sys.executable, "-c", code], check=False)
    assert recover().code == 0
    (found,) = gittrack.runs()
    assert (found.status, found.history("a").values.tolist()) == ("crashed", [0, 9])


def test_the_record_says_that_it_was_resumed_and_begins_where_it_began():
    record_failed()
    before = gittrack.get("x")
    with gittrack.init(resume="x") as run:
        assert gittrack.get("x").status == "running"
        run.log({"a": 1})
    after = gittrack.get("x")
    assert (after.resumed, after.started) == (1, before.started)
    assert after.duration >= before.duration
    facts = git(".", "show", f"{after.ref}:run.yaml")
    assert "resumed: 1\n" in facts
    assert "resumed_at: " in facts
    assert "\nresumed     once\n" in run_cli("show", "x").out


def test_not_inside_git_track_run():
    record_failed()
    done = run_cli("run", "--", sys.executable, "-c", "import gittrack; gittrack.init(resume='x')")
    assert "git track run has begun cannot resume another one" in done.err
    assert gittrack.get("x").status == "failed"
