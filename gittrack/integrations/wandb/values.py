"""What ``wandb.log`` takes, as values of ``run.log``: numbers and media with flat names."""

from __future__ import annotations

import types
from typing import Any

from gittrack.core import metric_value
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.integrations.base.notices import Nothing
from gittrack.record.media import media_log
from gittrack.record.media.figure import Figure
from gittrack.record.media.medium import Medium
from gittrack.record.media.table import Histogram
from gittrack.record.media.text import Text


def flat(data: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (name, number or media) of each value; names of nested mappings are joined with dots.

    None is left out.  Text and lists become `Text`, arrays a `Histogram`, as in W&B.
    """
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        elif value is not None and not isinstance(value, Nothing):
            yield name, converted(value, name)


def converted(value: Any, name: str) -> Any:
    """Return one value as a number, a medium or a list of media."""
    if isinstance(value, (int, float)) or media_log.media_of(value):
        return value
    if isinstance(value, types.ModuleType) and hasattr(value, "savefig"):  # matplotlib.pyplot
        return Figure(value.gcf())
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, (list, tuple)):
        media = [item for item in value if isinstance(item, Medium)]
        return media or _text(list(value))
    try:
        return metric_value.number(value, name)
    except TrackError:
        is_array = hasattr(value, "shape") and hasattr(value, "dtype")
        return Histogram(value) if is_array else _text(value)


def step(value: Any) -> Any:
    """Return a step of NumPy or torch as a number; what is none stays, and ``log`` says so."""
    try:
        return metric_value.number(value, "step")
    except TrackError:
        return value


def _text(value: Any) -> Text:
    try:
        text = Text(value)
        text.encode()
    except TrackError:  # an object without a plain form
        text = Text(str(value))
    return text
