"""Runs of any kind for property tests, as (params, metrics, facts) of each: usual, odd and damaged ones."""

from __future__ import annotations

from hypothesis import strategies as st
from run_values import run_id

from gittrack.core.run.run_info import Metric

NUMBERS = st.floats() | st.integers(-(10**20), 10**20)
VALUES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | st.lists(st.integers())
PARAMS = VALUES | st.dictionaries(st.sampled_from(["k", "x y"]), VALUES, max_size=2)
NAMES = st.sampled_from(
    ["lr", "lr.min", "a b", "x.y", "größe", "n:1", "b\tc", "truncated", "*odd", "x"]
)
METRICS = st.builds(
    Metric, st.floats(), st.floats(), st.floats(), st.none() | NUMBERS, st.integers(0)
)
FACTS = {
    "name": st.text(max_size=3),
    "status": st.sampled_from(["finished", "failed", 7, None]),
    "started": st.sampled_from(["2026-03-01T00:00:00.000Z", "2026-13-01", 5]),
    "tags": st.lists(st.text(max_size=3), max_size=2) | st.just("no list"),
    "seed": st.integers() | st.just("no number") | st.booleans(),
    "exit_code": st.none() | st.integers(-1, 1),
    "format": st.sampled_from([1, 1, 1, 2]),
    "code": st.fixed_dictionaries(
        {}, optional={"branch": st.text(max_size=3), "dirty": st.booleans(), "commit": st.text()}
    ),
    "sweep": st.just({"id": run_id(1), "trial": "0"}),
    "metric_definitions": st.just({"loss": {"goal": "min"}}) | st.just(3),
    "changed": st.lists(st.text(max_size=3), max_size=2),
    "later": st.just({"unknown": 1}) | st.just([1]),
}
RUNS = st.lists(
    st.tuples(
        st.dictionaries(NAMES, PARAMS, max_size=4),
        st.dictionaries(NAMES, METRICS, max_size=3),
        st.fixed_dictionaries({}, optional=FACTS),
    ),
    min_size=1,
    max_size=5,
)
