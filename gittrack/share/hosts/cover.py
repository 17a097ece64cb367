"""Few refspecs for many refs: git compares each explicit refspec with every ref, which is 25 s for 10,000."""

from __future__ import annotations

from types import MappingProxyType

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Collection, Iterable, Mapping, Sequence
from gittrack.folding import visible
from gittrack.share import remotes

_FEW = 100  # explicit refspecs, whose cost does not show


def still_here(
    repo: git.Repo, names: Sequence[str]
) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """Return which runs and sweeps are still here; since a push was planned, runs may be folded or removed.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    names : sequence of str
        The refs to send.

    Returns
    -------
    list of str
        Those of the refs that exist or are of folded runs.
    dict
        {ref: id} of all refs of runs and sweeps.
    dict
        {ref: id} of those that are of folded runs.
    """
    existing = remotes.refs_here(repo, layout.RUNS, layout.SWEEPS) if names else {}
    folded = visible.commits_of(repo, [name for name in names if name not in existing])
    return [name for name in names if name in existing or name in folded], existing, folded


def cover(
    chosen: Sequence[str],
    here: Mapping[str, str],
    remote_refs: Mapping[str, str],
    folded: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Return refspecs of a push that send the chosen refs and no others.

    A pattern also names refs that the remote has already with the same value, which costs nothing.

    Parameters
    ----------
    chosen : sequence of str
        The refs to send.
    here : mapping of str to str
        {ref: id} of all refs of this repository that are below the same first two parts.
    remote_refs : mapping of str to str
        {ref: id} of the remote.
    folded : mapping of str to str
        {ref: id} of those of the chosen refs that do not exist here.
    """
    if folded:
        with_ref = [ref for ref in chosen if ref not in folded]
        by_id = [f"{folded[ref]}:{ref}" for ref in chosen if ref in folded]
        return [*cover(with_ref, here, remote_refs), *by_id]
    if len(chosen) <= _FEW:
        return list(chosen)
    selected = set(chosen)
    excluded = [
        ref for ref, oid in here.items() if ref not in selected and remote_refs.get(ref) != oid
    ]
    refspecs: list[str] = []
    for root in sorted({_root(ref) for ref in selected}):
        inside = [ref for ref in excluded if ref.startswith(root)]
        if len(inside) <= _FEW:
            refspecs += [f"{root}*:{root}*", *(f"^{ref}" for ref in inside)]
        else:
            refspecs += _folders([ref for ref in chosen if ref.startswith(root)], inside)
    return refspecs


def _root(ref: str) -> str:
    """Return the first two parts of a ref: ``refs/runs/``."""
    return "/".join(ref.split("/", 2)[:2]) + "/"


def _folders(chosen: Iterable[str], excluded: Collection[str]) -> list[str]:
    """Return patterns for folders of which all refs are sent, and the other refs one by one."""
    mixed = {_folder(ref) for ref in excluded}
    blocked = {parent for folder in mixed for parent in _parents(folder)}
    alone = [ref for ref in chosen if _folder(ref) in blocked]
    whole = dict.fromkeys(_folder(ref) for ref in chosen if _folder(ref) not in blocked)
    return [*(f"{folder}*:{folder}*" for folder in whole), *alone]


def _folder(ref: str) -> str:
    return ref[: ref.rindex("/") + 1]


def _parents(folder: str) -> Iterable[str]:
    """Yield a folder and all above it: a pattern of one of them would match the refs in it, too."""
    parts = folder.split("/")[:-1]
    return ("/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1))
