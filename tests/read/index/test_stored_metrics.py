"""Runs with more metrics than a commit message holds: tables read the values that they show from columns."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import run_values
from helpers import git, look

from gittrack import git as git_layer
from gittrack.core.run.run_info import Metric, RunInfo
from gittrack.read.index import completion, store, update
from gittrack.read.index.indexed import Indexed
from gittrack.read.index.stored_metrics import StoredMetrics
from gittrack.read.index.writing import verify
from gittrack.read.runs import query, reader

INF, NAN = float("inf"), float("nan")
COUNT = 8
MANY = {f"m{number}": number / 7 for number in range(1001)}
TABLES = (
    ("ls",),
    ("ls", "-n", "100", "--all-params"),
    ("ls", "--md"),
    ("ls", "--csv", "-n", "100"),
    ("ls", "--columns", "id,loss,loss.max,m8.count,m8.step,first,odd.step,a b,x.y"),
    ("ls", "--columns", "loss,nobody"),
    ("ls", "-w", "loss > 3 and params.n < 7"),
    ("ls", "--sort=-loss", "--reverse"),
    ("top", "loss"),
    ("top", "metrics.m8.max", "--min", "-n", "100"),
    ("top", "loss", "--csv"),
    ("top", "odd", "--over", "kind"),
)


def metrics_of(number: int) -> dict[str, float | Metric]:
    """Return the metrics of a run; some runs have others, without a step, or not as usual."""
    values = {name: value + number for name, value in MANY.items()}
    special: list[dict[str, float | Metric]] = [
        {"loss": number / 3, "loss/train": 1e-9, "a b": -1.5, "x.y": 1e300},
        {"loss": Metric(NAN, 0.25, INF, None, 3), "first": -INF, "m8": -0.0},
        {"loss": Metric(2.5, 1.5, 3.5, 0.5, 4), "odd": Metric(1.0, 1.0, 1.0, 2.0, 1)},
        {"loss": Metric(2, 1, 3, 10**18, 10**17), "odd": number},  # whole numbers
    ]
    return {**values, **special[number % len(special)]}


@pytest.fixture
def repo(empty_repo, monkeypatch) -> git_layer.Repo:
    """A repository with runs of a thousand metrics, and a usual one."""
    monkeypatch.setattr(update, "_FEW", 1)
    for number in range(COUNT):
        metrics = metrics_of(number) if number else {"loss": 0.5, "first": 1.0}
        params: dict[str, object] = {"n": number, "kind": "ab"[number % 2]}
        if number == 4:  # its message leaves a param out, too
            params["prompt"] = "x" * 5000
        run_values.commit(empty_repo, number, params=params, metrics=metrics)
    git(Path(), "pack-refs", "--all")
    return empty_repo


def without_index(repo, monkeypatch) -> None:
    """Let everything be read from git and decoded by the parser of YAML, each file once."""
    monkeypatch.setattr(store, "load", lambda common_dir: None)
    monkeypatch.setattr(store, "writer", lambda common_dir: None)
    monkeypatch.setattr(completion, "completed", lambda repo, raws: raws)
    documents = {}
    load = reader.load_yaml

    def load_once(repo, raw, name):
        if (raw.id, name) not in documents:
            documents[raw.id, name] = load(repo, raw, name)
        return documents[raw.id, name]

    monkeypatch.setattr(reader, "load_yaml", load_once)


def infos(repo, limit: int | None = None, key: str = "loss") -> list[RunInfo]:
    """Return the runs that a table shows."""
    runs = query.listing(repo, sort=key, limit=limit, lazy_metrics=True).runs
    return [reader.decode(repo, raw) for raw in runs]


def values_of(runs: list[RunInfo]) -> list[list[tuple[str, str]]]:
    """Return the metrics in their order, so that 1 is not 1.0, and NaN is itself."""
    return [[(name, repr(metric)) for name, metric in run.metrics.items()] for run in runs]


def test_tables_are_the_same_with_and_without_the_index(repo, monkeypatch):
    """Also every value of every metric, its type, and the order of the metrics."""
    values = values_of(infos(repo))
    tables = [(words, *look(*words)) for words in TABLES]
    assert verify.differing(repo) == []
    without_index(repo, monkeypatch)
    assert [(words, *look(*words)) for words in TABLES] == tables
    assert values_of(infos(repo)) == values


def test_a_table_of_usual_summaries_asks_git_for_no_file(repo, monkeypatch):
    """The summaries of the others have steps with fractions, or whole numbers as values."""
    infos(repo)
    kinds = [type(run.metrics) is StoredMetrics for run in sorted(infos(repo))]
    assert kinds == [number > 0 and number % 4 < 2 for number in range(COUNT)]


def test_a_run_that_claims_to_leave_metrics_out_has_none(repo):
    """Its metrics.yaml is empty: something else than gittrack made it."""
    (raw,) = Indexed(repo).find(run_values.run_id(5))
    entries = git(Path(), "ls-tree", raw.commit)
    oid = git(Path(), "rev-parse", f"{raw.commit}:metrics.yaml").strip()
    Path("empty").write_text("{}\n")
    blob = git(Path(), "hash-object", "-w", "empty").strip()
    Path("tree").write_text(entries.replace(oid, blob))
    with open("tree", encoding="utf-8") as file:
        tree = subprocess.check_output(("git", "mktree"), stdin=file, text=True).strip()
    text = git(Path(), "cat-file", "commit", raw.commit)
    _, _, rest = text.partition("\n")
    Path("commit").write_text(f"tree {tree}\n{rest}\n")
    commit = git(Path(), "hash-object", "-t", "commit", "-w", "commit").strip()
    git(Path(), "update-ref", raw.ref, commit)
    store.forget(repo.common_dir)
    runs = infos(repo, key="params.n")
    assert [dict(runs[5].metrics), len(runs[4].metrics)] == [{}, len(metrics_of(4))]
    assert look("ls", "--columns", "loss,m8").code == 0


def test_a_mapping_has_its_names_without_reading_values():
    read = {b"a": Metric(1.0, 1.0, 1.0, 0, 1)}.__getitem__
    metrics = StoredMetrics({"a": b"a", "b": b"gone"}, read, pytest.fail)
    assert (list(metrics), len(metrics), "b" in metrics, "c" in metrics) == (
        ["a", "b"],
        2,
        True,
        False,
    )
    assert metrics["a"].last == 1.0
    assert metrics.get("c") is None


def test_an_index_that_is_damaged_meanwhile_is_as_good_as_none(repo):
    run = infos(repo, 2)[1]
    assert type(run.metrics) is StoredMetrics
    expected = values_of([run])
    run = infos(repo, 2)[1]
    (chunks,) = Path(".git/gittrack/cache").glob("index-*")
    chunks.write_bytes(b"x" * chunks.stat().st_size)
    assert values_of([run]) == expected
    assert store.load(repo.common_dir) is None


def test_a_metric_that_has_no_number_in_any_run_is_known(empty_repo, monkeypatch):
    monkeypatch.setattr(update, "_FEW", 1)
    for number in range(3):
        run_values.commit(empty_repo, number, metrics={**MANY, "unclear": NAN})
    assert all(type(run.metrics) is StoredMetrics for run in infos(empty_repo, key="m5"))
    assert [run.metrics["m5"] for run in infos(empty_repo, key="unclear")]
    assert "there are: m0, m1" in look("top", "nobody").err


@pytest.mark.parametrize("is_partial", [False, True])
def test_a_run_whose_file_cannot_be_read_hides_no_other(repo, is_partial):
    """A disk failed, or a partial clone left the file out; the index is written and right all the same."""
    expected = values_of(infos(repo, key="params.n"))
    (raw,) = Indexed(repo).find(run_values.run_id(5))
    oid = git(Path(), "rev-parse", f"{raw.commit}:metrics.yaml").strip()
    file = Path(".git/objects", oid[:2], oid[2:])
    content = file.read_bytes()
    file.unlink()
    if is_partial:
        git(Path(), "config", "remote.origin.promisor", "true")
        git(Path(), "config", "remote.origin.url", "../away")
    else:
        file.write_bytes(content[:5000])
    for is_kept in (True, False):  # the index that was written before
        assert verify.differing(repo) == []
        runs = infos(repo, key="params.n")
        assert [values for n, values in enumerate(values_of(runs)) if n != 5] == [
            values for n, values in enumerate(expected) if n != 5
        ]
        if is_kept:
            store.forget(repo.common_dir)
    assert runs[5].problem
    assert store.load(repo.common_dir) is not None
    file.unlink(missing_ok=True)
    file.write_bytes(content)
    assert verify.differing(repo) == []
    assert values_of(infos(repo, key="params.n")) == expected
