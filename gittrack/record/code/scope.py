"""Which new files may be code: not those of a whole home folder.

If the home folder is a repository (of dotfiles), everything in it that git does not know is a new file:
documents, histories, other projects.
"""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.settings import Settings
from gittrack.record.code.status import Status


def within(repo: git.Repo, status: Status, settings: Settings) -> tuple[Status, tuple[str, ...]]:
    """Return the status with the new files that may be code, and a warning if others were left out.

    If the work tree holds the home folder, or the user does not want git to list new files
    (``status.showUntrackedFiles=no``), only new files below the current folder may be.  In the home
    folder itself no new file may be.
    """
    home = _holds_home(repo.work_tree or "")
    if not home and (settings.show_untracked or not repo.prefix):
        return status, ()
    inside = status.below(repo.prefix) if repo.prefix else status.below(None)
    if inside == status:
        return status, ()
    reason = "the work tree holds the home folder" if home else "status.showUntrackedFiles is no"
    if repo.prefix:
        return inside, (f"new files outside {repo.prefix} are not captured: {reason}",)
    return inside, (
        f"no new file is captured: {reason}; make a repository for the project (git init), "
        "or name files of its code: git add -N FILE",
    )


def _holds_home(root: str) -> bool:
    home = os.path.realpath(os.path.expanduser("~"))
    top = os.path.realpath(root)
    return os.path.commonpath((home, top)) == top
