"""The points of runs: all of them if they fit, the extremes of each column of pixels if not."""

from __future__ import annotations

import base64
import json
import math
import tracemalloc

import helpers
import numpy as np
import pytest

from gittrack import git
from gittrack.read.runs import reader
from gittrack.web import series_file
from gittrack.web.application import encoded, with_bytes
from gittrack.web.params import BadParameter, Params
from gittrack.web.points import PointCache, RunPoints
from gittrack.web.views import series


def view(run: list[str], **fields: object) -> dict:
    """Return the document as a browser gets it."""
    texts = {k: [str(i) for i in v] if isinstance(v, list) else [str(v)] for k, v in fields.items()}
    return json.loads(encoded(series.view(git.find(), Params({"run": run, **texts}), PointCache())))


def unpacked(pack: object) -> list[float]:
    """Return the numbers of a PACK, as js/pack.js does."""
    if isinstance(pack, list):
        return pack
    if pack["type"] == "range":
        return [pack["start"] + i * pack["step"] for i in range(pack["n"])]
    kinds = {"f64": "<f8", "f32": "<f4", "i32": "<i4"}
    return np.frombuffer(base64.b64decode(pack["data"]), kinds[pack["type"]]).tolist()


def key(run_id: str) -> str:
    return f"default/{run_id}"


def test_bytes_lie_after_the_json_and_need_no_decoding(project):
    run = key(helpers.record("a", *({"loss": 1 / (step + 1)} for step in range(101))))
    document = series.view(git.find(), Params({"run": [run]}), PointCache())
    answer = with_bytes(document)
    begin = 4 + int.from_bytes(answer[:4], "little")
    (entry,) = json.loads(answer[4:begin])["series"]
    start, length = entry["y"]["data"]
    assert (begin + start) % 8 == 0
    values = np.frombuffer(answer[begin + start : begin + start + length], "<f8").tolist()
    assert values == [1 / (step + 1) for step in range(101)]
    assert unpacked(view([run])["series"][0]["y"]) == values


def test_a_long_series_takes_little_memory_besides_its_points(project):
    x = np.arange(200_000.0)
    metrics = {name: series_file.Series(x + 0, x + 0, x + 0) for name in ("loss", "epoch")}
    run = reader.Raw(id="", experiment="")
    peaks = []
    for name, log in (("time", False), ("step", True), ("epoch", False)):
        window = series.Window(name, None, None, 50, log)
        tracemalloc.start()
        series.of_run(git.find(), run, RunPoints(metrics), ["loss"], window)
        peaks.append(tracemalloc.get_traced_memory()[1] / x.nbytes)
        tracemalloc.stop()
    assert peaks[1] < 1.5  # one column of logarithms
    assert peaks[2] < 0.5  # no column; the first request imports what it needs


def test_points_without_a_place_on_a_logarithmic_axis_stay_where_they_are():
    x = np.array([-1.0, 0.0, np.nan])
    np.testing.assert_array_equal(series._logarithms(x), x)


def test_a_logarithmic_axis_has_columns_of_its_own():
    x = np.arange(-10.0, 10_000)
    entries = [
        series.drawn(x, np.cos(x), series.Window("step", None, None, 50, log))
        for log in (False, True)
    ]
    assert [int(np.sum(entry["x"] < 100)) > 20 for entry in entries] == [False, True]
    none_above = series.drawn(x - 20_000, x, series.Window("step", None, None, 50, True))
    assert none_above["thinned"]


def test_few_points_are_all_there(project):
    run = key(helpers.record("a", *({"loss": 1 / (step + 1)} for step in range(100))))
    document = view([run])
    (entry,) = document["series"]
    assert (entry["run"], entry["metric"], entry["total"]) == (run, "loss", 100)
    assert not entry["thinned"]
    assert unpacked(entry["x"]) == list(range(100))
    assert unpacked(entry["y"]) == [1 / (step + 1) for step in range(100)]
    assert document["tails"] == {}


def test_many_points_keep_the_extremes_of_each_column(project):
    values = [math.sin(step / 50) for step in range(5000)]
    values[1234], values[4321] = 9.0, -9.0
    run = key(helpers.record("a", *({"loss": value} for value in values)))
    (entry,) = view([run], width=100)["series"]
    x, y = unpacked(entry["x"]), unpacked(entry["y"])
    assert entry["thinned"]
    assert len(x) <= 2 * 100 + 2
    assert (1234, 9.0) in zip(x, y, strict=True)
    assert (4321, -9.0) in zip(x, y, strict=True)
    assert all(values[int(step)] == value for step, value in zip(x, y, strict=True))
    assert (x[0], x[-1]) == (0, 4999)


def test_zoom_shows_every_point_and_the_neighbours(project):
    run = key(helpers.record("a", *({"loss": float(step)} for step in range(5000))))
    (entry,) = view([run], width=100, **{"from": 100.5, "to": 110})["series"]
    assert unpacked(entry["x"]) == list(range(100, 112))
    assert not entry["thinned"]


def test_points_that_are_not_finite_are_marks(project):
    points = [1.0, float("nan"), 2.0, float("inf"), float("-inf"), 3.0]
    run = key(helpers.record("a", *({"loss": point} for point in points)))
    (entry,) = view([run])["series"]
    assert (unpacked(entry["x"]), unpacked(entry["y"])) == ([0, 2, 5], [1, 2, 3])
    assert entry["marks"] == [[1, "NaN"], [3, "Infinity"], [4, "-Infinity"]]


def test_a_thinned_series_has_the_means_that_smoothing_needs(project):
    values = [0.0, 0.0, 0.0, 9.0] * 1000 + [float("nan")]
    run = key(helpers.record("a", *({"loss": value} for value in values)))
    (entry,) = view([run], width=100)["series"]
    means = {part: unpacked(pack) for part, pack in entry["means"].items()}
    assert sum(means["n"]) == 4000
    assert means["x"][-1] == 3999
    assert all(2 <= mean <= 2.5 for mean in means["y"])  # not the middle of 0 and 9
    assert "before" not in entry


def test_a_range_says_what_came_before_it(project):
    run = key(helpers.record("a", *({"loss": float(step)} for step in range(3000))))
    (entry,) = view([run], **{"from": 2000.5, "to": 2010})["series"]
    assert (unpacked(entry["x"])[0], "means" in entry) == (2000, False)
    before = {part: unpacked(pack) for part, pack in entry["before"].items()}
    assert before["n"] == [20] * 50
    assert (before["y"][0], before["y"][-1]) == (1009.5, 1989.5)
    (first,) = view([run], to=10)["series"]
    assert "before" not in first


def test_the_axis_can_be_time_or_another_metric(project):
    run = key(
        helpers.record("a", {"epoch": 1, "loss": 3.0}, {"loss": 9.0}, {"epoch": 2, "loss": 2.0})
    )
    (entry,) = view([run], metric="loss", x="epoch")["series"]
    assert unpacked(entry["x"])[0] == 1
    for axis in ("time", "wall"):
        (entry,) = view([run], metric="loss", x=axis)["series"]
        assert len(unpacked(entry["x"])) == 3
    assert unpacked(entry["x"])[0] > 1.7e9


def test_a_live_run_has_a_tail(project):
    with helpers.gittrack.init(name="live") as run:
        run.log({"loss": 1.0})
        name = key(run.id)
        document = view([name])
        assert unpacked(document["series"][0]["y"]) == [1.0]
        assert document["tails"][name].endswith("-0")


def test_a_damaged_series_is_a_problem_of_its_run(project):
    good = key(helpers.record("good", {"loss": 1.0}))
    with helpers.gittrack.init(name="bad") as run:
        run.log({"loss": 1.0})
        journal = project / ".git/gittrack/live" / run.id / "metrics.csv"
        with open(journal, "a") as file:
            file.write("nonsense\n")
        document = view([good, key(run.id)])
        assert [entry["run"] for entry in document["series"]] == [good]
        assert "damaged" in document["problems"][0]["message"]


def test_what_means_nothing_is_an_error(project):
    for fields in ({"to": "x"}, {"from": "nan"}, {"width": "wide"}):
        with pytest.raises(BadParameter):
            view(["default/x"], **fields)
    with pytest.raises(BadParameter, match="too many"):
        view([f"default/{i}" for i in range(201)])


def test_an_answer_has_a_bound_of_points(project, monkeypatch):
    keys = [
        key(helpers.record(f"run {n}", *({"a": step * 1.0, "b": 1.0} for step in range(300))))
        for n in range(2)
    ]
    monkeypatch.setattr(series, "MOST_POINTS", 400)
    entries = view(keys)["series"]
    assert len(entries) == 4
    assert all(entry["thinned"] for entry in entries)
    assert sum(len(unpacked(entry["y"])) for entry in entries) <= 400 + 4 * 2
    monkeypatch.setattr(series, "MOST_POINTS", 4)
    assert "2 metrics are too many" in view(keys)["problems"][0]["message"]
    assert view(keys, metric="a")["problems"] == []


def test_a_run_with_too_many_points_is_a_problem_of_its_own(project, monkeypatch):
    run = key(helpers.record("long", *({"loss": 1.0} for _ in range(20))))
    monkeypatch.setattr(series_file, "MOST_POINTS", 19)
    (problem,) = view([run])["problems"]
    assert problem["message"] == "it has more than 19 points, too many for the page"


def test_a_run_without_points_and_one_whose_points_are_missing(project):
    empty = key(helpers.record("empty"))
    assert view([empty])["problems"] == []
    broken = helpers.record("broken", {"loss": 1.0})
    blob = helpers.git(project, "rev-parse", f"refs/runs/default/{broken}:metrics.csv")
    (project / ".git/objects" / blob[:2] / blob[2:]).unlink()
    (problem,) = view([key(broken)])["problems"]
    assert "metrics.csv of the run" in problem["message"]
