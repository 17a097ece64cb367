"""``mlflow.models``: signatures are not recorded."""

from __future__ import annotations

from typing import Any

from gittrack.integrations.base import notices


def infer_signature(*args: Any, **more: Any) -> None:
    """Return nothing: a model is stored in its own format, without a signature."""


class ModelSignature:
    """Stands for a signature."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self.inputs = self.outputs = None


def evaluate(*args: Any, **more: Any) -> Any:
    """Print once what to use."""
    notices.print_once(
        "mlflow.evaluate does nothing here; instead: run.log the metrics that you compute"
    )
    return notices.Nothing()
