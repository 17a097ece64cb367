"""``mlflow.search_runs``: filters, orders and columns."""

from __future__ import annotations

import pytest

import gittrack
from gittrack.integrations.mlflow import filters


def names(mlflow, filter_string="", **more):
    runs = mlflow.search_runs(filter_string=filter_string, output_format="list", **more)
    return [run.info.run_name for run in runs]


def test_filters_and_orders(mlflow):
    mlflow.set_experiment("e")
    for number, model in enumerate(["tree", "forest", "it's"]):
        with mlflow.start_run(run_name=f"r{number}", tags={"kind": f"k{number}"}):
            mlflow.log_params({"model": model, "n": number})
            mlflow.log_metric("val acc", number / 2)
            mlflow.log_metric("odd", [3, float("nan"), 1][number])
    for text, expected in {
        "": ["r2", "r1", "r0"],
        "metrics.`val acc` >= 0.5": ["r2", "r1"],
        "metrics.'val acc'": None,
        "metrics.\"val acc\" < 0.5 AND params.model = 'tree'": ["r0"],
        "params.model = 'it''s'": ["r2"],
        "params.model LIKE '%re%' and params.n != '0'": ["r1"],
        "params.model ILIKE 'TR%'": ["r0"],
        "params.model LIKE '[tf]%'": [],
        "params.model LIKE 't*'": [],
        "params.model IN ('a,tree,b', 'it''s')": ["r2"],
        "params.model NOT IN ('tree)')": ["r2", "r1", "r0"],
        "tags.kind IN ('k0', 'k2')": ["r2", "r0"],
        "tags.kind NOT IN ('k0','k2')": ["r1"],
        "attributes.status = 'FINISHED' and run_name = 'r1'": ["r1"],
        "params.missing IS NULL and metrics.loss > 1": [],
        "tag.kind IS NOT NULL": ["r2", "r1", "r0"],
    }.items():
        if expected is None:
            with pytest.raises(gittrack.TrackError, match="cannot be parsed"):
                names(mlflow, text)
        else:
            assert names(mlflow, text) == expected, text
    assert names(mlflow, order_by=["metrics.`val acc` ASC"]) == ["r0", "r1", "r2"]
    assert names(mlflow, order_by=["params.model DESC"], max_results=2) == ["r0", "r2"]
    assert names(mlflow, order_by=["metrics.`val acc`"]) == ["r0", "r1", "r2"]
    assert names(mlflow, order_by=["metrics.odd desc"]) == ["r0", "r2", "r1"]
    assert names(mlflow, order_by=["metrics.odd ASC"]) == ["r2", "r0", "r1"]
    with pytest.raises(gittrack.TrackError, match="no attribute 'accuracy'"):
        names(mlflow, order_by=["accuracy DESC"])
    assert names(mlflow, experiment_names=["other"]) == []
    assert names(mlflow, experiment_ids=["e"]) == ["r2", "r1", "r0"]
    frame = mlflow.search_runs(order_by=["start_time ASC"])
    assert frame["params.model"].tolist() == ["tree", "forest", "it's"]
    assert {"run_id", "metrics.val acc", "tags.kind", "tags.mlflow.runName"} <= set(frame)
    assert mlflow.get_experiment_by_name("e").experiment_id == "e"
    assert mlflow.get_experiment_by_name("none") is None
    history = mlflow.MlflowClient().get_metric_history(frame["run_id"][0], "val acc")
    assert [(point.value, point.step) for point in history] == [(0.0, 0)]


@pytest.mark.parametrize(
    "text", ["metrics.acc >", "or", "metrics.a > 1 or metrics.b > 1", "params.x ~ 1"]
)
def test_a_filter_that_cannot_be_parsed_is_an_error(text):
    with pytest.raises(gittrack.TrackError, match="cannot be parsed"):
        filters.holds(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accuracy > 0.9", "no attribute 'accuracy'"),
        ("attributes.count = 1", "no attribute 'count'"),
        ("params.n > '9'", "is text"),
    ],
)
def test_a_filter_that_could_choose_the_wrong_runs_is_refused(text, message):
    with pytest.raises(gittrack.TrackError, match=message):
        filters.holds(text)
