"""Start processes that pack refs, fold old runs and write a commit graph, in a repository with many runs."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.contextlib import suppress
from gittrack.disk import folders
from gittrack.git import refs
from gittrack.record.publish import background

FEW = 100  # refs of runs; with fewer, a fetch or a push takes at most a tenth longer
MANY = 100  # further refs; then the process starts again, and folds runs of today, too
_BYTES = 60  # of a ref in the files of git, at least
_PAUSE_SECONDS = 86400


def pack_refs_sometimes(repo: git.Repo, threshold: int) -> None:
    """Pack the refs in the background if about ``threshold`` runs have loose refs; 0 means never.

    Counting costs one `listdir` per experiment.  If another process packs already, the next run tries again.
    """
    if threshold <= 0:
        return
    loose = 0
    for _, _, names in os.walk(os.path.join(repo.common_dir, layout.RUNS)):
        loose += len(names)
        if loose >= threshold:
            refs.pack_in_background(repo)
            return


def fold_sometimes(repo: git.Repo) -> None:
    """Start the process that folds and writes a commit graph if many refs are packed; do not wait.

    This costs a look at two files.  It is tried again when `MANY` more refs are packed, or a day later while
    no run goes on.
    """
    with suppress(OSError):  # what cannot be read now is read at the end of the next run
        size = _size(repo)
        if size < FEW * _BYTES:
            return
        last = seconds, earlier = _last_try(repo)
        is_due = abs(time.time() - seconds) >= _PAUSE_SECONDS and not any(
            map(layout.is_id, os.listdir(layout.live_dir(repo.common_dir)))
        )
        if is_due or size - earlier >= MANY * _BYTES:
            note_try(repo)
            if _last_try(repo) != last:  # else it would be tried at the end of each run
                background.start(background.FOLD, repo.common_dir)


def fold_after_arrival(repo: git.Repo, new: int) -> None:
    """Start the same process if many runs have come from a remote."""
    if new >= MANY:
        background.start(background.FOLD, repo.common_dir)


def note_try(repo: git.Repo) -> None:
    """Note that it was tried now, and the size of the refs."""
    folders.keep(path(repo.common_dir), b"%d" % _size(repo))


def path(common_dir: str) -> str:
    """Return the path of the file whose time is that of the last try."""
    return f"{layout.cache_dir(common_dir)}/last-fold"


def _size(repo: git.Repo) -> int:
    """Return the size of the file of packed refs, or of the tables of refs, in bytes."""
    try:
        return os.stat(f"{repo.common_dir}/packed-refs").st_size
    except FileNotFoundError:
        tables = f"{repo.common_dir}/{refs.TABLES}"
        if not os.path.isdir(tables):
            return 0
        return sum(entry.stat().st_size for entry in os.scandir(tables))


def _last_try(repo: git.Repo) -> tuple[float, int]:
    """Return when it was tried, in seconds since 1970, and the size of the refs then."""
    try:
        with open(path(repo.common_dir), "rb") as file:
            content = file.read(20)
            return os.fstat(file.fileno()).st_mtime, int(content) if content.isdigit() else 0
    except FileNotFoundError:
        return 0.0, 0
