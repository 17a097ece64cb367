"""``wandb.sklearn``: what its plots show, as media and numbers of the active run."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Callable, Sequence
from gittrack.integrations.wandb import notices, plot, session
from gittrack.integrations.wandb.media import Chart


def plot_confusion_matrix(
    y_true: Any = None, y_pred: Any = None, labels: Any = None, *args: Any, **more: Any
) -> None:
    """Log how often each class was predicted as each class."""
    _log(
        "confusion_matrix",
        lambda: plot.confusion_matrix(y_true=y_true, preds=y_pred, class_names=labels),
    )


def plot_roc(
    y_true: Any = None, y_probas: Any = None, labels: Any = None, *args: Any, **more: Any
) -> None:
    """Log the curves of false and true positives."""
    _log("roc", lambda: plot.roc_curve(y_true, y_probas, labels))


def plot_precision_recall(
    y_true: Any = None, y_probas: Any = None, labels: Any = None, *args: Any, **more: Any
) -> None:
    """Log the curves of recall and precision."""
    _log("precision_recall", lambda: plot.pr_curve(y_true, y_probas, labels))


def plot_feature_importances(
    model: Any = None, feature_names: Sequence[Any] | None = None, *args: Any, **more: Any
) -> None:
    """Log the importance of each feature, the largest first."""

    def chart() -> Chart:
        values = [float(value) for value in _importances(model)]
        names = list(feature_names if feature_names is not None else ())
        if len(names) != len(values):
            names = list(range(len(values)))
        rows: list[list[Any]] = sorted(
            ([str(n), v] for n, v in zip(names, values, strict=True)), key=lambda row: -row[1]
        )
        return Chart("bar", "feature importances", ["feature", "importance"], rows)

    _log("feature_importances", chart)


def _importances(model: Any) -> Any:
    importances = getattr(model, "feature_importances_", None)
    if importances is None:
        coefficients = model.coef_
        importances = abs(coefficients).reshape(-1, coefficients.shape[-1]).mean(axis=0)
    return importances


def plot_class_proportions(
    y_train: Any = None, y_test: Any = None, labels: Any = None, *args: Any, **more: Any
) -> None:
    """Log how many samples each class has."""

    def chart() -> Chart:
        rows = [
            [part, str(value), list(values).count(value)]
            for part, values in (("train", y_train), ("test", y_test))
            for value in sorted(set(values))
        ]
        return Chart("bar", "class proportions", ["part", "class", "count"], rows)

    _log("class_proportions", chart)


def plot_summary_metrics(
    model: Any = None,
    X: Any = None,
    y: Any = None,
    X_test: Any = None,
    y_test: Any = None,
    **more: Any,
) -> None:
    """Record the score of a model on test data in the summary."""
    _attempt(
        "summary_metrics", lambda run: run.summary.update({"score": model.score(X_test, y_test)})
    )


def plot_residuals(
    model: Any = None, X: Any = None, y: Any = None, *args: Any, **more: Any
) -> None:
    """Log prediction and residual of each sample."""

    def chart() -> Chart:
        predictions = model.predict(X)
        rows = [[float(p), float(t) - float(p)] for t, p in zip(list(y), predictions, strict=True)]
        return Chart("scatter", "residuals", ["predicted", "residual"], rows)

    _log("residuals", chart)


def plot_elbow_curve(
    clusterer: Any = None, X: Any = None, cluster_ranges: Any = None, *args: Any, **more: Any
) -> None:
    """Log the score of a clusterer for several numbers of clusters."""

    def chart() -> Chart:
        from sklearn.base import clone  # noqa: PLC0415 - optional; the model has imported it

        ranges = list(range(1, 10, 2) if cluster_ranges is None else cluster_ranges)
        fits = [clone(clusterer).set_params(n_clusters=number).fit(X) for number in ranges]
        rows = [
            [number, abs(float(fit.score(X)))] for number, fit in zip(ranges, fits, strict=True)
        ]
        return Chart("line", "elbow", ["clusters", "error"], rows)

    _log("elbow_curve", chart)


def plot_silhouette(
    clusterer: Any = None, X: Any = None, cluster_labels: Any = None, *args: Any, **more: Any
) -> None:
    """Log the silhouette of each sample."""

    def chart() -> Chart:
        from sklearn.metrics import silhouette_samples  # noqa: PLC0415 - optional

        clusters = clusterer.fit_predict(X) if cluster_labels is None else cluster_labels
        pairs = zip(clusters, silhouette_samples(X, clusters), strict=True)
        return Chart(
            "silhouette", "silhouette", ["cluster", "value"], [[int(c), float(v)] for c, v in pairs]
        )

    _log("silhouette", chart)


def plot_classifier(
    model: Any,
    X_train: Any,
    X_test: Any,
    y_train: Any,
    y_test: Any,
    y_pred: Any,
    y_probas: Any,
    labels: Any = None,
    is_binary: bool = False,
    model_name: str = "Classifier",
    feature_names: Any = None,
    log_learning_curve: bool = False,
) -> None:
    """Log the charts of a classifier."""
    plot_feature_importances(model, feature_names)
    plot_class_proportions(y_train, y_test, labels)
    plot_roc(y_test, y_probas, labels)
    plot_precision_recall(y_test, y_probas, labels)
    plot_confusion_matrix(y_test, y_pred, labels)
    plot_summary_metrics(model, X_train, y_train, X_test, y_test)


def plot_regressor(
    model: Any, X_train: Any, X_test: Any, y_train: Any, y_test: Any, model_name: str = "Regressor"
) -> None:
    """Log the charts of a regression."""
    plot_summary_metrics(model, X_train, y_train, X_test, y_test)
    plot_residuals(model, X_test, y_test)


def plot_clusterer(
    model: Any, X_train: Any, cluster_labels: Any, labels: Any = None, model_name: str = "Clusterer"
) -> None:
    """Log the charts of a clusterer."""
    plot_elbow_curve(model, X_train)
    plot_silhouette(model, X_train, cluster_labels)


def _log(name: str, chart: Callable[[], Chart]) -> None:
    _attempt(name, lambda run: run.log({name: chart()}, commit=False))


def _attempt(name: str, action: Callable[[Any], Any]) -> None:
    """Record a chart; an error is printed, because the training must go on."""
    run = session.require(f"sklearn.plot_{name}")
    run.attempt(action, run)


def __getattr__(name: str) -> Any:
    if not name.startswith("plot_"):
        raise AttributeError(name)
    notices.print_once(f"wandb.sklearn.{name} draws nothing here: log gittrack.Figure(figure)")
    return notices.Nothing()
