"""Seeded changes: the results differ, and the true cause is among the first two reasons."""

import json
import sys
from pathlib import Path

import pytest
from helpers import git, run_cli

TRAIN = """
import os, random, sys
import gittrack, helper
params = gittrack.params()
value = params["lr"] + len(os.environ.get("SCALE", "")) + helper.FACTOR + len(sys.argv)
value += sum(map(float, open("table.csv"))) + sum(map(float, open("data.txt")))
value += random.Random(os.environ["GITTRACK_SEED"]).random() + hash("a") % 1000
value += float(os.environ.get("OMP_NUM_THREADS", "0"))
with gittrack.init(config=params) as run:
    run.log({"loss": value})
"""
NOISE = {"HARMLESS": "2"}  # changes in every second run, and is never the cause


class Change:
    """What the second run has otherwise: its options, words of the command, variables and files."""

    def __init__(self, cause, options=(), words=(), env=None, files=None):
        self.cause, self.options, self.words = cause, options, words
        self.env, self.files = env or {}, files or {}


# A helper of another size: bytecode of the same second and size would be taken for current by Python.
CHANGES = [
    *(Change("seed", ("--seed", str(seed))) for seed in (2, 77)),
    *(Change("param: lr", ("-S", f"lr={lr}")) for lr in (0.5, 1e-9)),
    *(Change("command", words=words) for words in (("--fast",), ("--lr", "3"))),
    *(Change("variable: SCALE", env={"SCALE": text}) for text in ("x", "long text")),
    *(Change("code: helper.py", files={"helper.py": f"FACTOR = {n}\n"}) for n in (22, 99)),
    *(Change("tracked data: table.csv", files={"table.csv": f"1\n{n}\n"}) for n in (3, 4)),
    *(Change("input: data.txt", files={"data.txt": f"{n}\n"}) for n in (2, 3)),
    *(Change("threads", ("--threads", str(n))) for n in (1, 2)),
]
SAMPLE = CHANGES[::2]


@pytest.fixture
def project(project):
    Path("train.py").write_text(TRAIN)
    Path("helper.py").write_text("FACTOR = 1\n")
    Path("table.csv").write_text("1\n2\n")
    Path("data.txt").write_text("1\n")
    Path("params.yaml").write_text("lr: 0.1\n")
    Path(".gitignore").write_text("data.txt\n__pycache__\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "train")
    git(".", "config", "track.env", "SCALE HARMLESS")
    return project


def train(name, options=(), words=(), env=None):
    seed = () if "--seed" in options else ("--seed", "1")
    done = run_cli(
        *("run", "-n", name, "--input", "data.txt", *seed, *options, "--"),
        *(sys.executable, "train.py", *words),
        env=env,
    )
    assert done.code == 0, done.err


def first_reasons(change):
    """Record a run and one with the change; return the verdict and the first two reasons."""
    train("a")
    for path, content in change.files.items():
        Path(path).write_text(content)
    train("b", change.options, change.words, {**NOISE, **change.env})
    judged = json.loads(run_cli("verify", "a", "b", "--json").out)
    return judged["verdict"], judged["differences"][:2]


def check(change):
    verdict, reasons = first_reasons(change)
    assert verdict == "DIFFERENT"
    assert any(reason.startswith(change.cause) for reason in reasons), reasons


@pytest.mark.parametrize("change", SAMPLE, ids=lambda change: change.cause)
def test_the_true_cause_is_among_the_first_two_reasons(project, change):
    check(change)


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.cause)
def test_the_true_cause_of_every_change(project, change):
    check(change)
