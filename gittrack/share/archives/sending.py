"""Send the archive to a remote, and delete the refs there of the runs that it has."""

from __future__ import annotations

from itertools import islice

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Collection, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.folding import archive, merging
from gittrack.share import remotes, removals, transport
from gittrack.share.archives import receiving
from gittrack.share.remotes import Remote
from gittrack.share.transport import Update
from gittrack.tidy import archive_change

_MOST_DELETED = 1000  # refs of one push: git compares each with all refs of the remote


class Departures(NamedTuple):
    """What a remote has now.

    Parameters
    ----------
    runs : dict of str to str
        The runs that are in its archive, as {ref: commit}.
    refused : tuple of Update
        What it refused.
    deleted : int
        How many refs of folded runs it deleted.
    """

    runs: dict[str, str]
    refused: tuple[Update, ...] = ()
    deleted: int = 0


def plan(repo: git.Repo, target: Remote, left_out: Collection[str]) -> tuple[bool, int]:
    """Return what a push of the archive changes on a remote, as git lists it.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    target : Remote
        The remote, with the refs that it lists.
    left_out : collection of str
        The run commits that are not sent to a remote that lacks them, because they came from another one.

    Returns
    -------
    bool
        Whether the archive is sent: the remote has another one or none, and it has no run to be left out
        and at least one that was not removed here.
    int
        If it has the same one: how many refs of runs are deleted, because they are in it.
    """
    tip = archive.tip(repo)
    if tip is None:
        return False, 0
    if tip == target.refs.get(layout.ARCHIVE):
        has_refs = bool(target.below(layout.RUNS))
        return False, len(_leases(repo, target, _members(repo, tip))) if has_refs else 0
    members = _members(repo, tip)
    of_target = receiving.with_members(repo, target).refs if left_out else {}
    must_stay = any(oid in left_out and of_target.get(ref) != oid for ref, oid in members.items())
    removed = _removed_unsent(repo, target, members)
    return not must_stay and len(removed) < len(members), 0


def send(
    repo: git.Repo, target: Remote, unsent: Collection[str], *, unattended: bool = False
) -> Departures:
    """Send the archive; nothing is sent if it has a run that must not go, or lacks one of the remote.

    Runs in the trash that the remote lacks leave the archive before, because nobody gets a run that was
    removed here; the trash keeps them.

    Parameters
    ----------
    repo : git.Repo
        The repository, which has taken over the archive of the remote (`receiving.receive`).
    target : Remote
        The remote, with the refs that it lists.
    unsent : collection of str
        The run commits that must not go.
    unattended : bool, default False
        Whether nobody can answer a prompt.

    Raises
    ------
    TrackError
        If the remote cannot be reached, or if the archive cannot be read or changed now.
    """
    tip = archive.tip(repo)
    members = _members(repo, tip) if tip else {}
    if removed := _removed_unsent(repo, target, members):
        archive_change.leave_out(repo, removed)
        tip = archive.tip(repo)
        members = _members(repo, tip) if tip else {}
    if tip is None or not set(unsent).isdisjoint(members.values()):
        return Departures({})
    theirs = target.refs.get(layout.ARCHIVE, "")
    if tip != theirs:
        if theirs and not _has_all(repo, members, theirs):
            reason = "the remote has folded runs that are not here: git track pull"
            return Departures({}, (Update(layout.ARCHIVE, accepted=False, reason=reason),))
        # Forced, because an archive without a removed run does not continue the one that has it.
        refspecs, lease = [f"+{tip}:{layout.ARCHIVE}"], {layout.ARCHIVE: theirs}
        updates = transport.push(repo, target.route, refspecs, leases=lease, unattended=unattended)
        refused = tuple(update for update in updates if not update.accepted)
        if refused:
            return Departures({}, refused)
    return Departures(members, deleted=_delete_refs(repo, target, members, unattended))


def _removed_unsent(repo: git.Repo, target: Remote, members: Mapping[str, str]) -> list[str]:
    """Return the refs of the folded runs that the trash keeps and that a remote lacks."""
    trash = remotes.refs_here(repo, layout.TRASH)
    in_trash = {
        ref: oid
        for ref, oid in members.items()
        if (other := trash.get(layout.TRASH + ref[len(layout.RUNS) :]))
        and (other == oid or archive.is_ancestor(repo, oid, other))
    }
    of_target = receiving.with_members(repo, target).refs if in_trash else {}
    return [ref for ref, oid in in_trash.items() if of_target.get(ref) != oid]


def _has_all(repo: git.Repo, members: dict[str, str], theirs: str) -> bool:
    """Return whether an archive of a remote has no run or attempt that is not here, besides removed ones."""
    try:
        theirs_by_ref = _members(repo, theirs)
    except TrackError:  # it was not fetched, or is damaged
        return False
    removed, trash = removals.of_annotations(repo), remotes.refs_here(repo, layout.TRASH)
    return all(
        (ref in members and not merging.continues(repo, oid, members[ref]))
        or removed.has(ref, oid)
        or layout.TRASH + ref[len(layout.RUNS) :] in trash
        for ref, oid in theirs_by_ref.items()
    )


def _members(repo: git.Repo, tip: str) -> dict[str, str]:
    return archive.commits(repo, archive.read(repo, tip))


def _leases(repo: git.Repo, target: Remote, members: Mapping[str, str]) -> dict[str, str]:
    """Return the refs of a remote that its archive makes unnecessary, as {ref: id}; up to `_MOST_DELETED`.

    The archive has the commit of such a ref, or a later attempt of the run.
    """
    of_target = ((ref, oid) for ref, oid in target.refs.items() if ref in members)
    every = ((ref, oid) for ref, oid in of_target if archive.is_ancestor(repo, oid, members[ref]))
    return dict(islice(every, _MOST_DELETED))


def _delete_refs(
    repo: git.Repo, target: Remote, members: Mapping[str, str], unattended: bool
) -> int:
    """Delete some refs of runs that the archive has; return how many.

    A host may keep them: each run is listed once.
    """
    leases = _leases(repo, target, members)
    deletions = [f":{ref}" for ref in leases]
    updates = transport.push(repo, target.route, deletions, leases=leases, unattended=unattended)
    return sum(update.accepted for update in updates)


def remove(repo: git.Repo, target: Remote, names: Sequence[str]) -> Iterable[Update]:
    """Remove runs from the archives here and on the remote; return what the remote refused.

    Parameters
    ----------
    repo : git.Repo
        The repository, where the runs have tombstones and are in the trash.
    target : Remote
        The remote.
    names : sequence of str
        The refs that the runs had.

    Raises
    ------
    TrackError
        If the remote cannot be reached, or if an archive cannot be read or changed now.
    """
    theirs = target.refs.get(layout.ARCHIVE)
    archive_change.leave_out(repo, names)
    if theirs is None:
        return ()
    receiving.receive(repo, target)
    theirs_by_ref = receiving.with_members(repo, target).refs
    if not set(names) & theirs_by_ref.keys():
        return ()
    if archive.tip(repo) is None:
        lease = {layout.ARCHIVE: theirs}
        updates = transport.push(repo, target.route, [f":{layout.ARCHIVE}"], leases=lease)
        return [update for update in updates if not update.accepted]
    return send(repo, target, ()).refused
