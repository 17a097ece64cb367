"""``mlflow.autolog``: trainings of frameworks are recorded without a further line."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import gittrack
from gittrack.integrations.mlflow import autologging

X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.slow
def test_trainings_of_scikit_learn_are_runs_with_children_of_a_search(mlflow):
    linear = pytest.importorskip("sklearn.linear_model")
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    mlflow.sklearn.autolog()
    with mlflow.start_run() as run:
        make_pipeline(StandardScaler(), linear.LogisticRegression(C=0.5)).fit(X, Y)
    record = gittrack.get(run.info.run_id)
    assert record.metrics["training_score"].last > 0.9
    assert len(gittrack.runs()) == 1  # the steps of a pipeline are no runs
    with mlflow.start_run() as run:
        GridSearchCV(linear.LogisticRegression(), {"C": [1, 2]}, cv=2).fit(X, Y)
    children = [child for child in gittrack.runs() if child.parent == run.info.run_id]
    assert sorted(child.params["C"] for child in children) == [1, 2]
    assert all("mean_test_score" in child.metrics for child in children)
    mlflow.autolog(disable=True)
    linear.LinearRegression().fit(X, Y)
    linear.LogisticRegression().fit(X, Y)
    assert len(gittrack.runs()) == 4


@pytest.mark.slow
def test_trainings_of_xgboost_are_recorded(mlflow):
    xgboost = pytest.importorskip("xgboost")
    mlflow.autolog()
    with mlflow.start_run() as run:
        data = xgboost.DMatrix(X, label=Y)
        xgboost.train({"objective": "binary:logistic"}, data, 3, evals=[(data, "train")])
    record = gittrack.get(run.info.run_id)
    assert record.metrics["train/logloss"].count == 3
    assert record.params["objective"] == "binary:logistic"


def test_callbacks_are_added_however_they_are_passed_and_closed_at_the_end(mlflow, monkeypatch):
    class Callback(list):
        def close(self):
            self.append("closed")

    def train(rounds, callbacks=None):
        for callback in callbacks or ():
            callback.append(rounds)
        return rounds

    own, theirs = Callback(), []
    monkeypatch.setattr(autologging, "_callback", lambda framework: own)
    monkeypatch.setattr(autologging, "_enabled", {"thing"})
    listened = autologging._with_callback("thing")(train)
    assert (listened(1, [theirs]), listened(2, callbacks=(theirs,))) == (1, 2)
    assert (own, theirs) == ([1, "closed", 2, "closed"], [1, 2])
    inner = SimpleNamespace(append=lambda rounds: pool.submit(listened, 9).result())
    with ThreadPoolExecutor() as pool:  # what joblib fits in threads is part of the training
        listened(3, [inner])
    assert own[4:] == [3, "closed"]
    autologging._enabled.clear()
    assert (listened(4), len(own)) == (4, 6)


def test_a_trainer_of_lightning_gets_one_logger_more(mlflow, monkeypatch):
    class Trainer:
        loggers = ()

        def fit(self):
            return len(self.loggers)

    module, integration = ModuleType("pytorch_lightning"), ModuleType("of lightning")
    module.Trainer = Trainer
    integration.GittrackLogger = type("Logger", (), {"__init__": lambda self, log_model: None})
    monkeypatch.setitem(sys.modules, "pytorch_lightning", module)
    monkeypatch.setitem(sys.modules, "gittrack.integrations.lightning", integration)
    monkeypatch.setattr(autologging, "_patched", set())
    mlflow.pytorch.autolog()
    trainer = Trainer()
    assert (trainer.fit(), trainer.fit()) == (1, 1)
    mlflow.pytorch.autolog(disable=True)
    assert Trainer().fit() == 0


def test_a_framework_without_an_integration_says_so(mlflow, caplog):
    mlflow.catboost.autolog()
    assert "mlflow.catboost.autolog records nothing here" in caplog.text
