"""Which repository the Python API uses: the repository of the script, unless ``repo`` names another."""

from __future__ import annotations

import os
import sys

from gittrack import git
from gittrack.api import messages
from gittrack.core.errors import TrackError
from gittrack.core.standard.functools import cache

_printed: set[str] = set()


def find(repo: str | os.PathLike[str] | None = None) -> git.Repo:
    """Return the repository of the folder ``repo``; by default of the script, else of the current folder.

    A line says so if the script's repository is not that of the current folder.  Raises NotARepository,
    and TrackError if ``repo`` is not a path.
    """
    if repo is not None:
        if not isinstance(repo, (str, os.PathLike)):
            raise TrackError(f"repo is {repo!r:.40}, not a path", "pass the folder of a repository")
        return git.find(repo)
    ours, here = _root(script_folder()), _root(os.getcwd())
    if ours is None or ours == here:
        return git.find()
    return _of_script(ours, here)


def script_folder() -> str | None:
    """Return the folder of the user's script; None for a session without one, and for installed programs."""
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    if not path:
        return None
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.join(folder, "").startswith(_installed()):
        return None
    return None if {"site-packages", "dist-packages"} & set(folder.split(os.sep)) else folder


@cache
def _installed() -> tuple[str, ...]:
    """Return the folders of installed programs and of this package, with a slash at the end."""
    package = os.path.dirname(os.path.dirname(__file__))
    folders = (sys.prefix, sys.base_prefix, package)
    return tuple(os.path.join(os.path.realpath(folder), "") for folder in folders)


def _root(folder: str | None) -> str | None:
    """Return the nearest folder that has a ``.git``, without asking git."""
    if folder is None:
        return None
    above = os.path.realpath(folder)
    while not os.path.exists(os.path.join(above, ".git")):
        if above == os.path.dirname(above):
            return None
        above = os.path.dirname(above)
    return above


def _of_script(ours: str, here: str | None) -> git.Repo:
    """Return the script's repository, or the current folder's if that one holds the script's code too."""
    try:
        repo = git.find(ours)
    except TrackError:
        return git.find()
    current = git.find() if here is not None else None
    if current is not None and repo.common_dir.startswith(f"{current.common_dir}/modules/"):
        return current  # the script is in a submodule, whose code the run of the superproject has
    if current is not None and not os.access(repo.common_dir, os.W_OK):
        _say(f"{ours} cannot be written: this is recorded in {here}, without the script's code")
        return current
    other = f"not {here}, where the current folder is" if here else "the current folder is in none"
    _say(f"the repository is that of the script, {ours} ({other}); repo= chooses another one")
    return repo


def _say(line: str) -> None:
    if line not in _printed:
        _printed.add(line)
        messages.show(line)
