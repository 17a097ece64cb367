"""Learning curves of real trainings, as a table to search: the demo's network on the handwritten digits.

A search on the table costs no training, yet every number in it comes from one.  The table was made by
``python tests/benchmarks/search_curves.py``, on one core in some minutes, and is kept beside this file.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import itertools
import math
import sys
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

EPOCHS = 81
SPACE: dict[str, list[Any]] = {
    "lr": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
    "momentum": [0.0, 0.6, 0.9],
    "batch_size": [32, 128],
    "hidden": [8, 32, 128],
    "dropout": [0.0, 0.3],
}
_FILE = Path(__file__).with_name("digits_curves.csv.gz")
_DEMO = Path(__file__).parents[2] / "templates" / "demo"


class Curves(NamedTuple):
    """The validation loss of each configuration (in the order of a grid) after each epoch; (288, 81)."""

    losses: np.ndarray

    def at(self, params: dict[str, Any], epochs: int) -> float:
        """Return the loss of a configuration after so many epochs; nan or inf where it diverged."""
        return float(self.losses[self.row(params), epochs - 1])

    def row(self, params: dict[str, Any]) -> int:
        """Return the number of a configuration in the table."""
        number = 0
        for name, values in SPACE.items():
            number = number * len(values) + values.index(params[name])
        return number

    @property
    def final(self) -> np.ndarray:
        """The losses after all epochs, those that diverged as infinity."""
        last = self.losses[:, -1]
        return np.where(np.isfinite(last), last, np.inf)


def load() -> Curves:
    """Return the table."""
    with gzip.open(_FILE, "rt") as stream:
        rows = list(csv.reader(stream))[1:]
    return Curves(np.array([[float(cell) for cell in row[len(SPACE) :]] for row in rows]))


def make() -> None:
    """Train every configuration of the grid and write the table."""
    train = _demo()
    splits = train.load_splits(_DEMO / "data" / "digits.csv.gz")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*SPACE, *range(1, EPOCHS + 1)])
    for number, values in enumerate(itertools.product(*SPACE.values())):
        params = dict(zip(SPACE, values, strict=True))
        curve = _curve(train, splits, params, seed=number)
        writer.writerow([*values, *(f"{loss:.4g}" for loss in curve)])
        print(number, params, f"{curve[-1]:.4g}", flush=True)
    with (
        _FILE.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
    ):
        packed.write(text.getvalue().encode())


def _curve(train: Any, splits: Any, params: dict[str, Any], seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    weights = train.init_weights(rng, splits["train"][0].shape[1], params["hidden"])
    velocity = {name: np.zeros_like(value) for name, value in weights.items()}
    losses: list[float] = []
    while len(losses) < EPOCHS:
        train.train_epoch(weights, velocity, splits["train"], params, rng)
        losses.append(train.evaluate(weights, splits["val"])[0])
        if not math.isfinite(losses[-1]):  # it stays so
            losses += [losses[-1]] * (EPOCHS - len(losses))
    return losses


def _demo() -> Any:
    """Return the demo's training script as a module."""
    spec = importlib.util.spec_from_file_location("demo_train", _DEMO / "train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # a learning rate of 3 overflows, and is meant to
    sys.exit(make())
