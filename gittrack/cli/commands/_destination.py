"""The folder to which a verb writes the files of a run."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack import git
from gittrack.core.errors import TrackError


def destination(repo: git.Repo, dest: str | None) -> Path:
    """Return the path to which files of a run are written.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    dest : str or None
        The path that the user named; None for the current folder.

    Raises
    ------
    TrackError
        If the current folder is inside a git directory, such as a bare repository, and the user named no
        other. Files of a run could become hooks or configuration there.
    """
    current = os.path.realpath(os.curdir)
    for folder in map(os.path.realpath, (repo.git_dir, repo.common_dir)):
        if dest is None and os.path.commonpath([current, folder]) == folder:
            raise TrackError(
                "the current folder belongs to git itself", "name another one: -o DEST"
            )
    return Path(dest or os.curdir)
