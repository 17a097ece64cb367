"""Find a sweep by an address among refs of sweeps, here or as a remote lists them."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Mapping


def find(repo: git.Repo, sweep_refs: Mapping[str, str], address: str) -> str:
    """Return the id of a sweep.

    Parameters
    ----------
    repo : git.Repo
        The repository, which has the commits of the sweeps.
    sweep_refs : mapping of str to str
        {ref: id of its commit}.
    address : str
        An id, its beginning, the beginning of its last 8 digits, a name, or ``@`` for the latest sweep.

    Raises
    ------
    TrackError
        If none or several of the sweeps have the address.
    """
    ids = {sweep_id: oid for ref, oid in sweep_refs.items() if (sweep_id := _id(ref))}
    if address == "@" and ids:
        return max(ids)
    exact = [sweep_id for sweep_id in ids if address in (sweep_id, sweep_id[16:])]
    names = {} if exact else _names(repo, ids)
    matches = exact or [sweep_id for sweep_id, name in names.items() if name == address]
    if not matches and address:
        matches = [i for i in ids if i.startswith(address) or i[16:].startswith(address)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        some = ", ".join(sorted(matches)[:5])
        raise TrackError(f"{address!r} is {len(matches)} sweeps: {some}", "give more of the id")
    words = [*filter(None, names.values()), *(sweep_id[16:] for sweep_id in ids)]
    raise TrackError(
        f"there is no sweep {address!r}",
        did_you_mean(address, words, "see the sweeps: git track sweep ls"),
    )


def _id(ref: str) -> str | None:
    return layout.parse_sweep_ref(ref)


def _names(repo: git.Repo, ids: Mapping[str, str]) -> dict[str, str]:
    """Return {id: name} of sweeps; a sweep whose commit cannot be read has an empty name."""
    contents = git.read_small_objects(repo, list(ids.values()), commit_message.MAX_BYTES)
    return dict(zip(ids, map(_name, contents), strict=True))


def _name(content: bytes | None) -> str:
    try:
        name = commit_message.find(content, "name") if content else None
    except ValueError:
        return ""
    return name if isinstance(name, str) else ""
