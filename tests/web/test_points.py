"""Arrays of points: order, ranges, thinning, packing, and the cache."""

from __future__ import annotations

import helpers
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gittrack import git
from gittrack.read.runs import listing, resolve
from gittrack.web import points
from gittrack.web.points import PointCache, cut, means, ordered, pack, thin
from gittrack.web.series_file import Series


def test_points_are_ordered_by_x_and_else_by_logging():
    x, y = ordered(np.array([3.0, 1.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    assert (x.tolist(), y.tolist()) == ([1, 3, 3], [2, 1, 3])


def test_a_range_has_one_more_point_at_each_end():
    x = np.arange(10.0)
    assert cut(x, 3.5, 5.5) == slice(3, 7)
    assert cut(x, None, None) == slice(0, 10)
    assert cut(x, 100, 200) == slice(9, 10)
    assert cut(np.empty(0), 1, 2) == slice(0, 0)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400),
    st.integers(1, 40),
)
def test_thinning_keeps_the_extremes_of_every_column(values, width):
    x, y = np.arange(float(len(values))), np.array(values)
    thin_x, thin_y = thin(x, y, width)
    assert len(thin_x) <= max(2 * width, min(len(values), 2 * width + 2))
    assert set(zip(thin_x, thin_y, strict=True)) <= set(zip(x, y, strict=True))
    assert (thin_y.min(), thin_y.max()) == (y.min(), y.max())
    assert (thin_x[0], thin_x[-1]) == (x[0], x[-1])
    assert bool(np.all(np.diff(thin_x) > 0))


def test_thinning_for_a_logarithmic_axis_keeps_the_first_points():
    x = np.arange(1.0, 100_001)
    thin_x, _ = thin(x, np.sin(x), 100, np.log10(x))
    assert all(np.sum((thin_x >= low) & (thin_x < 10 * low)) > 8 for low in (1, 10, 100, 1000))
    assert sum(means(x, x, 100, np.log10(x)).n) == len(x)


def test_thinning_of_points_at_one_place():
    x, y = thin(np.zeros(100), np.arange(100.0), 10)
    assert sorted(y.tolist()) == [0, 99]
    assert set(x.tolist()) == {0}


def test_numbers_are_packed_without_loss():
    assert pack(np.array([1.0, 0.1])) == [1, 0.1]
    assert pack(np.arange(0.0, 400, 4)) == {"type": "range", "start": 0, "step": 4, "n": 100}
    for numbers, kind in (
        (np.arange(100.0) ** 2, "i32"),
        (np.sqrt(np.arange(100.0)), "f64"),
        (np.arange(100.0) * 1e10 + np.arange(100.0) ** 2, "f64"),
    ):
        packed = pack(numbers)
        dtype = {"i32": "<i4", "f64": "<f8"}[packed["type"]]
        assert packed["type"] == kind
        assert np.frombuffer(packed["data"], dtype).tolist() == numbers.tolist()
    assert pack(np.sqrt(np.arange(100.0)), single=True)["type"] == "f32"


def test_a_live_run_is_continued_where_it_was_read(project):
    cache = PointCache()
    with helpers.gittrack.init() as run:
        run.log({"loss": 1.0})
        raw = resolve.resolve(git.find(), run.id)
        first = cache.read(git.find(), raw)
        run.log({"loss": 2.0, "acc": 0.5})
        second = cache.read(git.find(), raw)
    assert first.metrics["loss"].values.tolist() == [1.0]
    assert second.metrics["loss"].values.tolist() == [1.0, 2.0]
    assert second.metrics["acc"].values.tolist() == [0.5]
    assert second.tail.size > first.tail.size


def test_a_journal_that_was_replaced_is_read_again(project):
    with helpers.gittrack.init() as run:
        run.log({"loss": 1.0})
        raw = resolve.resolve(git.find(), run.id)
        earlier = points.read(git.find(), raw)
        further = earlier._replace(tail=earlier.tail._replace(size=10**6))
        assert points.read(git.find(), raw, further).metrics["loss"].values.tolist() == [1.0]


def test_the_cache_forgets_what_was_used_first(project):
    ids = [helpers.record(str(i), *({"loss": 1.0} for _ in range(100))) for i in range(3)]
    cache = PointCache(limit=5000)  # two runs of 2,400 bytes
    for run_id in ids:
        assert (
            len(cache.read(git.find(), resolve.resolve(git.find(), run_id)).metrics["loss"][0])
            == 100
        )
    assert len(cache._runs) == 2
    assert isinstance(next(iter(cache._runs.values())).metrics["loss"], Series)


def test_a_mean_has_its_count_and_the_place_of_the_last_point():
    x, y, n = means(np.array([0.0, 1, 2, 3, 8]), np.array([1.0, 2, 3, 4, 9]), 2)
    assert (x.tolist(), y.tolist(), n.tolist()) == ([3, 8], [2.5, 9], [4, 1])


def test_the_mean_of_a_constant_is_the_constant_and_that_of_large_numbers_is_finite():
    assert set(means(np.arange(99.0), np.full(99, 0.1), 7).y) == {0.1}
    assert means(np.arange(2.0), np.array([1.5e308, 1.7e308]), 1).y.tolist() == [1.6e308]


def test_columns_with_many_points_keep_the_same_extremes():
    dice = np.random.default_rng(3)
    x, y = np.arange(5_000.0), dice.normal(size=5_000)
    few = thin(x, y, 10)  # each column is looked at by itself
    assert len(few[0]) <= 22
    for column in range(10):
        part = y[column * 500 : column * 500 + 500]
        inside = few[1][(few[0] >= column * 500) & (few[0] < column * 500 + 500)]
        assert (inside.min(), inside.max()) == (part.min(), part.max())


def test_a_long_live_run_is_read_in_steps(project, monkeypatch):
    monkeypatch.setattr(points, "_STEP", 1_000)
    with helpers.gittrack.init(name="live") as run:
        for step in range(300):
            run.log({"loss": float(step)})
        (raw,) = listing.list_runs(git.find())
        read = points.read(git.find(), raw)
        assert read.metrics["loss"].values.tolist() == [float(step) for step in range(300)]
        run.log({"loss": -1.0})
        again = points.read(git.find(), raw, read)
        assert again.metrics["loss"].values[-2:].tolist() == [299.0, -1.0]
