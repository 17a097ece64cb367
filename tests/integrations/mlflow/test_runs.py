"""Runs of MLflow: how they begin, nest and end."""

from __future__ import annotations

import helpers
import pytest

import gittrack


def test_a_run_has_name_tags_note_and_experiment(mlflow, caplog):
    mlflow.set_tracking_uri("http://localhost:5000")
    experiment = mlflow.set_experiment("/Users/me/my digits!")
    with mlflow.start_run(run_name="first@1", tags={"a": 1}, description="why") as run:
        assert mlflow.active_run() is run
        mlflow.set_tag("a", 2)
        mlflow.set_tags({"b": "x", "c": "y", "mlflow.note.content": "more"})
        mlflow.delete_tag("c")
        assert (run.info.experiment_id, run.info.status) == ("my-digits", "RUNNING")
    record = gittrack.get("@")
    assert (record.experiment, record.name) == (experiment.experiment_id, "first-at-1")
    assert (set(record.tags), record.note) == ({"a=2", "b=x"}, "why\nmore")
    assert run.info.status == "FINISHED"
    assert mlflow.active_run() is None
    assert mlflow.last_active_run() is run
    assert "git track push shares them" in caplog.text


def test_a_run_inside_another_one_is_its_child_and_needs_nested(mlflow):
    with mlflow.start_run() as outer:
        with pytest.raises(mlflow.MlflowException, match="nested=True"):
            mlflow.start_run()
        with mlflow.start_run(nested=True) as inner:
            mlflow.log_metric("loss", 1)
        mlflow.log_metric("loss", 2)
    child, parent = gittrack.get(inner.info.run_id), gittrack.get(outer.info.run_id)
    assert (child.parent, child.metrics["loss"].last, parent.metrics["loss"].last) == (
        parent.id,
        1,
        2,
    )
    tag = f"tags.mlflow.parentRunId = '{parent.id}'"
    assert [
        run.info.run_id for run in mlflow.search_runs(filter_string=tag, output_format="list")
    ] == [child.id]


def test_recording_without_a_run_begins_one(mlflow):
    mlflow.log_param("lr", 0.1)
    mlflow.log_metric("loss", 3)
    mlflow.log_metric("loss", 2)
    mlflow.log_metrics({"loss": 1.0, "acc": 0.5}, step=7)
    mlflow.end_run()
    mlflow.end_run()
    record = gittrack.get("@")
    assert record.params == {"lr": 0.1}
    assert record.history("loss").steps.tolist() == [0, 1, 7]


@pytest.mark.parametrize(("status", "result"), [("FAILED", "failed"), ("KILLED", "killed")])
def test_the_status_of_the_end_is_recorded(mlflow, status, result):
    mlflow.start_run()
    mlflow.end_run(status)
    assert gittrack.get("@").status == result


def test_an_exception_makes_the_run_failed_and_it_can_continue(mlflow):
    def train():
        with mlflow.start_run() as run:
            runs.append(run)
            mlflow.log_metric("loss", 1)
            raise ValueError("no")

    runs = []
    with pytest.raises(ValueError, match="no"):
        train()
    (run,) = runs
    assert gittrack.get("@").status == "failed"
    with mlflow.start_run(run_id=run.info.run_id) as again:
        mlflow.log_metric("loss", 0.5)
    assert again.info.run_id == run.info.run_id
    assert gittrack.get("@").metrics["loss"].count == 2


def test_a_param_cannot_change_and_other_errors_end_no_training(mlflow, caplog):
    with mlflow.start_run():
        mlflow.log_param("lr", 1)
        with pytest.raises(gittrack.TrackError, match="'lr' is 1 already"):
            mlflow.log_param("lr", 2)
        mlflow.log_artifact("missing.txt")
        mlflow.log_artifacts("missing")
        mlflow.log_dict({"a": object()}, "a.json")
    assert "the MLflow integration failed, the training goes on" in caplog.text


def test_the_end_of_the_process_ends_the_run(project):
    code = "import sys, gittrack.integrations.mlflow as m; m.log_metric('a', 1); sys.exit({})"
    assert helpers.python(code.format(3)).code == 3
    assert [run.status for run in gittrack.runs()] == ["failed"]


def test_what_is_unknown_or_has_no_meaning_says_what_to_use(mlflow, caplog):
    mlflow.start_run(log_system_metrics=True)
    mlflow.evaluate(None)
    mlflow.set_registry_uri("x")
    assert "mlflow.start_run(log_system_metrics=...) has no meaning" in caplog.text
    assert "mlflow.evaluate does nothing here" in caplog.text
    with pytest.raises(AttributeError, match="did you mean log_metric"):
        print(mlflow.log_metrix)
    with pytest.raises(AttributeError, match="git track model"):
        print(mlflow.MlflowClient().delete_run)


def test_the_client_records_into_the_active_run(mlflow):
    from gittrack.integrations.mlflow.entities import Metric, Param, RunTag
    from gittrack.integrations.mlflow.tracking import MlflowClient

    client = MlflowClient()
    run = client.create_run("e", run_name="r", tags={"a": 1})
    run_id = run._info.run_id
    client.log_batch(run_id, [Metric("m", 1.0, 0, 3)], [Param("p", 2)], [RunTag("a", 2)])
    client.log_metric(run_id, "m", 2.0, step=4)
    client.log_param(run_id, "q", 3)
    client.set_tag(run_id, "b", 4)
    client.set_terminated(run_id)
    data = client.get_run(run_id).data
    assert data.params == {"p": "2", "q": "3"}
    assert (data.metrics, data.tags["a"], data.tags["b"]) == ({"m": 2.0}, "2", "4")
    with pytest.raises(mlflow.MlflowException, match="is not active"):
        client.log_param(run_id, "q", 3)
    assert mlflow.get_tracking_uri() == "git"
