"""Reruns with other seeds: which runs are the original, which seeds are free, and what is compared."""

import sys
from pathlib import Path

import pytest
from helpers import git, run_cli

import gittrack
from gittrack import git as package_git
from gittrack.core.errors import TrackError
from gittrack.models import verdicts
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import consistency

TRAIN = """
import os, random
import gittrack
seed = int(os.environ["GITTRACK_SEED"])
with gittrack.init() as run:
    run.log({"acc": 0.9 + random.Random(seed).gauss(0, 0.01), "constant": 1.0}, step=0)
if seed == 13:
    raise SystemExit(1)
"""


@pytest.fixture
def project(project):
    Path("train.py").write_text(TRAIN)
    git(".", "commit", "-qam", "train")
    return project


def train(name, seed, *options):
    return run_cli(
        "run", "-n", name, "--seed", str(seed), *options, "--", sys.executable, "train.py"
    )


def records(*names):
    repo = package_git.find()
    return [RunRecord(repo, resolve.resolve(repo, name)) for name in names]


def test_the_original_and_its_repetitions(project):
    train("a", 0), train("same", 5), train("same-seed", 5), train("failed", 13)
    train("other", 6, "-S", "lr=0.5")
    run_cli("reproduce", "a")
    (first,) = records("a")
    originals = consistency.originals_of(package_git.find(), first)
    assert [run.info.seed for run in originals] == [0, 5]
    assert consistency.unused_seeds(package_git.find(), first, 6) == [1, 2, 3, 4, 6, 7]


def test_a_failed_rerun_is_not_left_out_of_a_mean(project):
    train("a", 0), train("failed", 13)
    first, failed = records("a", "failed")
    result = consistency.judge([first], [first, failed], {"acc": 0.1})
    assert (result.level, result.failed, result.metrics) == ("FAILED", 1, {})


def test_a_metric_that_the_run_does_not_have(project):
    train("a", 0), train("failed", 13)
    first, failed = records("a", "failed")
    consistency.check_metrics(first, ["acc"])
    with pytest.raises(TrackError, match="has no metric 'ac'") as caught:
        consistency.check_metrics(first, ["ac"])
    assert caught.value.hint == "did you mean acc?"
    with pytest.raises(TrackError, match="is failed"):
        consistency.check_metrics(failed, ["acc"])


def test_consistent_is_printed_and_passes_no_gate_on_exact(project):
    train("a", 0)
    done = run_cli("reproduce", "a", "--seeds", "4", "--margin", "acc=0.2")
    assert (done.code, done.out.split()[0]) == (0, "CONSISTENT"), done.out + done.err
    assert "original: " in done.out
    assert "(seed 4)" in done.out
    assert verdicts.best(package_git.find(), resolve.resolve(package_git.find(), "a")) is None
    assert len(gittrack.runs()) == 5
    run_cli("model", "register", "m", "a")
    gate = run_cli("model", "promote", "m@1", "staging", "--require", "verdict == 'EXACT'")
    assert gate.code == 1, gate.out


def test_unknown_and_constant(project):
    train("a", 0)
    done = run_cli(
        *("reproduce", "a", "--seeds", "3", "--margin", "acc=1e-6", "--margin", "constant=1")
    )
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN"), done.out + done.err
    assert "no number of reruns decides it, because the original has 1 run" in done.out
    assert "all reruns have the same value" in done.out


@pytest.mark.parametrize(
    "words",
    [
        ("--seeds", "3"),
        ("--margin", "acc=1"),
        ("--seeds", "3", "--margin", "acc"),
        ("--seeds", "3", "--margin", "acc=0"),
        ("--seeds", "3", "--margin", "acc=nan"),
        ("--seeds", "3", "--margin", "acc=1", "--runs", "2"),
        ("--seeds", "3", "--margin", "acc=1", "-S", "lr=1"),
        ("--seeds", "1001", "--margin", "acc=1"),
    ],
)
def test_options_that_do_not_fit_together(project, words):
    train("a", 0)
    assert run_cli("reproduce", "a", *words).code == 2
    assert len(gittrack.runs()) == 1
