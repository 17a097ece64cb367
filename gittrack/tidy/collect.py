"""Delete for good: runs that were in the trash for long, and what dead processes left behind.

A run that another ref, a tag or a note names is never deleted.  `git gc` frees the objects of deleted runs.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import annotation_log, run_info
from gittrack.core.standard.collections import Iterable, Iterator, Sequence
from gittrack.disk import lock
from gittrack.folding import archive
from gittrack.git import notes, refs, temporary_worktree
from gittrack.read.index import store
from gittrack.read.registry import models
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of, trash_of
from gittrack.tidy import archive_change, stale_workdirs, stored_content, trash

_SHORT = re.compile(rb"\b(?:[0-9]{8}-[0-9]{6}-)?([0-9a-f]{8})\b")


class Exemption(NamedTuple):
    """A run that stays in the trash, and the reason."""

    subject: str
    reason: str


class Leftovers(NamedTuple):
    """What dead processes left behind; ``sizes`` are the bytes of folders, workdirs and trees."""

    folders: Sequence[Path] = ()  # of the journal and the cache
    workdirs: Sequence[Path] = ()  # of sweeps that no process runs
    trees: Sequence[temporary_worktree.Leftover] = ()  # worktrees of reruns and trials
    sizes: tuple[int, int, int] = (0, 0, 0)

    def __bool__(self) -> bool:
        return bool(self.folders or self.workdirs or self.trees)


class Collection(NamedTuple):
    """What `carry_out` would delete: runs of the trash, leftovers and stored content; and what stays.

    ``younger`` counts the runs that are not old enough, ``run_bytes`` is the size of the others in git.
    """

    runs: list[Raw]
    leftovers: Leftovers
    exempt: list[Exemption]
    younger: int
    run_bytes: int
    content: stored_content.Unnamed = stored_content.Unnamed({})


def plan(repo: git.Repo, older_than: float, now: float) -> Collection:
    """Return what could be deleted; nothing is changed.

    Parameters
    ----------
    repo
        The repository.
    older_than
        The time that a run must have been in the trash, in seconds.
    now
        The current time, in seconds since 1970.
    """
    old, exempt, younger = [], [], 0
    trashed = trash_of(repo).select(Request()).runs
    reasons, arrivals = named_elsewhere(repo, trashed), trash.arrivals(repo)
    for raw in trashed:
        since = annotation_log.removed_at(raw.annotations)
        if since is not None:  # the days count from when the removal came here
            since = max(since, arrivals.get(raw.id, since))
        if since is None and older_than > 0:
            exempt.append(
                Exemption(raw.id, "the time of its removal is unknown; --older-than 0d deletes it")
            )
        elif since is not None and now - since < older_than:
            younger += 1
        elif reader.decode(repo, raw).problem == run_info.NEWER:
            exempt.append(Exemption(raw.id, run_info.NEWER))
        elif raw.id in reasons:
            exempt.append(Exemption(raw.id, reasons[raw.id]))
        else:
            old.append(raw)
    content = stored_content.unnamed(repo, {str(raw.ref) for raw in old})
    return Collection(old, leftovers(repo), exempt, younger, _freed(repo, old), content)


def leftovers(repo: git.Repo) -> Leftovers:
    """Return what dead processes left behind."""
    folders = list(_stale_folders(repo))
    workdirs = list(stale_workdirs.idle(repo))
    trees = temporary_worktree.leftovers(repo)
    homes = [Path(tree.home) for tree in trees if tree.home]
    sizes = [sum(map(_size, paths)) for paths in (folders, workdirs, homes)]
    return Leftovers(folders, workdirs, trees, (sizes[0], sizes[1], sizes[2]))


def carry_out(repo: git.Repo, collection: Collection) -> list[str]:
    """Delete what a collection names; return the folders that could not be deleted."""
    trashed = [str(raw.ref) for raw in collection.runs]
    folded = [layout.run_ref(raw.experiment, raw.id) for raw in collection.runs]
    deletions = [f"delete {raw.ref}\0{raw.commit}" for raw in collection.runs if raw.commit]
    if not trashed or not archive_change.leave_out(repo, folded, deletions):
        for ref in trashed:
            refs.drop(repo, ref)
    if collection.runs:
        store.forget(repo.common_dir)
    if collection.content.sizes:
        stored_content.remove(repo)
    for path in collection.leftovers.folders:
        shutil.rmtree(path, ignore_errors=True)
    for path in collection.leftovers.workdirs:
        stale_workdirs.remove(path)
    return [
        tree.home for tree in collection.leftovers.trees if not temporary_worktree.clear(repo, tree)
    ]


def named_elsewhere(repo: git.Repo, raws: Sequence[Raw]) -> dict[str, str]:
    """Return {id: reason} of the runs that a ref, a tag, or a note on any commit names."""
    commits = {raw.commit: raw.id for raw in raws if raw.commit}
    if not commits:
        return {}
    versions = models.registered(repo)
    reasons = {run: f"it is {versions[oid]}" for oid, run in commits.items() if oid in versions}
    for name, oid in refs.peeled(repo):
        if oid in commits and not name.startswith((layout.RUNS, layout.TRASH)):
            reasons.setdefault(commits[oid], f"{name} names it")
    of_notes = refs.below(repo, "refs/notes/")
    ours = next((oid for name, oid in of_notes if name == layout.NOTES), "")
    for name, oid in of_notes:
        if name != layout.NOTES and _is_merged(repo, oid, ours):
            continue  # such as what a remote had of the annotations at the last pull
        for commit, note in notes.read(repo.fetching(), oid).items() if oid else ():
            if name != layout.NOTES and commit in commits:
                reasons.setdefault(commits[commit], f"it has a note in {name}")
            for short in _SHORT.findall(note):
                for other in commits.values():
                    if other.endswith(short.decode()) and commits.get(commit) != other:
                        reasons.setdefault(other, f"a note on {commit[:12]} names it")
    return reasons


def _is_merged(repo: git.Repo, oid: str, ours: str) -> bool:
    """Return whether our notes came from other ones, so that all of their lines are here."""
    if not oid or not ours:
        return False
    return repo.call("merge-base", "--is-ancestor", oid, ours, shared=True).wait().code == 0


def _stale_folders(repo: git.Repo) -> Iterator[Path]:
    """Yield journal folders without a live run, and folders of cached artifacts whose run was deleted."""
    live = Path(layout.live_dir(repo.common_dir))
    for path in stale_workdirs.folders(live):
        empty = not (path / layout.EVENTS).is_file() or not (path / layout.EVENTS).stat().st_size
        fresh = time.time() - path.stat().st_mtime < 60
        published = not layout.is_id(path.name)
        if published or (empty and not fresh and not lock.is_held(path / layout.LOCK)):
            yield path
    cached = Path(layout.cache_dir(repo.common_dir), "artifacts")
    request = Request(summaries=False)
    runs = (*source_of(repo).select(request).runs, *trash_of(repo).select(request).runs)
    commits = {(raw.commit or "")[:20] for raw in runs}
    yield from (path for path in stale_workdirs.folders(cached) if path.name not in commits)


def _size(folder: Path) -> int:
    return sum(
        os.lstat(Path(top, name)).st_size for top, _, names in os.walk(folder) for name in names
    )


def _freed(repo: git.Repo, raws: Iterable[Raw]) -> int:
    """Return the size of the objects that only these runs need, in bytes on disk."""
    commits = [raw.commit for raw in raws if raw.commit]
    if not commits:
        return 0
    # The archive has folded runs that go, too: instead of it, the runs that stay in it are left out.
    stay = set(_folded(repo)).difference(commits)
    prefixes = (f"{layout.TRASH}*", layout.ARCHIVE)
    others = ("--not", *(f"--exclude={prefix}" for prefix in prefixes), "--all")
    feed = "".join([*(f"{oid}\n" for oid in commits), *(f"^{oid}\n" for oid in stay)]).encode()
    out = repo.read("rev-list", "--objects", "--disk-usage", "--stdin", *others, feed=feed)
    return int(out.strip() or 0)


def _folded(repo: git.Repo) -> Iterable[str]:
    """Return the commits of the folded runs.  Raises Damaged if the archive cannot be read."""
    tip = archive.tip(repo)
    return archive.commits(repo, archive.read(repo, tip)).values() if tip else ()
