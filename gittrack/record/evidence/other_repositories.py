"""Code that a command took from another git repository: the run does not record it."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.record import session

_OWN_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPTS = (".py", ".sh", ".bash", ".zsh", ".r", ".jl", ".lua", ".js", ".pl", ".rb")
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")
_MOST_NAMES = 5


def sentences(
    run_session: session.Session,
    loaded: Iterable[str],
    words: Sequence[str],
    users_tree: str | None,
) -> list[str]:
    """Return a sentence on each other repository from which a command took code.

    Parameters
    ----------
    run_session
        The session, whose command has ended.
    loaded
        The files of the modules that Python loaded and that are not installed.
    words
        The words of the command; scripts among them are code, too.
    users_tree
        The user's tree, if the command ran in a worktree for it.
    """
    root = os.path.realpath(run_session.repo.work_tree or "")
    own = [root, *([os.path.realpath(users_tree)] if users_tree else [])]
    scripts = (word for word in words if os.path.splitext(word)[1].lower() in SCRIPTS)
    files = {os.path.realpath(path) for path in (*loaded, *filter(os.path.isfile, scripts))}
    tops: dict[str, str | None] = {}
    names: dict[str, list[str]] = {}
    for path in sorted(files):
        top = _repository(os.path.dirname(path), tops)
        if top and top not in own and not _is_submodule(run_session, root, top):
            names.setdefault(top, []).append(os.path.relpath(path, top))
    return [_sentence(users_tree or root, top, inner) for top, inner in names.items()]


def _repository(folder: str, tops: dict[str, str | None]) -> str | None:
    """Return the root of the repository that a folder is in; None for installed code."""
    if folder not in tops:
        names = [name for name in (".git", *_ENVIRONMENT) if os.path.lexists(f"{folder}/{name}")]
        parent = os.path.dirname(folder)
        if folder == _OWN_PACKAGE or any(name in _ENVIRONMENT for name in names):
            tops[folder] = None
        elif names:
            tops[folder] = folder
        else:
            tops[folder] = _repository(parent, tops) if parent != folder else None
    return tops[folder]


def _is_submodule(run_session: session.Session, root: str, top: str) -> bool:
    """Return whether the commit of a repository is recorded with the code of a run."""
    inner = os.fsencode(os.path.relpath(top, root))
    return b" %b\0" % inner in run_session.code.tracked


def _sentence(own: str, top: str, names: Sequence[str]) -> str:
    try:
        commit = git.resolve(git.find(top), "HEAD")
    except git.GitError:  # of another user, or damaged
        commit = None
    more = len(names) - _MOST_NAMES
    listing = f"{', '.join(names[:_MOST_NAMES])}{f' and {more} more' if more > 0 else ''}"
    at = f" at {commit[:12]}" if commit else ""
    return f"used code of the repository {top}{at}, which is not recorded with {own}: {listing}"
