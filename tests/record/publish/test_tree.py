"""record/publish/tree: the files and the message of a run commit, from values alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import Metric
from gittrack.git.objects import Store
from gittrack.record.publish import tree
from gittrack.record.publish.tree import Artifact, FilePart, RunContents

FACTS = {"format": 1, "id": "20260301-000000-0000001c", "experiment": "e", "status": "finished"}
METRICS = {"loss": Metric(0.25, 0.25, 0.5, 1, 2), "acc": Metric(0.912345, 0.1, 0.95, 1, 2)}


@pytest.fixture
def store(repo) -> Store:
    return Store(git.object_store_path(repo), repo.hash_name, flush=False)


def written(store, **contents: object) -> dict[str, tuple[str, bytes]]:
    """Write a run; return the mode and the content of each file, by its path."""
    oid = tree.write(store, RunContents(FACTS, **contents))
    lines = run_git(".", "ls-tree", "-r", "-z", oid).split("\0")[:-1]
    entries = {path: head.split() for head, path in (line.split("\t") for line in lines)}
    blobs = git.read_objects(git.find(), [head[2] for head in entries.values()])
    return {
        path: (head[0], data) for (path, head), data in zip(entries.items(), blobs, strict=True)
    }


def test_a_run_without_values_has_only_its_facts(store):
    files = written(store)
    assert list(files) == [layout.RUN]
    assert yaml_read.load(files[layout.RUN][1], "run.yaml") == FACTS


@pytest.mark.parametrize(
    ("field", "value", "name", "content"),
    [
        ("params", {"b": 1, "a": {"c": 2}}, layout.PARAMS, b"a:\n  c: 2\nb: 1\n"),
        ("env", {"cpu": {"count": 2}}, layout.ENV, b"cpu:\n  count: 2\n"),
        ("inputs", [{"path": "a.csv"}], layout.INPUTS, b"inputs:\n  - path: a.csv\n"),
        ("outputs", [{"path": "m.bin"}], layout.OUTPUTS, b"outputs:\n  - path: m.bin\n"),
        ("series", b"step,name,value,time\n", layout.SERIES, b"step,name,value,time\n"),
        ("log", b"\xff\n", layout.LOG, b"\xff\n"),
        ("streams", b"1,2\n", layout.STREAMS, b"1,2\n"),
        ("diff", b"patches: []\n", layout.DIFF, b"patches: []\n"),
        ("written", b"files: []\n", layout.WRITTEN, b"files: []\n"),
    ],
)
def test_each_value_is_a_file_of_its_own(store, field, value, name, content):
    assert written(store, **{field: value})[name] == ("100644", content)
    assert list(written(store, **{field: type(value)()})) == [layout.RUN]


def test_metrics_are_one_line_each_and_sorted(store):
    _, text = written(store, metrics=METRICS)[layout.METRICS]
    lines = text.decode().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["acc", "loss"]
    assert yaml_read.load(text, "metrics.yaml") == {
        name: metric.to_dict() for name, metric in METRICS.items()
    }


def test_only_the_first_bytes_of_a_file_part_are_read(store):
    Path("metrics.csv").write_bytes(b"whole line\nincompl")
    assert written(store, series=FilePart(Path("metrics.csv"), 11))[layout.SERIES] == (
        "100644",
        b"whole line\n",
    )


def test_artifacts_have_their_folders_and_modes(store):
    Path("weights").write_bytes(b"abcdef and more")
    files = written(
        store,
        artifacts={
            "model/b.bin": Artifact(FilePart(Path("weights"), 6)),
            "model/deep/run.sh": Artifact(b"#!/bin/sh\n", executable=True),
            "model/link": Artifact(b"../target", link=True),
            "a": Artifact(b""),
        },
    )
    del files[layout.RUN]
    assert files == {
        "artifacts/a": ("100644", b""),
        "artifacts/model/b.bin": ("100644", b"abcdef"),
        "artifacts/model/deep/run.sh": ("100755", b"#!/bin/sh\n"),
        "artifacts/model/link": ("120000", b"../target"),
    }
    assert run_git(".", "fsck", "--strict", "--no-dangling") == ""


def test_the_order_of_artifacts_does_not_matter(store):
    artifacts = {"b/x": Artifact(b"1"), "b.txt": Artifact(b"2"), "b-x": Artifact(b"3")}
    turned = dict(reversed(artifacts.items()))
    assert tree.write(store, RunContents(FACTS, artifacts=artifacts)) == tree.write(
        store, RunContents(FACTS, artifacts=turned)
    )


@pytest.mark.parametrize(
    ("metrics", "subject"),
    [
        ({}, "e 20260301-000000-0000001c finished"),
        ({"loss": METRICS["loss"]}, "e 20260301-000000-0000001c finished loss=0.25"),
        ({"acc": METRICS["acc"]}, "e 20260301-000000-0000001c finished acc=0.9123"),
        (
            {"a b": Metric(1e-05, 0, 0, 0, 1)},
            'e 20260301-000000-0000001c finished "a b"=1.0e-05',
        ),
        (
            {"n": Metric(float("nan"), 0, 0, 0, 1)},
            "e 20260301-000000-0000001c finished n=.nan",
        ),
    ],
)
def test_the_subject_has_the_first_metrics_with_four_digits(metrics, subject):
    assert tree.message(FACTS, {}, metrics).split("\n")[0] == subject


def test_the_body_has_all_values_for_listings():
    text = tree.message(FACTS, {"lr": 0.1}, METRICS)
    body = text.partition("\n\n")[2]
    assert commit_message.decode(body) == {
        "run": FACTS,
        "params": {"lr": 0.1},
        "metrics": {name: metric.to_dict() for name, metric in METRICS.items()},
    }
