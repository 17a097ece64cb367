"""What a medium is: a value with a name and a step that is stored as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence


class Encoded(NamedTuple):
    """A medium as a file: its content, its ending, its facts, and the files that belong to it.

    ``parts`` are (name, content) of files such as ``r0c2.png``, the image in row 0 and column 2 of a table.
    """

    content: bytes
    ending: str
    facts: Mapping[str, Any] = {}
    parts: Sequence[tuple[str, bytes]] = ()


class Medium:
    """The base class of the media: `encode` returns the file."""

    type = "file"

    def __init__(self, caption: str | None = None) -> None:
        self.caption = None if caption is None else str(caption)[:10_000]

    def encode(self) -> Encoded:
        """Return the medium as a file.  Raises any error of the library that encodes it."""
        raise NotImplementedError

    def facts(self) -> dict[str, Any]:
        """Return what is known about the medium besides its file."""
        return {} if self.caption is None else {"caption": self.caption}

    def __repr__(self) -> str:
        return f"<gittrack.{type(self).__name__}>"


def read_file(path: str | os.PathLike[str], kind: str) -> tuple[bytes, str]:
    """Return the content and the ending of a file.  Raises TrackError if it cannot be read."""
    try:
        return Path(path).read_bytes(), Path(path).suffix.lower()
    except OSError as error:
        raise TrackError(f"the {kind} {path} cannot be read: {error.strerror}", "check the path")


def array_of(value: Any) -> Any:
    """Return an array of NumPy, of torch, TensorFlow or JAX, or nested lists, as an array of NumPy."""
    import numpy as np  # noqa: PLC0415 - 140 ms that a program without media must not pay

    for method in ("detach", "cpu"):  # torch: away from the graph and the device
        if callable(getattr(value, method, None)):
            value = getattr(value, method)()
    if type(value).__module__.startswith("torch") and "bfloat16" in str(value.dtype):
        value = value.float()
    return np.asarray(value)
