"""Checks that every part of a sweep file needs: mappings, allowed keys, whole numbers."""

from __future__ import annotations

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Collection, Mapping
from gittrack.core.standard.typing import Any

_LONGEST = 60  # characters of a value in a message


def require_mapping(value: Any, label: str, example: str) -> Mapping[str, Any]:
    """Return ``value`` if it is a mapping.

    Parameters
    ----------
    value : object
        A value of a sweep file; None means that the file does not have it.
    label : str
        What the value is, for the message.
    example : str
        How to write it, for the hint.

    Raises
    ------
    TrackError
        If the value is missing, or is not a mapping.
    """
    if value is None:
        raise TrackError(f"{label} is missing", f"write: {example}")
    if not isinstance(value, Mapping):
        problem = f"{label} is {short_repr(value)}, which is not a mapping"
        raise TrackError(problem, f"write: {example}")
    return value


def check_keys(mapping: Mapping[Any, Any], allowed: Collection[str], label: str) -> None:
    """Raise TrackError for the first key that is not allowed; the hint names the nearest key."""
    for key in mapping:
        if key not in allowed:
            hint = did_you_mean(str(key), allowed, "known are " + ", ".join(allowed))
            raise TrackError(f"{label} has the unknown key {key!r}", hint)


def whole_number(mapping: Mapping[str, Any], key: str, least: int = 1) -> int | None:
    """Return the int at ``key``, or None if there is no value.

    Raises TrackError if the value is not an int, or is below ``least``.
    """
    value = mapping.get(key)
    if value is None:
        return None
    if type(value) is not int or value < least:
        raise TrackError(f"{key} is {short_repr(value)}", f"write a whole number, {least} or more")
    return value


def short_repr(value: Any) -> str:
    """Return a value as a message quotes it: Python's notation, at most 60 characters."""
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
