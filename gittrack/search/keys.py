"""The keys of trials, such as ``7``, ``7.s2``, ``7.r1`` and ``7.b2.r1.s0``: how they are written and read."""

from __future__ import annotations

import re

from gittrack.core.errors import TrackError
from gittrack.core.standard.functools import lru_cache
from gittrack.core.standard.typing import NamedTuple

_KEY = re.compile(r"(0|[1-9][0-9]*)(?:\.b([0-9]+))?(?:\.r([0-9]+))?(?:\.s([0-9]+))?")


class Key(NamedTuple):
    """The parts of a key; those after ``config`` are None if the method has no such part.

    Attributes
    ----------
    config : int
        The number of the configuration, from 0.
    bracket : int or None
        The bracket of Hyperband.
    rung : int or None
        The rung of halving, from 0.
    repeat : int or None
        The position of the seed in the list of seeds, from 0.
    """

    config: int
    bracket: int | None = None
    rung: int | None = None
    repeat: int | None = None


def format(key: Key) -> str:
    """Return a key as text; `parse` reads it."""
    parts = (("b", key.bracket), ("r", key.rung), ("s", key.repeat))
    return ".".join(
        (str(key.config), *(f"{letter}{part}" for letter, part in parts if part is not None))
    )


@lru_cache(maxsize=1 << 17)  # a strategy reads all keys again for every proposal
def parse(text: str) -> Key:
    """Return the parts of a key.  Raises TrackError if ``text`` is not a key."""
    match = _KEY.fullmatch(text)
    if match is None:
        raise TrackError(
            f"{text!r} is not a trial of a sweep", "write a trial as 7, 7.s2 or 7.b2.r1"
        )
    return Key(*(None if part is None else int(part) for part in match.groups()))  # type: ignore[arg-type]


def unknown_trial(key: str) -> TrackError:
    """Return the error for a key that this sweep does not have."""
    return TrackError(
        f"{key!r} is not a trial of this sweep", "see the trials: git track sweep show"
    )
