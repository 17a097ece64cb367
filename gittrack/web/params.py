"""The parameters of a document: texts from an address, read as what a view needs."""

from __future__ import annotations

import math
from typing import NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence


class BadParameter(TrackError):
    """A parameter that the document does not take."""


class Params(NamedTuple):
    """The parameters of a document by name, each with one or more texts."""

    texts: Mapping[str, Sequence[str]] = {}

    def text(self, name: str) -> str:
        """Return the last text of a parameter; empty if it is missing."""
        return (self.texts.get(name) or ("",))[-1]

    def many(self, name: str) -> list[str]:
        """Return all texts of a parameter that are not empty, each once."""
        return [text for text in dict.fromkeys(self.texts.get(name, ())) if text]

    def flag(self, name: str) -> bool:
        """Return whether a parameter is set."""
        return self.text(name) not in ("", "0", "false")

    def required(self, name: str) -> str:
        """Return a text.  Raises BadParameter if it is missing."""
        text = self.text(name)
        if not text:
            raise BadParameter(f"the parameter {name!r} is missing", "see docs/design/web.md")
        return text

    def number(self, name: str) -> float | None:
        """Return a finite number; None if it is missing.  Raises BadParameter for anything else."""
        text = self.text(name)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise BadParameter(f"the parameter {name!r} is not a number: {text[:40]!r}")
        return value

    def whole(self, name: str, default: int, most: int) -> int:
        """Return a whole number from 0 to ``most``.  Raises BadParameter for anything else."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise BadParameter(f"the parameter {name!r} is not a whole number: {text[:40]!r}")
        return min(int(text), most)
