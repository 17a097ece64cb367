"""Fold old runs: an archive keeps them, and their refs go, because many refs make git slow.

The archive is written and gets its ref first.  When no garbage collection runs that may not have seen it, the
refs are deleted, each only if it has the commit that the archive has.  So a kill at any step leaves each run
with a ref, in the archive, or with both.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.contextlib import contextmanager
from gittrack.disk import folders, lock
from gittrack.folding import archive, building, merging, visible
from gittrack.folding.archive import Archive
from gittrack.folding.building import Member
from gittrack.git import objects, refs
from gittrack.read.runs import listing
from gittrack.read.runs.reader import Raw
from gittrack.record.publish import writer
from gittrack.tidy import fold_plan

_AT_ONCE = 10 * building.MOST_PARENTS  # runs; each transaction rewrites the file of packed refs
_LAST = 20  # runs of the newest archive; git reads all of its parents at each fetch and push
_TRIES = 5
_COLLECTING = "a garbage collection of git is running"
_CHANGED = "other processes change them"
_DIVERGED = "the archive has another attempt of them"


class Folded(NamedTuple):
    """How many runs have no ref any more; how many still have one, and why."""

    runs: int
    remaining: int = 0
    reason: str = ""


def fold(
    repo: git.Repo, members: Sequence[Member], patience: float = writer.PATIENCE_SECONDS
) -> Folded:
    """Fold runs.  Doing it again completes it.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    members : sequence of Member
        The runs, of `fold_plan.plan`.
    patience : float, default 2
        How many seconds to wait for a running garbage collection.

    Raises
    ------
    TrackError
        If another process folds now, or if the archive cannot be read or written.
    """
    with _alone(repo):
        total = Folded(0)
        for start in range(0, len(members), _AT_ONCE):
            part = _fold(repo, members[start : start + _AT_ONCE], patience)
            total = Folded(
                total.runs + part.runs,
                total.remaining + part.remaining,
                part.reason or total.reason,
            )
        return total


@contextmanager
def _alone(repo: git.Repo) -> Iterator[None]:
    """Hold the lock of all folds of a repository.  Raises TrackError if another process holds it."""
    home = layout.home(repo.common_dir)
    folders.make(home)
    handle = lock.acquire(f"{home}/fold.lock")
    if handle is None:
        raise TrackError("another process folds runs of this repository", "wait until it ends")
    try:
        yield
    finally:
        os.close(handle)


def _fold(repo: git.Repo, members: Sequence[Member], patience: float) -> Folded:
    """Fold some runs: write archives for those that are in none, then delete the refs of all of them."""
    tip = archive.tip(repo)
    before = archive.read(repo, tip) if tip else None
    here = {_ref(member): member.commit for member in members}
    earlier = archive.commits(repo, before, here) if before else {}
    # Of a run that was resumed and folded elsewhere, the archive has a later attempt than the ref here.
    later = merging.later_attempts(repo, here, earlier)
    new = [m for m in members if earlier.get(_ref(m)) != m.commit and _ref(m) not in later]
    diverged = [m for m in new if not _continues(repo, m, earlier)]
    new = [m for m in new if m not in diverged]
    outdated = {_ref(member) for member in new if _ref(member) in earlier}
    store = objects.Store(git.object_store_path(repo), repo.hash_name)

    def write() -> tuple[Archive | None, set[str]]:
        store.written.clear()
        with store.batch():
            return _written(repo, store, before, new, outdated)

    now, added = write()
    if now is None:
        return Folded(0)
    if now != before:
        refs.update(repo, layout.ARCHIVE, now.commit, tip, "gittrack: fold")
    if not writer.settle(repo, store, write, patience):
        return Folded(0, len(members), _COLLECTING)
    safe = added if len(added) == len(members) else added | archive.parents(repo, now)
    free = [m for m in members if later.get(_ref(m), m.commit) in safe and m not in diverged]
    done = _delete(repo, now.commit, free)
    if not diverged:
        return done
    return Folded(done.runs, done.remaining + len(diverged), done.reason or _DIVERGED)


def _continues(repo: git.Repo, member: Member, earlier: Mapping[str, str]) -> bool:
    """Return whether a run is not in the archive, or only with an earlier attempt."""
    oid = earlier.get(_ref(member))
    return oid is None or archive.is_ancestor(repo, oid, member.commit)


def _ref(member: Member) -> str:
    return layout.run_ref(member.experiment, member.id)


def _written(
    repo: git.Repo,
    store: objects.Store,
    before: Archive | None,
    new: Sequence[Member],
    outdated: set[str],
) -> tuple[Archive | None, set[str]]:
    """Write an archive for each 1,000 runs and the last 20, without the earlier attempts of resumed runs.

    Returns the last archive, and the commits that were added.
    """
    added: set[str] = set()
    now = building.without(repo, store, before, outdated) if before and outdated else before
    if now and new:
        now = now._replace(chunks=tuple(merging.joined(repo, store, now.chunks)))
    for part in _parts(new):
        raws = [Raw(m.id, m.experiment, _ref(m), m.commit) for m in part]
        readable = [member for _, member in fold_plan.members(repo, raws) if member is not None]
        now = building.add(store, now, readable) if readable else now
        added.update(member.commit for member in readable)
    return now, added


def _parts(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    most = building.MOST_PARENTS
    for start in range(0, len(members) - _LAST, most):
        yield members[start : min(start + most, len(members) - _LAST)]
    if members:
        yield members[-_LAST:]


def _delete(repo: git.Repo, tip: str, members: Sequence[Member]) -> Folded:
    """Delete the refs of runs that the archive keeps, as far as they are as before and no run goes on."""
    going = {_ref(member): member.commit for member in members}
    reason = ""
    for _ in range(_TRIES):
        live = set(listing.live_ids(repo))
        here = {ref.name: ref.oid for ref in refs.now(repo, layout.RUNS)}
        present = [ref for ref, oid in going.items() if here.get(ref) == oid]
        free = [ref for ref in present if ref[-24:] not in live and not _is_locked(repo, ref)]
        commands = [f"delete {ref}\0{going[ref]}" for ref in free]
        try:
            refs.transact(repo, [f"verify {layout.ARCHIVE}\0{tip}", *commands], "gittrack: fold")
        except refs.Unwritable:
            raise
        except git.GitError:  # a ref moved or is locked: look again
            refs.back_off()
            reason = _CHANGED
            continue
        remaining = len(present) - len(free)
        return Folded(len(free), remaining, _CHANGED if remaining else "")
    return Folded(0, len(going), reason)


def _is_locked(repo: git.Repo, ref: str) -> bool:
    return os.path.exists(f"{repo.common_dir}/{ref}.lock")


def unfold(repo: git.Repo, patience: float = writer.PATIENCE_SECONDS) -> int:
    """Give all folded runs their refs again, and delete the archive; return how many runs got one.

    A ref of an earlier attempt than the folded one moves forward.

    Raises TrackError if another process folds now, if the archive cannot be read or changes meanwhile, or if
    a garbage collection that may not have seen the new refs runs for longer than ``patience`` seconds.
    """
    with _alone(repo):
        tip = archive.tip(repo)
        if tip is None:
            return 0
        commits = archive.commits(repo, archive.read(repo, tip))
        absent = visible.commits_of(repo, commits.keys())
        here = {ref.name: ref.oid for ref in refs.now(repo, layout.RUNS)}
        later = merging.later_attempts(repo, here, commits)
        moves = [f"update {ref}\0{oid}\0{here[ref]}" for ref, oid in later.items()]
        moves += [f"create {ref}\0{oid}" for ref, oid in absent.items()]
        for start in range(0, len(moves), _AT_ONCE):
            part = moves[start : start + _AT_ONCE]
            refs.transact(repo, part, "gittrack: unfold")
            if len(part) > building.MOST_PARENTS:
                repo.read("pack-refs", "--all")
        store = objects.Store(git.object_store_path(repo), repo.hash_name)
        if not writer.settle(repo, store, lambda: None, patience):
            problem = f"{_COLLECTING}, so the archive of folded runs is still there"
            raise TrackError(problem, "wait until it ends, then: git track gc --unfold")
        refs.transact(repo, [f"delete {layout.ARCHIVE}\0{tip}"], "gittrack: unfold")
        return len(absent)
