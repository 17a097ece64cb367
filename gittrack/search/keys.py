"""The keys of trials: ``7``, ``7.s2``, ``7.r1``, ``7.b2.r1.s0``; the grammar and its reader side by side."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gittrack.core.errors import TrackError

_KEY = re.compile(r"(0|[1-9][0-9]*)(?:\.b([0-9]+))?(?:\.r([0-9]+))?(?:\.s([0-9]+))?")


class Key(NamedTuple):
    """What a key says: configuration, bracket, rung, and which of the seeds, from 0."""

    config: int
    bracket: int | None = None
    rung: int | None = None
    repeat: int | None = None


def format(key: Key) -> str:
    """Return a key as text."""
    parts = (("b", key.bracket), ("r", key.rung), ("s", key.repeat))
    return ".".join(
        (str(key.config), *(f"{mark}{part}" for mark, part in parts if part is not None))
    )


@lru_cache(maxsize=1 << 17)  # a strategy reads all keys again whenever it is asked
def parse(text: str) -> Key:
    """Return what a key says.  Raises TrackError."""
    match = _KEY.fullmatch(text)
    if match is None:
        raise TrackError(f"{text!r} is no trial of a sweep", "a trial is called 7, 7.s2 or 7.b2.r1")
    return Key(*(None if part is None else int(part) for part in match.groups()))  # type: ignore[arg-type]


def no_trial(key: str) -> TrackError:
    """Return the error for a key that is none of the sweep's."""
    return TrackError(f"{key!r} is no trial of this sweep", "look at: git track sweep show")
