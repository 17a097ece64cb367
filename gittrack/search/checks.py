"""Checks that every part of a sweep file needs: mappings, known keys, whole numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gittrack.core.errors import TrackError, did_you_mean


def mapping(found: Any, what: str, example: str) -> Mapping[str, Any]:
    """Return ``found`` if it is a mapping.  Raises TrackError that shows an example."""
    if found is None:
        raise TrackError(f"{what} is missing", f"write: {example}")
    if not isinstance(found, Mapping):
        raise TrackError(f"{what} is {shortly(found)}, which is no mapping", f"write: {example}")
    return found


def known(found: Mapping[Any, Any], words: Collection[str], what: str) -> None:
    """Raise TrackError for the first key that is not among ``words``, naming the nearest."""
    for key in found:
        if key not in words:
            hint = did_you_mean(str(key), words, "known are " + ", ".join(words))
            raise TrackError(f"{what} has the unknown key {key!r}", hint)


def whole(found: Mapping[str, Any], key: str, least: int = 1) -> int | None:
    """Return the whole number at ``key``, None where there is none.  Raises TrackError below ``least``."""
    value = found.get(key)
    if value is None:
        return None
    if type(value) is not int or value < least:
        raise TrackError(f"{key} is {shortly(value)}", f"write a whole number, {least} or more")
    return value


def shortly(value: Any) -> str:
    """Return a value as it is quoted in an error."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
