"""Whether a repository may have an archive: for every listing, so without a process."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core import layout
from gittrack.git import refs

_RECENT_SECONDS = 60
_START = 100  # characters; the archive comes first in the order of names


def may_exist(repo: git.Repo, listing: refs.Listing) -> bool:
    """Return whether there may be folded runs.

    Git lists the archive before the refs of runs.  If runs were folded in between, the listing has neither;
    then the archive has a file of its own, or refs were packed or written into tables just now.
    """
    return (
        f" {layout.ARCHIVE}\n" in listing[0][:_START]
        or loose_tip(repo) != ""
        or _is_recent(f"{repo.common_dir}/packed-refs")
        or _is_recent(f"{repo.common_dir}/{refs.TABLES}/tables.list")
    )


def _is_recent(path: str) -> bool:
    try:
        return abs(time.time() - os.stat(path).st_mtime) < _RECENT_SECONDS
    except OSError:
        return False


def loose_tip(repo: git.Repo) -> str:
    """Return what the file of the ref of the archive has; empty if it has no file of its own."""
    try:
        with open(f"{repo.common_dir}/{layout.ARCHIVE}", encoding="ascii") as file:
            return file.read(65).strip()
    except (OSError, ValueError):
        return ""
