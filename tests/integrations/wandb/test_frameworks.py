"""The callbacks and plots of frameworks under W&B's names."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import gittrack


def test_callbacks_are_in_the_modules_of_wandb(wandb):
    for path in ("xgboost", "integration.xgboost", "integration.keras", "lightgbm", "sklearn"):
        module = importlib.import_module(f"gittrack.integrations.wandb.{path}")
        assert module.__doc__
    assert wandb.xgboost.WandbCallback
    assert wandb.integration.keras


@pytest.mark.slow
def test_plots_of_classifiers_and_clusterers_are_tables(wandb, caplog):
    linear = pytest.importorskip("sklearn.linear_model")
    from sklearn.cluster import KMeans

    X = np.random.default_rng(0).normal(size=(40, 3))
    y = (X[:, 0] > 0).astype(int)
    model = linear.LogisticRegression().fit(X, y)
    wandb.init()
    wandb.sklearn.plot_classifier(
        model, X, X, y, y, model.predict(X), model.predict_proba(X), ["no", "yes"], model_name="L"
    )
    wandb.sklearn.plot_regressor(linear.LinearRegression().fit(X, y), X, X, y, y)
    wandb.sklearn.plot_clusterer(KMeans(2, n_init=1).fit(X), X, y)
    wandb.sklearn.plot_elbow_curve(KMeans(n_init=1), X, np.arange(1, 4))
    wandb.sklearn.plot_calibration_curve(model, X, y, "L")
    wandb.sklearn.plot_residuals(None)
    wandb.finish()
    record = gittrack.get("@")
    assert set(record.media) == {
        *("feature_importances", "class_proportions", "roc", "precision_recall"),
        *("confusion_matrix", "residuals", "elbow_curve", "silhouette"),
    }
    second = record.read("artifacts/media/elbow_curve/0_1.csv")  # at the step of the first one
    assert len(second.splitlines()) == 1 + 3
    assert record.metrics["score"].last > 0.5
    assert "plot_calibration_curve draws nothing here" in caplog.text


def test_names_that_do_not_fit_the_features_are_left_out(wandb):
    class Model:
        feature_importances_ = np.array([0.25, 0.75])

    wandb.init()
    wandb.sklearn.plot_feature_importances(Model(), ["only one"])
    wandb.log({"old": wandb.plots.ROC([0], [1])})
    wandb.finish()
    table = gittrack.get("@").read("artifacts/media/feature_importances/0.csv")
    assert table == b"feature,importance\n1,0.75\n0,0.25\n"
