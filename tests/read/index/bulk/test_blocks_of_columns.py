"""Blocks of columns have what decoded runs have, whichever source they come from."""

from __future__ import annotations

import itertools

import pytest
import run_values
from hypothesis import HealthCheck, given, settings
from random_runs import RUNS
from run_values import NO_REPO

from gittrack.core.run.commit_message import MISSING
from gittrack.read.index.bulk import blocks_of_columns, run_columns
from gittrack.read.runs.decoding.many_runs import DamageCount


@pytest.mark.parametrize("size", [2, 1_000])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=RUNS)
def test_columns_of_an_index_are_those_of_decoded_runs(monkeypatch, size, runs):
    monkeypatch.setattr(run_columns, "_BLOCK", size)
    raws = [
        run_values.raw(n, params=params, metrics=metrics, **facts)
        for n, (params, metrics, facts) in enumerate(runs)
    ]
    lazy = run_values.indexed(raws)
    of_index, of_runs = DamageCount(), DamageCount()
    expected = cells_of(blocks_of_columns.of_runs(NO_REPO, list(lazy), of_runs))
    assert cells_of(blocks_of_columns.of_runs(NO_REPO, lazy, of_index)) == expected
    assert vars(of_index) == vars(of_runs)


SUMMARY = '{"count": 1, "last": %s, "max": 1.0, "min": 1.0, "step": %s}'
LINES = ['code."commit": 5', '"seed": x', '"sweep".id: 5', "status: null", 'params."lr": 5'] + [
    f"metrics.k: {SUMMARY % numbers}"
    for texts in (["1_0"], ["05"], ["+5"], ["5."], ["nan"], ["inf"], ["1" + "0" * 310])
    for numbers in ((*texts, "1"), ("1.0", *texts))
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_gittrack_does_not_write(line):
    """A column must not have a value where the decoded run is damaged, or has another one."""
    usual = [run_values.raw(n, params={"lr": n / 7}, status=None) for n in range(4)]
    ending = "" if line.startswith("status") else "status: finished\n"
    raws = [raw._replace(body=raw.body + f"{ending}{line}\n".encode()) for raw in usual[:2]]
    raws += [raw._replace(body=raw.body + b"status: finished\n") for raw in usual[2:]]
    lazy = run_values.indexed(raws)
    of_index, of_runs = DamageCount(), DamageCount()
    expected = cells_of(blocks_of_columns.of_runs(NO_REPO, list(lazy), of_runs))
    assert cells_of(blocks_of_columns.of_runs(NO_REPO, lazy, of_index)) == expected
    assert vars(of_index) == vars(of_runs)


def cells_of(blocks):
    """Return the experiment, the status, the start, the params and the last metrics of each run, as texts."""
    runs = []
    for columns in blocks:
        kept = {
            name: values
            for name, values in columns.items()
            if name.startswith(("params.", "metrics."))
        } | {
            name: columns.get(name, itertools.repeat(MISSING)) for name in ("experiment", "status")
        }
        kept["started"] = [
            None if value is MISSING else value
            for value in columns.get("started", [None] * len(columns["experiment"]))
        ]
        runs += [
            {
                name: repr(value)
                for name, value in zip(kept, cells, strict=True)
                if value is not MISSING
            }
            for cells in zip(*kept.values(), strict=False)
        ]
    return runs
