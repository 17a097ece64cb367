"""Code that a command in a worktree loaded from the user's own tree: it is not the recorded code."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Iterable, Iterator, Sequence
from gittrack.launch import start_hook
from gittrack.record import session
from gittrack.record.evidence import changes, other_repositories

_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")  # in the folder of an environment
_MOST_NAMES = 5
_SENTENCE = "loaded from your own tree, not from the recorded code: "
_READ = "read from your own tree, which has another version than the recorded code: "
_SILENT = (
    "no Python reported which code it loaded (python -I, -E and -S prevent that, os._exit() too): "
    "it may have been that of your own tree; --in-place makes sure that it is the recorded code"
)
_SEPARATORS = str.maketrans(dict.fromkeys(";&|()'\"", " "))  # of words, in a line for a shell


def check(
    run_session: session.Session,
    users_tree: str | None,
    words: Sequence[str] = (),
    sentences: Sequence[str] = (),
    *,
    is_finished: bool = True,
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
    is_finished
        Whether the command ended by itself and without a failure, so that its Pythons could report.

    Returns
    -------
    Session, list of str
        The session, whose code is inexact if there are such modules, and all sentences.

    Notes
    -----
    The Pythons of the command report what they loaded and opened when they end (`start_hook.reports`).  A
    Python that was killed, or that runs without the hook, reports nothing: if none did, that is a sentence.
    """
    folder = run_session.journal.folder
    files = list(start_hook.loaded_files(folder))
    own = list(_of_users_tree(run_session, users_tree)) if users_tree else []
    if users_tree and is_finished and start_hook.is_silent(folder) and _starts_python(words):
        own.append(_SILENT)
    others = other_repositories.sentences(run_session, files, words, users_tree)
    reasons = [*sentences, *own, *others]
    if not reasons:
        return run_session, []
    commit = (run_session.journal.state().facts.get("code") or {}).get("commit")
    diff = changes.add_to_patches(folder, run_session.diff, commit, reasons)
    return run_session._replace(diff=diff), reasons


def _of_users_tree(run_session: session.Session, users_tree: str) -> Iterator[str]:
    """Yield a sentence on modules of the user's tree, and one on its other files."""
    folder = run_session.journal.folder
    worktree = os.path.realpath(run_session.repo.work_tree or "")
    names = sorted(set(_inner(start_hook.loaded_files(folder), users_tree, worktree)))
    if names:
        yield _SENTENCE + _listing(names)
    opened = set(_inner(start_hook.opened_files(folder), users_tree, worktree)) - set(names)
    other_versions = sorted(
        path
        for path in opened
        if run_session.code.has(path) and not _is_same(users_tree, worktree, path)
    )
    if other_versions:
        yield _READ + _listing(other_versions)


def _is_same(users_tree: str, worktree: str, path: str) -> bool:
    """Return whether a file has the same content in both trees."""
    import filecmp  # noqa: PLC0415 - only a rerun has two trees

    try:
        return filecmp.cmp(f"{users_tree}/{path}", f"{worktree}/{path}", shallow=False)
    except OSError:
        return False


def _starts_python(words: Sequence[str]) -> bool:
    """Return whether words of a command, or of a line for a shell in it, name a Python."""
    names = (
        os.path.basename(piece) for word in words for piece in word.translate(_SEPARATORS).split()
    )
    return any(name[:6] == "python" and not name[6:].strip("0123456789.") for name in names)


def _listing(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return f"{', '.join(names[:_MOST_NAMES])}{f' and {more} more' if more > 0 else ''}"


def _inner(paths: Iterable[str], users_tree: str, worktree: str) -> Iterator[str]:
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
