"""``mlflow.data``: data sets with a name, a size and a digest."""

from __future__ import annotations

import hashlib
from typing import Any


class Dataset:
    """A data set for ``mlflow.log_input``.

    Parameters
    ----------
    data : DataFrame or array
        The data.
    source : str, optional
        Where they are from.
    name : str, optional
        The name.
    """

    def __init__(self, data: Any, source: Any = None, name: str | None = None) -> None:
        self.data, self.source, self.name = data, source, name or "dataset"

    @property
    def digest(self) -> str:
        """A text that is equal for equal data."""
        values = self.data
        if hasattr(values, "to_csv"):
            content = values.to_csv(index=False).encode()
        elif hasattr(values, "tobytes"):
            content = values.tobytes()
        else:
            content = repr(values).encode()
        return hashlib.sha256(content).hexdigest()[:8]

    def facts(self) -> dict[str, Any]:
        """Return what is recorded: name, shape, digest and source."""
        shape = getattr(self.data, "shape", None)
        source = None if self.source is None else str(self.source)
        facts = {"name": self.name, "shape": list(shape) if shape else None}
        return {**facts, "digest": self.digest, "source": source}


def from_pandas(
    df: Any, source: Any = None, targets: Any = None, name: str | None = None, **more: Any
) -> Dataset:
    """Return a data set of a DataFrame."""
    return Dataset(df, source, name)


def from_numpy(
    features: Any, source: Any = None, targets: Any = None, name: str | None = None, **more: Any
) -> Dataset:
    """Return a data set of an array."""
    return Dataset(features, source, name)
