"""Take over the archive of a remote, and merge it with the one here.  Removed runs do not come.

What the remote has is fetched to a ref of its own first, and checked.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.standard.collections import Callable, Collection, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.folding import archive, building, checking, merging
from gittrack.folding.archive import Archive
from gittrack.git import objects, refs
from gittrack.read.registry import models
from gittrack.share import remotes, removals, transport
from gittrack.share.choosing.here import runs_here
from gittrack.share.remotes import Remote
from gittrack.tidy import archive_change


class Arrivals(NamedTuple):
    """The folded runs that came, as {ref: commit}; or why the archive of the remote was not taken."""

    runs: Mapping[str, str] = {}
    problem: str = ""


def receive(
    repo: git.Repo,
    source: Remote,
    expect: Callable[[Sequence[str]], None] = lambda commits: None,
    *,
    unattended: bool = False,
) -> Arrivals:
    """Take the folded runs of a remote over.

    Parameters
    ----------
    repo : git.Repo
        The repository, whose annotations have been merged with those of the remote.
    source : Remote
        The remote.
    expect : callable, optional
        Called with the run commits that are about to come.
    unattended : bool, default False
        Whether nobody can answer a prompt.

    Raises
    ------
    TrackError
        If the remote cannot be reached, or if a garbage collection runs for long.
    """
    tip = source.refs.get(layout.ARCHIVE)
    if tip is None or tip == (mine := archive.tip(repo)):
        return Arrivals()
    fetched = f"refs/gittrack/archives/{source.name}"
    refspec = f"+{tip}:{fetched}"
    transport.fetch(repo, source.route, [refspec], unattended=unattended, continues=mine)
    if remotes.refs_here(repo, fetched).get(fetched) != tip:
        return Arrivals(problem="git could not fetch it")
    try:
        theirs = archive.read(repo, tip)
        problem = checking.check(repo, theirs) or _forged(repo, theirs, mine)
        return Arrivals(problem=problem) if problem else _take(repo, theirs, expect)
    except archive.NewerArchive as error:
        return Arrivals(problem=f"{error.message}: {error.hint}")
    except Damaged as error:
        return Arrivals(problem=error.message)
    finally:
        refs.transact(repo, [f"delete {fetched}\0{tip}"], "gittrack: pull")


def _forged(repo: git.Repo, theirs: Archive, tip: str | None) -> str:
    """Return what is wrong with the messages of the chunks that are not here."""
    here = archive.read(repo, tip).chunks if tip else ()
    ref = checking.first_difference(repo, [chunk for chunk in theirs.chunks if chunk not in here])
    return f"it has another message of {ref} than its commit" if ref else ""


class _Sides(NamedTuple):
    """Two archives, what each lacks of the other, and the refs of runs that neither must have."""

    mine: Archive | None
    theirs: Archive
    new: Mapping[str, str]
    missing: Collection[str]
    unwanted: Collection[str]
    is_tainted: bool  # the archive here has a run that somebody removed everywhere


def _compare(repo: git.Repo, theirs: Archive) -> _Sides:
    tip = archive.tip(repo)
    mine = archive.read(repo, tip) if tip else None
    here = archive.commits(repo, mine) if mine else {}
    theirs_by_ref = archive.commits(repo, theirs)
    removed, versions = removals.of_annotations(repo), models.registered(repo)
    in_trash = remotes.refs_here(repo, layout.TRASH)
    trash = {layout.RUNS + ref[len(layout.TRASH) :] for ref in in_trash}
    leaked = {ref for ref in (*here, *theirs_by_ref) if ref in removed.runs}
    unwanted = leaked | {
        ref
        for ref, oid in theirs_by_ref.items()
        if ref not in here and oid not in versions and (removed.has(ref, oid) or ref in trash)
    }

    new = {
        ref: oid
        for ref, oid in theirs_by_ref.items()
        if ref not in unwanted
        and (ref not in here or not archive.is_ancestor(repo, oid, here[ref]))
    }
    missing = {
        ref
        for ref, oid in here.items()
        if ref not in leaked | trash
        and (ref not in theirs_by_ref or merging.continues(repo, oid, theirs_by_ref[ref]))
    }
    return _Sides(mine, theirs, new, missing, unwanted, bool(leaked & here.keys()))


def _take(repo: git.Repo, theirs: Archive, expect: Callable[[Sequence[str]], None]) -> Arrivals:
    """Take an archive over: as it is, merged with the one here, or without the runs that were removed."""
    sides = _compare(repo, theirs)
    mine = sides.mine
    if mine and not sides.is_tainted and archive.is_ancestor(repo, theirs.commit, mine.commit):
        return Arrivals()
    if (sides.missing or sides.unwanted) and not sides.new and not sides.is_tainted:
        return Arrivals()
    expect(list(sides.new.values()))
    before = runs_here(repo)

    def build(store: objects.Store) -> Archive | None:
        every = [side for side in (sides.mine, theirs) if side is not None]
        if sides.unwanted:
            with store.batch():
                every = [building.without(repo, store, side, sides.unwanted) for side in every]
        with store.batch():
            both = merging.merged(repo, store, *every) if len(every) == 2 else every[0]
        with store.batch():
            return merging.rebuilt(repo, store, both.chunks) if sides.unwanted else both

    if sides.unwanted or sides.missing or not _keeps_all(repo, mine, theirs):
        now = archive_change.replace(repo, mine, build)
    else:
        now = archive_change.replace(repo, mine, lambda store: theirs)
    listed = archive.commits(repo, now) if now else {}
    came = {ref: oid for ref, oid in sides.new.items() if listed.get(ref) == oid}
    return Arrivals({ref: oid for ref, oid in came.items() if before.get(ref) != oid})


def _keeps_all(repo: git.Repo, mine: Archive | None, theirs: Archive) -> bool:
    """Return whether an archive keeps all commits alive that the one here does, listed ones or not.

    Of a run that two people resumed, an archive lists one attempt, and an earlier archive has the other one.
    """
    if mine is None or archive.is_ancestor(repo, mine.commit, theirs.commit):
        return True
    return archive.parents(repo, mine) <= archive.parents(repo, theirs)


def with_members(repo: git.Repo, remote: Remote) -> Remote:
    """Return a remote with the refs that its folded runs would have, if its archive is here.

    A ref of an earlier attempt than the folded one does not count.
    """
    tip = remote.refs.get(layout.ARCHIVE)
    if tip is None or git.missing_objects(repo, [tip]):
        return remote
    try:
        folded = archive.commits(repo, archive.read(repo, tip))
    except TrackError:
        return remote
    later = merging.later_attempts(repo, remote.refs, folded)
    return remote._replace(refs={**folded, **remote.refs, **later})
