"""The callbacks of frameworks that W&B has, from the integrations of gittrack."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator
from gittrack.integrations.wandb import session


def callback(framework: str, **keywords: Any) -> Any:
    """Return the callback of a framework for the active run.

    Raises TrackError if gittrack has no integration with it.
    """
    name = f"gittrack.integrations.{framework}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise TrackError(
            f"there is no integration with {framework} yet", "record with run.log"
        ) from None
    run = session.active()
    return module.GittrackCallback(None if run is None else run.gittrack, **keywords)


def checkpoint(*args: Any, **keywords: Any) -> Any:
    """Return ``ModelCheckpoint`` of Keras."""
    return importlib.import_module("keras.callbacks").ModelCheckpoint(*args, **keywords)


@contextlib.contextmanager
def temporary_file(name: str) -> Iterator[str]:
    """Return the path of a file that is removed at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="gittrack-model-") as folder:
        yield str(Path(folder, name))
