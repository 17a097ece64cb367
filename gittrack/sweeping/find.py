"""An address -> one sweep: its id, the beginning of it or of its 8 hex digits, its name, or ``@``."""

from __future__ import annotations

import re

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError, did_you_mean
from gittrack.git import refs
from gittrack.sweeping import stored
from gittrack.sweeping.stored import Sweep

_HEX = re.compile(r"[0-9a-f-]+")


def find(repo: git.Repo, address: str) -> Sweep:
    """Return the sweep that ``address`` means.  Raises TrackError with near names."""
    every = stored.list_refs(repo)
    if not every:
        raise TrackError(
            f"there is no sweep {address!r}: none was begun here", "see: git track sweep -h"
        )
    if address == "@":
        return stored.read(repo, every[0])
    found = [ref for ref in every if address in (_id(ref), _id(ref)[16:])]
    named: list[Sweep] = []
    if not found:
        named = [sweep for sweep in readable(repo, every) if sweep.name == address]
        if len(named) == 1:
            return named[0]
    if not found and not named and _HEX.fullmatch(address):
        found = [
            ref for ref in every if any(i.startswith(address) for i in (_id(ref), _id(ref)[16:]))
        ]
    if len(found) == 1:
        return stored.read(repo, found[0])
    several = [_id(ref) for ref in found] or [sweep.id for sweep in named]
    if several:
        raise TrackError(
            f"{address!r} is {len(several)} sweeps: {', '.join(several[:5])}", "give more of the id"
        )
    known = [sweep.name for sweep in readable(repo, every) if sweep.name]
    known += [_id(ref)[16:] for ref in every]
    raise TrackError(
        f"there is no sweep {address!r}",
        did_you_mean(address, known, "see what there is: git track sweep ls"),
    )


def readable(repo: git.Repo, every: list[refs.Ref]) -> list[Sweep]:
    """Return the sweeps that are not damaged."""
    found = []
    for ref in every:
        try:
            found.append(stored.read(repo, ref))
        except Damaged:
            continue
    return found


def _id(ref: refs.Ref) -> str:
    return layout.parse_sweep_ref(ref.name) or ""
