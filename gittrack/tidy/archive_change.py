"""Replace the archive by another one, so that no garbage collection can come in between."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.folding import archive, building, merging
from gittrack.folding.archive import Archive
from gittrack.git import objects, refs
from gittrack.record.publish import writer

_NEXT = "refs/gittrack/next-archive"  # refs/gittrack/archives/ has those of remotes


def replace(
    repo: git.Repo,
    before: Archive | None,
    build: Callable[[objects.Store], Archive | None],
    also: Sequence[str] = (),
    patience: float = writer.PATIENCE_SECONDS,
) -> Archive | None:
    """Replace the archive; the new one has a ref of its own until no garbage collection can miss it.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    before : Archive or None
        The archive as it is.
    build : callable
        Writes the new archive, in batches, and returns it; None if there are no folded runs any more.
    also : sequence of str
        Commands of ``git update-ref`` for the same transaction.
    patience : float, default 2
        How many seconds to wait for a running garbage collection.

    Raises
    ------
    TrackError
        If a garbage collection runs for longer, if the archive changed meanwhile, or if one cannot be read.
    """
    store = objects.Store(git.object_store_path(repo), repo.hash_name)

    def write() -> Archive | None:
        store.written.clear()
        return build(store)

    now = write()
    old = before.commit if before else ""
    if now is None:
        refs.transact(repo, [*([f"delete {layout.ARCHIVE}\0{old}"] if old else []), *also], _REASON)
        return None
    zero = "0" * len(now.commit)
    refs.transact(repo, [f"update {_NEXT}\0{now.commit}\0"], _REASON)
    if not writer.settle(repo, store, write, patience):
        raise TrackError(
            "a garbage collection of git is running, so the archive of folded runs cannot change",
            "wait until it ends, and do it again",
        )
    moves = [f"update {layout.ARCHIVE}\0{now.commit}\0{old or zero}", f"delete {_NEXT}\0"]
    refs.transact(repo, [*moves, *also], _REASON)
    return now


_REASON = "gittrack: archive"


def leave_out(repo: git.Repo, names: Sequence[str], also: Sequence[str] = ()) -> bool:
    """Make an archive without some runs, given by the refs that they had; return whether it had one of them.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    names : sequence of str
        The refs.
    also : sequence of str
        Commands of ``git update-ref`` for the same transaction, if the archive had one of them.

    Raises
    ------
    TrackError
        As `replace`.
    """
    tip = archive.tip(repo)
    before = archive.read(repo, tip) if tip else None
    if before is None or not archive.commits(repo, before, set(names)):
        return False

    def build(store: objects.Store) -> Archive | None:
        with store.batch():
            rest = building.without(repo, store, before, set(names))
        with store.batch():
            return merging.rebuilt(repo, store, rest.chunks)

    replace(repo, before, build, also)
    return True
