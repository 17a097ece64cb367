"""A chunk has exactly the values that a look-up finds in the bodies."""

from __future__ import annotations

import os
import tempfile

import run_values
from hypothesis import given, settings
from hypothesis import strategies as st
from run_values import NO_REPO

from gittrack.core.run.run_info import Metric
from gittrack.read.index import completion
from gittrack.read.index.store import Index, Manifest
from gittrack.read.index.table import RunTable
from gittrack.read.index.writing import encoder
from gittrack.read.runs.lookup import Lookup, ways
from gittrack.read.runs.reader import Raw

NUMBERS = st.floats() | st.integers(-(10**20), 10**20)
VALUES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | st.lists(st.integers())
NAMES = st.sampled_from(["lr", "a b", "x.y", "größe", "n:1", "b\tc", "truncated", "*odd"])
METRICS = st.builds(
    Metric, NUMBERS.map(float), st.floats(), st.floats(), st.none() | NUMBERS, st.integers(0)
)
RUNS = st.lists(
    st.tuples(st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, METRICS)),
    min_size=1,
    max_size=12,
)


def table(raws: list[Raw], **more) -> RunTable:
    """Return the table of an index that has these runs."""
    content, extent = encoder.encoded(raws, 0, with_bodies=True, **more)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        index = Index(Manifest(extents=(extent,)), os.dup(file.fileno()))
    return RunTable(index, (), [(0, len(raws))], {})


def same(a: object, b: object) -> bool:
    return a == b or (a != a and b != b)


@settings(max_examples=100)
@given(runs=RUNS)
def test_every_value_is_what_a_look_up_finds(runs):
    raws = [
        run_values.raw(number, params=params, metrics=metrics)
        for number, (params, metrics) in enumerate(runs)
    ]
    columns = table(raws)
    names = {name for params, metrics in runs for name in (*params, *metrics)}
    keys = ["status", "name", "duration", "code", "nobody", "metrics.nobody.max", *names]
    keys += [f"metrics.{name}{part}" for name in names for part in ("", ".min", ".step")]
    for key in keys:
        lookup = Lookup(NO_REPO, ways(key))
        values = columns.values(lookup)
        assert all(map(same, values, map(lookup, raws))), (key, values)


def test_usual_runs_are_in_columns_only():
    raws = [run_values.raw(n, params={"lr": n}, metrics={"loss": float(n)}) for n in range(9)]
    assert table(raws).special() == {}


def test_runs_of_many_layouts_are_in_columns():
    """Some are so many that a pattern splits their bodies, and a few of these have an odd summary."""
    raws = []
    for n in range(300):
        params = {f"p{number}": n for number in range(n % 3 + (n // 7 if n % 10 == 9 else 0))}
        raws.append(run_values.raw(n, params=params, metrics={f"m{n % 2}": n / 7}))
    for n in (100, 200):
        raws[n] = raws[n]._replace(body=raws[n].body.replace(b'"count": 1, ', b""))
    runs = table(raws)
    assert list(runs.special()) == [100, 200]
    for key in ("m0", "metrics.m1.max", "p0", "p1", "p9", "id", "duration"):
        lookup = Lookup(NO_REPO, ways(key))
        assert runs.values(lookup) == [lookup(raw) for raw in raws], key


def test_a_record_gives_the_run_back():
    raws = [run_values.raw(n, params={"lr": n}) for n in range(3)]
    assert table(raws).raws([2, 0]) == [raws[2], raws[0]]


def test_a_truncated_run_is_complete_in_columns(empty_repo):
    """Also one with a long value, and with names that need quotes; its record has the body as it is."""
    metrics = {f"m{number}": float(number) for number in range(1001)} | {"a b": 1.5}
    params = {"prompt": "x" * 5000, "lr": 0.1, "deep": {"a": {"b": [1, 2]}}}
    raws = [run_values.commit(empty_repo, n, params=params, metrics=metrics) for n in (1, 2)]
    runs = table(raws, complete=completion.complete(empty_repo, raws))
    assert runs.special() == {}
    for key in ("m7", "a b", "metrics.m7.max", "prompt", "lr", "deep.a.b", "nobody", "status"):
        lookup = Lookup(empty_repo, ways(key))
        assert runs.values(lookup) == [lookup(raw) for raw in raws], key
    assert runs.raws([0, 1]) == raws


def test_a_truncated_run_without_its_file_is_odd(empty_repo):
    raw = run_values.commit(empty_repo, 1, params={"prompt": "x" * 5000})
    assert completion.complete(empty_repo, [raw._replace(commit="0" * 40)]) == {}
    assert list(table([raw]).special()) == [0]
