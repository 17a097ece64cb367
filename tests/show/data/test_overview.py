"""What a table knows about its runs from one look at each."""

from __future__ import annotations

from run_values import info

from gittrack.show.data import overview
from gittrack.show.data.overview import Overview


def test_params_differ_if_a_run_has_another_value_or_none():
    runs = [info(1, params={"a": 1, "b": 1, "c": 1.0}), info(2, params={"a": 1, "c": 1})]
    seen = Overview(runs)
    assert (seen.params(), seen.differing(), seen.constants) == (
        *(["a", "b", "c"], ["b"], {"a": 1, "c": 1.0}),
    )
    assert Overview([]).constants == {}


def test_the_most_varied_params_come_first(monkeypatch):
    runs = [info(n, params={"x": n, "y": n // 2, **({"z": 0} if n else {})}) for n in range(6)]
    names = ["z", "y", "x"]
    assert Overview(runs).most_varied(names, 3) == ["x", "y", "z"]
    monkeypatch.setattr(overview, "_COUNTED", 3)
    assert Overview(runs).most_varied(names, 2) == ["y", "x"]  # both have very many


def test_metrics_come_by_their_frequency():
    runs = [info(1, metrics={"a": 1.0, "b": 1.0}), info(2, metrics={"b": 1.0, "system/c": 1.0})]
    assert Overview(runs).metrics() == ["b", "a"]
