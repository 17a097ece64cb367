"""Where the verbs that bring files of a run write them."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack import git
from gittrack.core.errors import TrackError


def destination(repo: git.Repo, dest: str | None) -> Path:
    """Return where files of a run go: DEST, else the current folder, which must not be git's own.

    Raises TrackError inside a git directory, such as a bare repository: files of a run could become its
    hooks or its configuration.
    """
    here = os.path.realpath(os.curdir)
    for folder in map(os.path.realpath, (repo.git_dir, repo.common_dir)):
        if dest is None and os.path.commonpath([here, folder]) == folder:
            raise TrackError("the current folder belongs to git itself", "name another: -o DEST")
    return Path(dest or os.curdir)
