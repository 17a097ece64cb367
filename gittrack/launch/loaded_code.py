"""Code that a command in a worktree loaded from the user's own tree: it is not the recorded code."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from gittrack.launch import start_hook
from gittrack.record import session
from gittrack.record.evidence import changes, other_repositories

_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")  # in the folder of an environment
_MOST_NAMES = 5
_SENTENCE = "loaded from your own tree, not from the recorded code: "


def check(
    run_session: session.Session,
    users_tree: str | None,
    words: Sequence[str] = (),
    sentences: Sequence[str] = (),
) -> tuple[session.Session, list[str]]:
    """Record what a command loaded from the user's tree or another repository; return notes for the user.

    Parameters
    ----------
    run_session
        The session, whose command has ended.
    users_tree
        The tree of which the session's is a copy at another commit; None if it is the user's tree.
    words
        The words of the command.
    sentences
        What else makes the code or data of the run inexact.

    Returns
    -------
    Session, list of str
        The session, whose code is inexact if there are such modules, and all sentences.

    Notes
    -----
    The Pythons of the command report what they loaded when they end (`start_hook.reports`).  A Python that
    was killed, or that runs without the hook, reports nothing.
    """
    folder = run_session.journal.folder
    worktree = os.path.realpath(run_session.repo.work_tree or "")
    files = list(start_hook.loaded_files(folder))
    names = sorted(set(_loaded(files, users_tree, worktree))) if users_tree else []
    others = other_repositories.sentences(run_session, files, words, users_tree)
    reasons = [*sentences, *([_SENTENCE + _listing(names)] if names else []), *others]
    if not reasons:
        return run_session, []
    commit = (run_session.journal.state().facts.get("code") or {}).get("commit")
    diff = changes.add_to_patches(folder, run_session.diff, commit, reasons)
    return run_session._replace(diff=diff), reasons


def _listing(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return f"{', '.join(names[:_MOST_NAMES])}{f' and {more} more' if more > 0 else ''}"


def _loaded(paths: Iterable[str], users_tree: str, worktree: str) -> Iterator[str]:
    """Yield the paths below the user's tree, from its root, that are not in a worktree or environment."""
    top = os.path.realpath(users_tree)
    for path in paths:
        real = os.path.realpath(path)
        is_below = real.startswith(f"{top}/") and not real.startswith(f"{worktree}/")
        if is_below and not _is_installed(real, top):
            yield os.path.relpath(real, top)


def _is_installed(path: str, top: str) -> bool:
    """Return whether a path lies in a virtual environment below ``top``, which a rerun shares."""
    folder = os.path.dirname(path)
    while len(folder) > len(top):
        if any(os.path.exists(os.path.join(folder, name)) for name in _ENVIRONMENT):
            return True
        folder = os.path.dirname(folder)
    return False
