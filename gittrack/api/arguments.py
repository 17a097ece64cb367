"""The arguments of the Python API: checked and converted before anything is written."""

from __future__ import annotations

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any


def seed_of(seed: Any, params: Mapping[str, Any]) -> int | None:
    """Return the seed of a run: ``seed`` as a whole number, else the param ``seed`` if it is one."""
    if seed is not None:
        return whole_number(seed, "seed")
    own = params.get("seed")
    return own if isinstance(own, int) and not isinstance(own, bool) else None


def whole_number(value: Any, what: str) -> int:
    """Return a whole number that is given as such, as text or as a float.  Raises TrackError."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,300}\s*", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if hasattr(value, "__index__") and not isinstance(value, bool):
        return int(value.__index__())
    raise TrackError(f"the {what} is {value!r:.40}, not a whole number", f"pass {what}=7")


def tag_list(tags: Any) -> list[Any]:
    """Return tags as a list; those of a mapping as ``key=value``.  Raises TrackError for text."""
    if tags is None:
        return []
    if isinstance(tags, str):
        raise TrackError(f"tags is the text {tags!r:.40}", f"pass a list: tags=[{tags!r:.40}]")
    if isinstance(tags, Mapping):
        return [f"{key}={value}" for key, value in tags.items()]
    if not isinstance(tags, Iterable):
        raise TrackError(f"tags is {tags!r:.40}", "pass a list: tags=['good']")
    return list(tags)


def text(value: Any, what: str, example: str) -> str:
    """Return ``value`` if it is text.  Raises TrackError otherwise."""
    if not isinstance(value, str):
        raise TrackError(f"{what} is {value!r:.40}, not text", f"pass it as a string: {example}")
    return value


def optional_text(value: Any, what: str, example: str) -> str | None:
    """Return ``value`` if it is text or None.  Raises TrackError otherwise."""
    return None if value is None else text(value, what, example)


def limit(value: Any) -> int | None:
    """Return the largest number of runs.  Raises TrackError if it is not a whole number from 0 on."""
    number = None if value is None else whole_number(value, "limit")
    if number is not None and number < 0:
        raise TrackError(f"the limit is {number}", "pass limit=20, or leave it out for all")
    return number
