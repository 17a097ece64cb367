"""gittrack.main: a function as a script, and the same run however it is started."""

import json
import os
import sys
from pathlib import Path

import pytest
from helpers import Done, git, run_cli, start

import gittrack

TRAIN = '''
import random
import gittrack

@gittrack.main
def train(config, run):
    """Train a toy."""
    for step in range(3):
        run.log({"loss": config["lr"] * random.random()}, step=step)
    return %s

if __name__ == "__main__":
    train()
'''
CONFIG = {"lr": 0.1, "model": {"hidden": 3}, "seed": 5}


@pytest.fixture(autouse=True)
def _script(project, monkeypatch):
    Path("train.py").write_text(TRAIN % '{"acc": config["lr"] * 2}')
    Path("experiment_42.json").write_text(json.dumps(CONFIG))
    git(".", "add", ".")
    git(".", "commit", "-qm", "a script")
    folder = os.path.dirname(sys.executable)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONHASHSEED", "5")


def script(*argv: str, launcher=()) -> Done:
    """Run the script, by itself or after ``git track run``."""
    if launcher:
        return run_cli(*launcher, "--", "python", "train.py", *argv)
    process = start("python", "train.py", *argv)
    out, err = process.communicate()
    return Done(process.returncode, out, err)


def test_the_same_run_however_it_is_started():
    """Though there is a params.yaml here, which git track run finds before it knows of --config."""
    done = script("--config", "experiment_42.json")
    assert done.code == 0, done.err
    fingerprint = gittrack.fingerprint(CONFIG)
    beginning, heading, closing = done.err.splitlines()
    assert heading == f"config experiment_42.json  fingerprint {fingerprint}  seed 5"
    plain = gittrack.get("@")
    key = plain.id[-8:]
    shown = f"recording run {key} of default; see it with: git track show {key}"
    assert beginning == f"gittrack: {shown}"
    assert closing.startswith(f"gittrack: run {key} finished in ")
    done = script("--config", "experiment_42.json", launcher=["run"])
    assert heading in done.err
    launched = gittrack.get("@")
    for run in (plain, launched):
        assert (run.params, run.seed, run.fingerprint) == (CONFIG, 5, fingerprint)
        assert json.loads(run.artifact("experiment_42.json").read_text()) == CONFIG
        assert run.metrics["acc"].last == 0.2
    assert plain.recipe == launched.recipe
    assert run_cli("verify", plain.id, launched.id).out.startswith("EXACT")
    assert run_cli("reproduce", plain.id).out.startswith("EXACT")


def test_what_git_track_run_is_told_stands_above_the_file():
    script(
        "--config", "experiment_42.json", "-S", "model.hidden=8", launcher=["run", "-S", "lr=0.5"]
    )
    assert gittrack.get("@").params == {"lr": 0.5, "model": {"hidden": 8}, "seed": 5}
    script("--config", "experiment_42.json", launcher=["run", "--seed", "8"])
    assert (gittrack.get("@").seed, gittrack.get("@").params) == (8, {**CONFIG, "seed": 8})
    done = run_cli("reproduce", "@", "-S", "lr=3", "--verify", "none")
    assert (done.code, gittrack.get("@").params["lr"]) == (0, 3)


def test_without_a_file_params_yaml_will_do():
    script()
    plain = gittrack.get("@")
    assert (plain.params, plain.seed) == ({"lr": 0.003, "model": {"hidden": 64}}, 42)
    script(launcher=["run"])
    launched = gittrack.get("@")
    assert (launched.params, launched.seed, launched.recipe) == (plain.params, 42, plain.recipe)
    script(launcher=["run", "-p", "experiment_42.json"])
    assert gittrack.get("@").params == CONFIG


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (["-S", "+seed=-1"], 1, "error: the seed of the configuration is -1\n"),
        (
            ["--config", "no.json"],
            1,
            "error: the configuration no.json cannot be read: No such file",
        ),
        (["-S", "lrr=1"], 1, "error: the configuration has no key 'lrr'\nhint: did you mean lr?"),
        (["--confg"], 2, "error: unrecognized arguments: --confg\nhint: see: train.py -h\n"),
    ],
)
def test_mistakes_are_told_in_two_lines(argv, code, told):
    done = script(*argv)
    assert (done.code, done.out, done.err[: len(told)]) == (code, "", told)
    assert "Traceback" not in done.err


def test_what_is_returned_must_be_metrics():
    Path("train.py").write_text(TRAIN % "3")
    done = script()
    assert (done.code, "error: train returned int, not a mapping of metrics" in done.err) == (
        1,
        True,
    )
    run = gittrack.get("@")
    assert (run.status, run.exit_code, run.metrics["loss"].count) == ("failed", 1, 3)


def test_the_function_can_still_be_called():
    seen = []

    @gittrack.main
    def train(config, run):
        seen.append((config, run))
        return {"acc": 1}

    assert train({"lr": 1}, None) == {"acc": 1}
    assert (seen, train.__name__) == ([({"lr": 1}, None)], "train")
