"""A data frame that is made of columns of the index is the one that is made of runs, one after the other."""

from __future__ import annotations

import time
from functools import partial

import pytest
import run_values
from helpers import git as run_git
from helpers import look
from hypothesis import given, settings
from random_runs import RUNS
from run_values import NO_REPO, run_id

import gittrack
from gittrack.read.index import update
from gittrack.read.index.bulk import run_columns
from gittrack.read.runs import blocks, reader
from gittrack.tidy import fold, fold_plan

pytest.importorskip("pandas")
import pandas as pd

from gittrack.show.data import flat, frame


def assert_same(found: pd.DataFrame, runs) -> None:
    rows = frame.of_rows(flat.row(info) for info in runs)
    pd.testing.assert_frame_equal(found, rows, check_exact=True)


@settings(max_examples=25)
@given(runs=RUNS)
def test_columns_have_the_values_of_the_runs(runs):
    assert_values_of_runs(runs)


@pytest.mark.slow
@settings(max_examples=500)
@given(runs=RUNS)
def test_columns_have_the_values_of_many_more_runs(runs):
    assert_values_of_runs(runs)


def assert_values_of_runs(runs) -> None:
    raws = [
        run_values.raw(n, params=params, metrics=metrics, **facts)
        for n, (params, metrics, facts) in enumerate(runs)
    ]
    lazy = run_values.indexed(raws)
    columns = run_columns.of_runs(lazy)
    infos = list(map(partial(reader.decode, NO_REPO), lazy))
    if columns is not None:
        rows = {number: flat.row(infos[number]) for number in columns.others}
        assert_same(frame.of_columns(columns.values, len(infos), rows), infos)


def test_usual_runs_are_not_decoded():
    raws = [
        run_values.raw(n, params={"lr": n / 7, "on": True}, metrics={"loss": n / 3}, tags=["a"])
        for n in range(9)
    ]
    columns = run_columns.of_runs(run_values.indexed(raws))
    assert not columns.others
    assert columns.values["params.lr"] == [n / 7 for n in range(9)][::-1]


def test_a_frame_of_runs_of_all_kinds(empty_repo, monkeypatch):
    """Folded, annotated, truncated and live runs, and trials."""
    monkeypatch.setattr(update, "_FEW", 0)
    monkeypatch.setattr(blocks, "LAZY", 2)
    for number in range(6):
        run_values.commit(
            empty_repo, number, params={"n": number, "deep": {"a": [1]}}, metrics={"loss": 0.5}
        )
    fold.fold(empty_repo, fold_plan.plan(empty_repo, 0, time.time() + 1).members)
    run_values.commit(empty_repo, 7, params={"prompt": "x" * 5000, "n": 7}, name="wide")
    run_values.commit(empty_repo, 8, sweep={"id": run_id(8), "trial": "0"}, experiment="a/b")
    run_values.commit(empty_repo, 9, params={"q": 1}, tags=["a"])
    assert look("tag", run_id(3), "+good").code == 0
    assert look("archive", run_id(4)).code == 0
    run_git(".", "pack-refs", "--all")
    with gittrack.init(name="live", config={"n": 1}) as run:
        run.log({"loss": 1.0})
        runs = gittrack.runs(sort="started", archived=True)
        assert len(runs) == 10
        columns = runs._runs.columns()
        assert len(columns.others) == 4
        assert_same(runs.to_pandas(), [run.info for run in runs])
        assert_same(runs[1:8].to_pandas(), [run.info for run in runs[1:8]])
