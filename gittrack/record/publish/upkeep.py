"""Start processes that pack refs and fold old runs, in a repository with many, at the end of a run."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from gittrack import git
from gittrack.core import layout
from gittrack.git import refs
from gittrack.record.publish import background

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


def fold_sometimes(repo: git.Repo, threshold: int) -> None:
    """Start to fold if there may be more than ``threshold`` runs with refs, and do not wait; 0 means never.

    This costs one look at a file.  Nothing is started while another run goes on here, or twice a day.
    """
    with suppress(OSError):  # what cannot be read now is looked at by the end of the next run
        if threshold <= 0 or _size(repo) < threshold * _BYTES:
            return
        if any(map(layout.is_id, os.listdir(layout.live_dir(repo.common_dir)))):
            return
        if time.time() - _time(path(repo.common_dir)) >= _PAUSE_SECONDS:
            background.start(background.FOLD, repo.common_dir)


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


def _time(file: str) -> float:
    try:
        return os.stat(file).st_mtime
    except OSError:
        return 0.0
