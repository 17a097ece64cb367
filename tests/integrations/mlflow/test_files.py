"""Files, media, data sets and models of MLflow."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import gittrack


def test_files_are_stored_under_mlflow_s_names(mlflow):
    figures = pytest.importorskip("matplotlib.figure")
    Path("out/inner").mkdir(parents=True)
    Path("out/inner/a.txt").write_text("a")
    Path("b.txt").write_text("b")
    with mlflow.start_run() as run:
        mlflow.log_artifact("b.txt")
        mlflow.log_artifact(Path("b.txt").absolute(), "folder")
        mlflow.log_artifacts("out", artifact_path="all")
        mlflow.log_text("hello", "notes/hello.txt")
        mlflow.log_dict({"a": [1, None]}, "a.json")
        mlflow.log_dict({"a": 1}, "a.yaml")
        mlflow.log_table({"x": [1, 2]}, "t.json")
        mlflow.log_table([[1]], artifact_file="t.csv")
        mlflow.log_image(np.zeros((2, 2)), "zero.png")
        mlflow.log_image(np.zeros((2, 2)), key="sample", step=3)
        mlflow.log_figure(figures.Figure(figsize=(1, 1)), "f.png")
        mlflow.log_figure(figures.Figure(figsize=(1, 1)), "f.svg")
        assert mlflow.get_artifact_uri("a") == f"runs:/{run.info.run_id}/a"
    record = gittrack.get("@")
    stored = {item["path"] for item in record.outputs if not item["path"].startswith("media/")}
    assert stored == {
        *("b.txt", "folder/b.txt", "all/inner/a.txt", "notes/hello.txt", "a.json", "a.yaml"),
        *("t.json", "t.csv", "zero.png", "f.png", "f.svg"),
    }
    assert json.loads(record.read("a.json")) == {"a": [1, None]}
    assert json.loads(record.read("t.json")) == {"columns": ["x"], "data": [[1], [2]]}
    assert record.media["sample"][0]["step"] == 3
    client = mlflow.MlflowClient()
    assert [file.path for file in client.list_artifacts(record.id, "all")] == ["all/inner"]
    assert Path(client.download_artifacts(record.id, "b.txt", "copy")).read_text() == "b"
    assert Path(client.download_artifacts(record.id, "all")).is_dir()


def test_a_data_set_is_recorded_by_its_digest(mlflow):
    pandas = pytest.importorskip("pandas")
    Path("d.csv").write_text("a\n1\n")
    frame = pandas.read_csv("d.csv")
    with mlflow.start_run():
        mlflow.log_input(
            mlflow.data.from_pandas(frame, source="d.csv", name="set"), context="training"
        )
        mlflow.log_input(mlflow.data.from_numpy(np.zeros(3)), context="test")
    record = gittrack.get("@")
    dataset = record.params["dataset"]["training"]
    assert (dataset["name"], dataset["shape"], len(dataset["digest"])) == ("set", [1, 1], 8)
    assert [item["path"] for item in record.inputs] == ["d.csv"]


@pytest.mark.slow
def test_a_model_is_stored_registered_and_loaded_again(mlflow):
    linear = pytest.importorskip("sklearn.linear_model")
    X = np.arange(6.0).reshape(3, 2)
    model = linear.LinearRegression().fit(X, X[:, 0])
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            model, "net", registered_model_name="My net", signature=mlflow.models.infer_signature(X)
        )
    for uri in (info.model_uri, "models:/My net/1", "models:/My net/latest"):
        assert mlflow.sklearn.load_model(uri).predict(X).round(6).tolist() == [0, 2, 4]
    assert mlflow.pyfunc.load_model(info.model_uri).coef_.shape == (2,)
    mlflow.sklearn.save_model(model, "saved")
    assert mlflow.sklearn.load_model("saved").coef_.shape == (2,)
    version = mlflow.register_model(info.model_uri, "other")
    assert (version.name, version.version) == ("other", "1")
    mlflow.MlflowClient().transition_model_version_stage("other", 1, "Production")
    assert gittrack.get("other@production").id == info.run_id
    for uri in ("models:/other/Production", "models:/other@Production"):
        assert mlflow.sklearn.load_model(uri).coef_.shape == (2,)
    with pytest.raises(mlflow.MlflowException, match="not the address of a run"):
        mlflow.register_model("somewhere", "other")


@pytest.mark.parametrize("is_script", [True, False])
def test_a_script_of_torch_is_saved_as_one(mlflow, monkeypatch, is_script):
    class ScriptModule:
        pass

    def writes(content):
        return lambda model, path: path.write_text(content)

    torch = ModuleType("torch")
    torch.jit = SimpleNamespace(ScriptModule=ScriptModule, save=writes("script"))
    torch.save = writes("pickle")
    monkeypatch.setitem(sys.modules, "torch", torch)
    with mlflow.start_run():
        mlflow.pytorch.log_model(ScriptModule() if is_script else object(), "net")
    content = gittrack.get("@").read("artifacts/net/model.pth")
    assert content == (b"script" if is_script else b"pickle")
