"""``wandb.plot``: each chart is stored as its table."""

from __future__ import annotations

from typing import Any

from gittrack.core.standard.collections import Sequence
from gittrack.integrations.wandb.media import Chart
from gittrack.record.media.medium import array_of
from gittrack.record.media.table import Table


def _columns(kind: str, table: Any, names: Sequence[Any], title: str | None) -> Chart:
    source = table if isinstance(table, Table) else Table(table)
    numbers = [source.columns.index(str(name)) for name in names if name is not None]
    rows = [[row[number] for number in numbers] for row in source.data]
    return Chart(kind, title, [source.columns[number] for number in numbers], rows)


def line(
    table: Any, x: str, y: str, stroke: str | None = None, title: str = "", **more: Any
) -> Chart:
    """Return a line of column ``y`` over column ``x``."""
    return _columns("line", table, (x, y, stroke), title)


def scatter(table: Any, x: str, y: str, title: str = "", **more: Any) -> Chart:
    """Return points of column ``y`` over column ``x``."""
    return _columns("scatter", table, (x, y), title)


def bar(table: Any, label: str, value: str, title: str = "", **more: Any) -> Chart:
    """Return bars of column ``value``, one for each ``label``."""
    return _columns("bar", table, (label, value), title)


def histogram(table: Any, value: str, title: str = "", **more: Any) -> Chart:
    """Return the values of a column."""
    return _columns("histogram", table, (value,), title)


def plot_table(
    vega_spec_name: str,
    data_table: Any,
    fields: dict[str, Any],
    string_fields: Any = None,
    **more: Any,
) -> Chart:
    """Return the columns of a chart of your own."""
    title = (string_fields or {}).get("title")
    return _columns(vega_spec_name, data_table, list(fields.values()), title)


def line_series(
    xs: Any,
    ys: Sequence[Any],
    keys: Sequence[Any] | None = None,
    title: str = "",
    xname: str = "x",
    **more: Any,
) -> Chart:
    """Return several lines; ``xs`` is one axis for all lines, or one for each."""
    lines = [list(line) for line in ys]
    names = (
        [str(key) for key in keys] if keys is not None else [f"line_{n}" for n in range(len(lines))]
    )
    is_one_for_each = len(xs) > 0 and hasattr(xs[0], "__len__")
    axes = [list(axis) for axis in xs] if is_one_for_each else [list(xs)] * len(lines)
    rows = [
        [name, x, y]
        for name, axis, values in zip(names, axes, lines, strict=True)
        for x, y in zip(axis, values, strict=False)
    ]
    return Chart("line_series", title, ["line", xname or "x", "y"], rows)


def confusion_matrix(
    probs: Any = None,
    y_true: Any = None,
    preds: Any = None,
    class_names: Sequence[Any] | None = None,
    title: str = "",
    **more: Any,
) -> Chart:
    """Return how often each class was predicted as each class."""
    true = array_of(y_true).ravel().tolist()
    predicted = array_of(probs).argmax(axis=1) if preds is None else array_of(preds).ravel()
    predicted = predicted.tolist()
    own = [] if class_names is None else [str(name) for name in class_names]
    is_index = all(isinstance(item, int) and 0 <= item < len(own) for item in (*true, *predicted))
    labels = list(range(len(own))) if is_index else sorted({*true, *predicted}, key=str)
    names = own if is_index else [str(label) for label in labels]
    counts = {(a, b): 0 for a in labels for b in labels}
    for pair in zip(true, predicted, strict=True):
        counts[pair] += 1
    rows = [
        [names[i], names[j], counts[a, b]]
        for i, a in enumerate(labels)
        for j, b in enumerate(labels)
    ]
    return Chart("confusion_matrix", title, ["actual", "predicted", "count"], rows)


def roc_curve(
    y_true: Any, y_probas: Any, labels: Sequence[Any] | None = None, title: str = "", **more: Any
) -> Chart:
    """Return the rates of false and of true positives, a curve for each class."""
    rows = []
    for name, truth, scores in _classes(y_true, y_probas, labels):
        order = scores.argsort()[::-1]
        hits = truth[order].cumsum()
        misses = (~truth[order]).cumsum()
        curve = zip(misses / max(1, misses[-1]), hits / max(1, hits[-1]), strict=True)
        rows += [[name, 0.0, 0.0], *([name, float(x), float(y)] for x, y in curve)]
    return Chart("roc_curve", title, ["class", "fpr", "tpr"], _thinned(rows))


def pr_curve(
    y_true: Any, y_probas: Any, labels: Sequence[Any] | None = None, title: str = "", **more: Any
) -> Chart:
    """Return recall and precision, a curve for each class."""
    import numpy as np  # noqa: PLC0415 - the arguments have imported it

    rows = []
    for name, truth, scores in _classes(y_true, y_probas, labels):
        hits = truth[scores.argsort()[::-1]].cumsum()
        precision = hits / np.arange(1, len(hits) + 1)
        curve = zip(hits / max(1, hits[-1]), precision, strict=True)
        rows += [[name, float(recall), float(value)] for recall, value in curve]
    return Chart("pr_curve", title, ["class", "recall", "precision"], _thinned(rows))


def _classes(y_true: Any, y_probas: Any, labels: Sequence[Any] | None) -> Any:
    """Yield (name, whether each sample is of the class, its score) of each class."""
    import numpy as np  # noqa: PLC0415 - the arguments have imported it

    true, scores = array_of(y_true).ravel(), array_of(y_probas)
    scores = np.stack([1 - scores, scores], axis=1) if scores.ndim == 1 else scores
    classes = np.unique(true).tolist()
    is_index = all(isinstance(item, int) and 0 <= item < scores.shape[1] for item in classes)
    for number in range(scores.shape[1]):
        value = number if is_index or number >= len(classes) else classes[number]
        name = str(labels[number]) if labels is not None and number < len(labels) else str(value)
        yield name, true == value, scores[:, number]


def _thinned(rows: list[list[Any]], most: int = 10_000) -> list[list[Any]]:
    return rows[:: len(rows) // most + 1]
