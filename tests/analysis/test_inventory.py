"""The inventory of many runs."""

import math

from hypothesis import given
from hypothesis import strategies as st

from gittrack.analysis import inventory
from gittrack.core.query.equality import key
from gittrack.core.run.commit_message import MISSING, dotted
from gittrack.core.run.run_info import Metric, RunInfo


def run(number, experiment="x", status="finished", started=None, metrics=(), **params):
    values = {name: Metric(value, value, value, 0, 1) for name, value in dict(metrics).items()}
    return RunInfo(
        f"20260101-000000-{number:08x}",
        experiment,
        status,
        params=params,
        metrics=values,
        started=started,
    )


def of(*runs):
    """Return the columns of some runs, as one block."""
    cells = [
        {"experiment": run.experiment, "status": run.status, "started": run.started}
        | {f"params.{name}": value for name, value in dotted(run.params).items()}
        | {f"metrics.{name}": metric.last for name, metric in run.metrics.items()}
        for run in runs
    ]
    names = {name for run_cells in cells for name in run_cells}
    return [{name: [run_cells.get(name, MISSING) for run_cells in cells] for name in names}]


def test_params_have_counts_ranges_and_distinct_values():
    runs = [run(1, lr=0.1, opt="adam"), run(2, lr=0.01), run(3, lr=0.1)]
    lr, opt = inventory.params(of(*runs))
    assert lr == ("lr", 3, 2, 0.01, 0.1, (0.1, 0.01))
    assert opt == ("opt", 1, 1, None, None, ("adam",))


def test_nested_params_have_dotted_names():
    assert [item.name for item in inventory.params(of(run(1, model={"b": 1, "a": 2})))] == [
        "model.a",
        "model.b",
    ]


def test_truth_and_numbers_that_are_not_finite_have_no_range():
    (flag,) = inventory.params(of(run(1, flag=True), run(2, flag=False)))
    assert (flag.low, flag.high, flag.distinct) == (None, None, 2)
    (loss,) = inventory.metrics(
        of(run(1, metrics={"loss": math.nan}), run(2, metrics={"loss": 2.0}))
    )
    assert (loss.runs, loss.low, loss.high) == (2, 2.0, 2.0)


def test_at_most_a_thousand_values_are_listed_but_all_are_counted():
    (item,) = inventory.params(of(*[run(n, n=n) for n in range(1_001)]))
    assert (item.distinct, len(item.values), item.high) == (1_001, 1_000, 1_000)


def test_the_experiment_with_the_latest_run_is_first():
    first = run(1, "old", started="2026-01-01T00:00:00Z")
    runs = [first, run(2, "new", "failed", "2026-02-01T00:00:00Z"), run(3, "new", "finished")]
    assert inventory.experiments(of(*runs)) == [
        ("new", 2, {"failed": 1, "finished": 1}, "2026-02-01T00:00:00Z"),
        ("old", 1, {"finished": 1}, "2026-01-01T00:00:00Z"),
    ]


def test_no_runs_have_no_inventory():
    assert inventory.params([]) == inventory.metrics([]) == inventory.experiments([]) == []


NUMBERS = st.sampled_from([0, 1, 1.0, -2.5, 0.1, 0.5, 3, 2**60, math.inf, math.nan])
MIXED = NUMBERS | st.sampled_from(["1", "x", True, None, [1]])


@given(st.lists(MIXED, max_size=30))
def test_values_behind_the_first_ones_are_counted_without_being_kept(values):
    most, inventory._MAX_VALUES = inventory._MAX_VALUES, 2
    try:
        rows = inventory.params(of(*[run(n, x=value) for n, value in enumerate(values)]))
    finally:
        inventory._MAX_VALUES = most
    first: dict = {}
    for value in values:
        first.setdefault(key(value), value)
    finite = [
        value
        for value in first.values()
        if isinstance(value, (int, float)) and value is not True and math.isfinite(value)
    ]
    for row in rows:
        assert (row.runs, row.distinct) == (len(values), len(first))
        assert row.values == (*list(first.values())[:2],)
        assert (row.low, row.high) == ((min(finite), max(finite)) if finite else (None, None))
