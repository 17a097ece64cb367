"""``wandb.log``, the summary, metrics, media, and what is not supported."""

from __future__ import annotations

import helpers
import numpy as np
import pytest

import gittrack


def points(name):
    history = gittrack.get("@").history(name)
    return list(zip(history.steps.tolist(), history.values.tolist(), strict=True))


def test_steps_count_calls_and_a_step_that_goes_back_is_kept(wandb):
    wandb.init()
    wandb.log({"loss": 3.0})
    wandb.log({"loss": 2.0}, commit=False)
    wandb.log({"acc": 0.5})
    wandb.log({"loss": 1.0}, step=np.int64(10))
    wandb.log({"acc": 0.6})
    wandb.log({"loss": 0.5}, step=4)
    wandb.log()
    assert wandb.run.step == 12
    wandb.finish()
    assert points("loss") == [(0, 3.0), (1, 2.0), (10, 1.0), (4, 0.5)]
    assert points("acc") == [(1, 0.5), (10, 0.6)]


def test_every_kind_of_value_is_recorded(wandb, caplog):
    figures = pytest.importorskip("matplotlib.figure")
    wandb.init()
    wandb.log(
        {
            "nested": {"a": 1, "b": {"c": 2}},
            "text": "hello",
            "list": [1, 2],
            "none": None,
            "flag": True,
            "scalar": np.float32(0.5),
            "array": np.arange(10),
            "object": object,
            "figure": figures.Figure(figsize=(1, 1)),
            "images": [wandb.Image(np.zeros((2, 2)), caption="a"), wandb.Image(np.ones((2, 2)))],
            "image": wandb.Image(np.zeros((2, 2)), boxes={"x": 1}),
            "histogram": wandb.Histogram(np_histogram=([1], [0, 1])),
            "table": wandb.Table(columns=["a", "b"], data=[[1, "x"]]),
            "html": wandb.Html("<p>", inject=False),
            "audio": wandb.Audio(np.zeros(4), sample_rate=8000, caption="b"),
            "video": wandb.Video(np.zeros((2, 3, 4, 4), np.uint8), fps=2, format="gif"),
            "roc": wandb.plot.roc_curve([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]),
        }
    )
    wandb.finish()
    record = gittrack.get("@")
    assert set(record.metrics) == {"nested.a", "nested.b.c", "flag", "scalar"}
    types = {name: items[0]["type"] for name, items in record.media.items()}
    assert types == {
        **dict.fromkeys(("text", "list", "object"), "text"),
        **dict.fromkeys(("image", "images"), "image"),
        **dict.fromkeys(("array", "histogram"), "histogram"),
        **dict.fromkeys(("table", "roc"), "table"),
        **{name: name for name in ("figure", "html", "audio", "video")},
    }
    assert [item.get("caption") for item in record.media["images"]] == ["a", None]
    assert record.media["roc"][0]["chart"] == "roc_curve"
    assert "wandb.Image(boxes=...) has no meaning" in caplog.text


def test_the_summary_has_the_last_values_and_takes_new_ones(wandb):
    run = wandb.init()
    wandb.log({"loss": 1.0, "acc": 0.5})
    wandb.log({"loss": 0.5})
    run.summary["best"] = 0.9
    wandb.summary.update({"acc": 0.7, "nested": {"x": 1}, "words": "good"})
    run.summary.rmse = 2.0
    assert (wandb.summary["loss"], run.summary.best, run.summary.get("no")) == (0.5, 0.9, None)
    wandb.finish()
    record = gittrack.get("@")
    last = {name: metric.last for name, metric in record.metrics.items()}
    assert last == {"loss": 0.5, "acc": 0.7, "best": 0.9, "nested.x": 1, "rmse": 2.0}
    assert list(record.media) == ["words"]


def test_metrics_are_defined_by_name_and_by_pattern(wandb):
    wandb.init()
    epoch = wandb.define_metric("epoch")
    wandb.define_metric("val/*", step_metric=epoch, goal="maximize", summary="max,last")
    wandb.log({"epoch": 1, "val/acc": 0.5, "loss": 1})
    wandb.finish()
    expected = {"val/acc": {"step_metric": "epoch", "goal": "max", "summary": "max"}}
    assert gittrack.get("@").metric_definitions == expected


def test_an_error_of_recording_ends_no_training(wandb, caplog):
    class Bad(wandb.Image):
        def encode(self):
            raise RuntimeError("broken")

    wandb.init()
    for _ in range(3):
        wandb.log({"bad": Bad(None), "loss": 1.0, "x" * 600: 1})
    wandb.log({"loss": 2.0}, step="seven")
    wandb.finish()
    assert gittrack.get("@").metrics["loss"].count == 4
    assert "left out in sum: 3 of metric" in caplog.text
    with pytest.raises(wandb.Error, match="not a mapping"):
        wandb.init().log([1])


def test_alerts_are_printed_and_noted_and_watch_names_an_alternative(wandb, capfd, caplog):
    run = wandb.init(notes="first")
    wandb.alert(title="low", text="accuracy is low", level=wandb.AlertLevel.WARN)
    run.watch(None, log="all")
    wandb.finish()
    assert gittrack.get("@").note == "first\nwarn: low: accuracy is low"
    assert "gittrack: warn: low: accuracy is low" in capfd.readouterr().err
    assert "gittrack.Histogram(parameter.grad)" in caplog.text


def test_what_is_not_supported_names_an_alternative(wandb, caplog):
    assert not wandb.login(key="x")
    assert not wandb.Object3D("a.obj").anything().more
    assert "wandb.Object3D does nothing here; instead: run.log_artifact(path)" in caplog.text
    with pytest.raises(AttributeError, match="no 'intit': did you mean init"):
        print(wandb.intit)
    with pytest.raises(AttributeError, match=r"run\.gittrack is the run"):
        print(wandb.init().to_dict)
    wandb.run.log_code(".")
    assert wandb.data_types.Image is wandb.Image


def test_an_exception_makes_the_run_failed(project):
    code = """
import gittrack.integrations.wandb as wandb
with wandb.init() as run:
    run.log({"loss": 1})
    raise ValueError("no")
"""
    assert helpers.python(code).code == 1
    assert gittrack.get("@").status == "failed"


def test_tables_have_the_methods_of_wandb(wandb):
    table = wandb.Table(columns=["a"])
    table.add_data(1)
    table.add_data(2)
    table.add_column("b", ["x", "y"])
    assert (table.data, table.get_column("b")) == ([[1, "x"], [2, "y"]], ["x", "y"])
    assert table.get_column("a", convert_to="numpy").sum() == 3
    assert list(table.iterrows())[1] == (1, [2, "y"])
    keys = np.array(["u", "v"])
    series = wandb.plot.line_series(xs=np.arange(2), ys=[[1, 2], [3, 4]], keys=keys, title="t")
    assert series.data[2] == ["v", 0, 3]
    matrix = wandb.plot.confusion_matrix(y_true=[0, 1, 1], preds=[0, 1, 0], class_names=["c", "d"])
    assert matrix.data == [["c", "c", 1], ["c", "d", 0], ["d", "c", 1], ["d", "d", 1]]
    assert wandb.plot.bar(table, "b", "a", title="t").data == [["x", 1], ["y", 2]]
