"""git track run --auto, --metrics and --scrape: params and metrics of a program that nobody edited."""

import pytest
from helpers import ROOT, git, listed, run_cli

import gittrack

# A framework in the work tree, in the shape of TensorBoard's writer.
WRITER = """
class SummaryWriter:
    def add_scalar(self, tag, scalar_value, global_step=None): print("wrote", tag)
"""
PROGRAM = """
import argparse, json
from tensorboardX import SummaryWriter
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--api-key", default="hunter2")
options = parser.parse_args()
writer = SummaryWriter()
for epoch in range(3):
    writer.add_scalar("board/loss", 1 / (epoch + 1), epoch)
    print(f"epoch {epoch} acc: 0.{epoch}", flush=True)
json.dump({"test": {"acc": 0.75}, "name": "x"}, open("metrics.json", "w"))
"""


@pytest.fixture
def program(project):
    (project / "tensorboardX.py").write_text(WRITER)
    (project / "program.py").write_text(PROGRAM)
    (project / "stale.csv").write_text("loss\n1\n")
    return project


def test_a_program_that_nobody_edited(program):
    words = ("--auto", "--scrape", "--metrics", "metrics.json", "--metrics", "stale.csv")
    done = run_cli("run", *words, "--", "python", "program.py")
    assert done.code == 0, done.err
    assert done.out.count("wrote board/loss") == 3
    (run,) = gittrack.runs()
    assert run.params["args"] == {"lr": 0.1, "api_key": "***"}
    assert run.history("board/loss").steps.tolist() == [0, 1, 2]
    assert run.history("acc").values.tolist() == [0.0, 0.1, 0.2]
    assert run.metrics["test/acc"].last == 0.75
    assert "--auto recorded 2 arguments: lr, api_key\n" in done.err
    assert "taken from printed lines: acc (3)\n" in done.err
    assert (
        "taken from metrics.json: final values of test/acc; left out: 1 of its values" in done.err
    )
    assert run.env["observed"] == {
        "auto": True,
        "metrics": ["metrics.json", "stale.csv"],
        "scrape": True,
    }
    rerun = run_cli("reproduce", run.id)
    assert "EXACT" in rerun.out, rerun.out + rerun.err
    assert "stale.csv was not written by the command: no metrics were taken from it" in done.err


def test_a_file_to_which_the_command_appends(project):
    (project / "log.csv").write_text("epoch,loss\n0,0.5\n")
    done = run_cli("run", "--metrics", "log.csv", "--", "sh", "-c", "echo 1,0.25 >> log.csv")
    assert "log.csv still begins with what it had before the command, which was taken" in done.err
    assert "taken from log.csv: 2 points of loss\n" in done.err


def test_the_setting_and_its_opposite(program):
    git(".", "config", "track.auto", "true")
    run_cli("run", "--", "python", "program.py")
    run_cli("run", "--no-auto", "--", "python", "program.py")
    without, automatic = listed()
    assert automatic["params"]["args"]["lr"] == 0.1
    assert "args" not in without["params"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--auto", "--no-seed-hook"), "--auto needs the start hook"),
        (("--scrape",), "track.scrape is not a regular expression"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(project, words, message):
    git(".", "config", "track.scrape", "(")
    done = run_cli("run", *words, "--", "touch", "ran")
    assert done.code != 0
    assert message in done.err
    assert not (project / "ran").exists()


@pytest.mark.slow
def test_frameworks_are_recorded_from_outside(project):
    pytest.importorskip("xgboost")
    (project / "fit.py").write_text((ROOT / "tests/integrations/auto/program.py").read_text())
    done = run_cli("run", "--auto", "--", "python", "-W", "ignore", "fit.py")
    assert done.code == 0, done.err
    assert "integration failed" not in done.err
    run = next(run for run in gittrack.runs() if not run.info.parent)
    assert run.params["max_depth"] == 2
    assert run.history("valid/logloss").steps.tolist() == [0, 1, 2, 3]
    assert run.params["fit2"]["model"] == "GridSearchCV"
    assert run.metrics["fit2/best_score"].last > 0
    assert run.params["fit3"]["num_leaves"] == 3
    assert len(run.history("accuracy").steps) == 2  # of a score, and of accuracy_score
    assert run.history("value").steps.tolist() == [0, 1]
    assert sorted(child.name for child in gittrack.runs() if child.info.parent) == ["s-0", "s-1"]
