"""An address means one sweep: its id, the start of the id or of its 8 hex digits, its name, or ``@``."""

from __future__ import annotations

import re

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Sequence
from gittrack.git import refs
from gittrack.sweeping import stored
from gittrack.sweeping.stored import Sweep

_HEX = re.compile(r"[0-9a-f-]+")
_MOST_NAMED = 5  # sweeps in a message


def find(repo: git.Repo, address: str) -> Sweep:
    """Return the sweep that ``address`` means.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    address : str
        An id, the start of an id or of its last 8 hex digits, a name, or ``@`` for the latest sweep.

    Returns
    -------
    Sweep

    Raises
    ------
    TrackError
        If no sweep or more than one matches; the hint names similar addresses.
    Damaged
        If the sweep cannot be read.
    """
    sweep_refs = stored.list_refs(repo)
    if not sweep_refs:
        raise TrackError(
            f"there is no sweep {address!r}: none was started here", "see: git track sweep -h"
        )
    if address == "@":
        return stored.read(repo, sweep_refs[0])
    exact = [ref for ref in sweep_refs if address in _ids(ref)]
    if exact:
        return _only(repo, address, exact)
    sweeps = stored.readable(repo, sweep_refs)
    named = [sweep for sweep in sweeps if sweep.name == address]
    if len(named) == 1:
        return named[0]
    if named:
        raise _ambiguous(address, [sweep.id for sweep in named])
    if _HEX.fullmatch(address):
        starting = [ref for ref in sweep_refs if any(i.startswith(address) for i in _ids(ref))]
        if starting:
            return _only(repo, address, starting)
    names = [sweep.name for sweep in sweeps if sweep.name]
    names += [_ids(ref)[1] for ref in sweep_refs]
    hint = did_you_mean(address, names, "see the sweeps: git track sweep ls")
    raise TrackError(f"there is no sweep {address!r}", hint)


def _only(repo: git.Repo, address: str, matches: Sequence[refs.Ref]) -> Sweep:
    if len(matches) > 1:
        raise _ambiguous(address, [_ids(ref)[0] for ref in matches])
    return stored.read(repo, matches[0])


def _ambiguous(address: str, ids: Sequence[str]) -> TrackError:
    return TrackError(
        f"{address!r} matches {len(ids)} sweeps: {', '.join(ids[:_MOST_NAMED])}",
        "give more of the id",
    )


def _ids(ref: refs.Ref) -> tuple[str, str]:
    """Return the id of a sweep, and its last 8 hex digits."""
    sweep_id = layout.parse_sweep_ref(ref.name) or ""
    return sweep_id, sweep_id[16:]
