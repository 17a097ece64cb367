"""Runs in format version 1 stay readable for ever; make_v1.py says how they were made."""

import json
import math
import subprocess
from pathlib import Path

import pytest
from helpers import exact, git, masked, run_cli

import gittrack
from gittrack.core.run.run_info import Code

FULL = "20260102-030405-a1b2c3d4"
HEAD = "5fe253bd21f88f470ee07d7764f59eccf299d0ab"
SNAPSHOT = "683c7f85ac4f3e3b40f34775cbbccd8550d50702"


@pytest.fixture(autouse=True)
def _imported():
    git(".", "init", "-q")
    with open(Path(__file__).with_name("v1.fast-import"), "rb") as stream:
        subprocess.run(["git", "fast-import", "--quiet"], stdin=stream, check=True)


def test_the_commits_are_the_very_ones():
    assert git(".", "for-each-ref", "--format=%(objectname:short=12) %(refname)", "refs/runs") == (
        "32c39d09fc5e refs/runs/default/20260102-030605-00000002\n"
        f"64edd092a3aa refs/runs/digits/mlp/{FULL}\n"
        "a908e91288f3 refs/runs/digits/mlp/20260102-030505-00000001"
    )


def test_facts():
    run = gittrack.get("first try")
    assert (run.id, run.experiment, run.name, run.status) == (
        FULL,
        "digits/mlp",
        "first try",
        "finished",
    )
    assert (run.started, run.ended, run.duration) == (
        "2026-01-02T03:04:05.000Z",
        "2026-01-02T03:04:08.500Z",
        3.5,
    )
    assert run.command == ("python", "train.py", "--lr", "1e-5", "a b")
    assert (run.cwd, run.user, run.host) == (".", "ada", "analytical-engine")
    assert (run.seed, run.tags, run.note, run.group) == (7, ("a", "b c"), "x\ny", "G")
    assert (run.exit_code, run.signal, run.peak_memory) == (0, None, 1 << 20)
    assert (run.fingerprint, run.recipe) == ("e9593b4865f7", "c103f8017e0d")
    assert run.code == Code(HEAD, "main", True, SNAPSHOT, "https://example.org/digits.git")
    assert run.ref == f"refs/runs/digits/mlp/{FULL}"
    assert run.commit.parents[0].hexsha == SNAPSHOT


def test_params():
    params = gittrack.get(FULL).params
    assert exact(params) == exact(
        {
            "batch_size": 64,
            "big": 2**200,
            "flags": {"amp": True, "country": "no", "octal": "012", "resume": None, "time": "1:30"},
            "infinite": -math.inf,
            "layers": [64, [32, 16.0], {"act": "relu"}],
            "lr": 1e-05,
            "text": "two\nlines\t\u202e \U0001f600 \u00e9 \x1b[31m",
            "weight decay": 0.1,
        }
    )
    assert gittrack.fingerprint(params) == "e9593b4865f7"


def test_metrics():
    run = gittrack.get(FULL)
    assert {name: exact(list(metric)) for name, metric in run.metrics.items()} == {
        "a,b": exact([3, 3, 3, 5, 1]),
        "loss": exact([math.nan, 0.5, 1.0, 5, 3]),
        "odd": exact([1e-07, 1e-07, 1e-07, -1.5, 1]),
        "test_accuracy": exact([0.97, 0.97, 0.97, None, 0]),
        "val/acc": exact([0.8, 0.25, 0.75, 1, 2]),
    }
    assert exact(list(run.points())) == exact(
        [
            (0, "loss", 1.0, 0.001),
            (0, "val/acc", 0.25, 0.001),
            (1, "loss", 0.5, 1.25),
            (1, "val/acc", 0.75, 1.25),
            (5, "loss", math.nan, 2.0),
            (5, "a,b", 3, 2.0),
            (-1.5, "odd", 1e-07, 3.0),
        ]
    )
    assert run.history("val/acc").times.tolist() == [0.001, 1.25]


def test_files():
    run = gittrack.get(FULL)
    assert run.env == {
        "python": {"version": "3.11.7", "implementation": "CPython"},
        "packages": {"numpy": "2.1.0", "gittrack": "0.1.0"},
        "platform": {"system": "Linux", "machine": "x86_64"},
        "variables": {"OMP_NUM_THREADS": "1"},
    }
    assert [(item["path"], item["kind"], item["files"], item["size"]) for item in run.inputs] == [
        ("data", "folder", 1, 4)
    ]
    assert [(item["path"], item["size"], item["where"]) for item in run.outputs] == [
        ("out/best", 9, "git"),
        ("out/model.bin", 9, "git"),
        ("huge.bin", 1 << 40, "left out"),
    ]
    assert run.artifact("out/model.bin").read_bytes() == b"\0\xffweights"
    assert (run.artifact("out") / "best").read_bytes() == b"\0\xffweights"
    assert run.log == "epoch 1\r\n\x1b[32mdone\x1b[m \ufffd\n"
    assert (run.diff["base"], run.diff["snapshot"]) == (HEAD, SNAPSHOT)
    (changed,) = run.diff["files"]
    assert (changed["path"], changed["status"]) == ("train.py", "modified")
    assert changed["patch"].endswith('-print("one")\n+print("two")\n')
    assert run.diff["withheld"] == [{"path": ".env", "reason": "secret"}]


def test_params_too_long_for_the_message_are_read_from_their_file():
    run = gittrack.get("00000001")
    assert run.params == {"long": "x" * 5000, "lr": 0.1}
    assert (run.status, run.exit_code, run.metrics, run.outputs) == ("failed", 3, {}, [])


def test_a_crashed_run():
    run = gittrack.get("default@")
    assert (run.id, run.status, run.exit_code) == ("20260102-030605-00000002", "crashed", None)


def test_listings():
    columns = "id,experiment,name,status,duration,loss,val/acc,val/acc.max,flags.country"
    assert masked(run_cli("ls", "--columns", columns).out) == (
        "ID  EXPERIMENT  NAME  STATUS  TIME  loss  val/acc  val/acc.max  flags.country\n"
        "SHORT  default  -  crashed  TIME  -  -  -  -\n"
        "SHORT  digits/mlp  -  failed  TIME  -  -  -  -\n"
        "SHORT  digits/mlp  first try  finished  TIME  nan  0.8  0.75  no\n"
    )
    best, *_ = json.loads(run_cli("top", "val/acc", "--json").out)
    assert best["id"] == FULL
    assert json.loads(run_cli("show", FULL, "--json").out)["params"]["big"] == 2**200
    assert run_cli("diff", "@~1", FULL).code == 0


def test_the_doctor_finds_nothing():
    assert run_cli("doctor") == (0, "3 runs, 0 going on\nall is well\n", "")
