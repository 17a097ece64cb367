"""Which untracked files can be code: not those of a whole home folder.

If the home folder is a repository (of dotfiles), every document, history and project in it is an untracked
file.
"""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.settings import Settings
from gittrack.record.code.status import Status


def within(repo: git.Repo, status: Status, settings: Settings) -> tuple[Status, tuple[str, ...]]:
    """Return the status with the new files that can be code, and a warning if others were left out.

    If the work tree contains the home folder, or git is set to list no new files
    (``status.showUntrackedFiles=no``), only new files below the current folder can be code.  If the
    current folder is the home folder itself, no new file can be code.
    """
    home = _contains_home(repo.work_tree or "")
    if not home and (settings.show_untracked or not repo.prefix):
        return status, ()
    inside = status.below(repo.prefix) if repo.prefix else status.below(None)
    if inside == status:
        return status, ()
    reason = "the work tree contains the home folder" if home else "status.showUntrackedFiles=no"
    if repo.prefix:
        return inside, (f"new files outside {repo.prefix} are not captured: {reason}",)
    return inside, (
        f"no new file is captured: {reason}; make a repository for the project (git init), "
        "or add the files of its code: git add -N FILE",
    )


def _contains_home(root: str) -> bool:
    """Return whether the home folder is ``root`` or below it."""
    home = os.path.realpath(os.path.expanduser("~"))
    top = os.path.realpath(root)
    return os.path.commonpath((home, top)) == top
