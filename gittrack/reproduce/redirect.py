"""Paths of the user's tree in a command and its variables, which a rerun replaces by paths of its worktree.

A command that names the user's tree by an absolute path would otherwise run the user's present files, and
write into them.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from gittrack.core.standard import functools
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.record.evidence.other_repositories import SCRIPTS

# They name places that a program only looks things up in, or that have no counterpart in a worktree.
_NOT_REDIRECTED = ("HOME", "TMPDIR", "TMP", "TEMP", "PWD", "OLDPWD")
_NOT_REDIRECTED_PREFIXES = ("GIT_", "GITTRACK_", "XDG_")
_OUTSIDE = re.compile(r"(?<![\w.\-/])\.\./[^\s:;,='\"]*")
_PATH = re.compile(r"(?<![\w.\-/])/[^\s:;,='\"]*")


class Redirect(NamedTuple):
    """Replaces paths in text.

    Attributes
    ----------
    pairs
        The folders and files to replace, each with its replacement; the longest are first.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def text(self, text: str) -> str:
        """Return a word of a command, or a line of a shell, with the paths in it replaced."""
        for source, target in self.pairs:
            start = rf"(?<![\w.\-/]){re.escape(source)}(?![\w.\-])(?!/\.git(?:/|$))"
            if source in text:
                replace = functools.partial(_replaced, source, target)
                text = re.sub(rf"{start}((?:/[^\s:;,='\"]*)?)", replace, text)
        return _PATH.sub(lambda match: self._by_real_path(match[0]), text)

    def _by_real_path(self, path: str) -> str:
        """Return a path replaced, if it leads to a replaced path by way of links."""
        real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        for source, target in self.pairs:
            inner = os.path.relpath(real, source)
            is_below = real == source or real.startswith(f"{source}/")
            if is_below and inner.split("/")[0] != ".git" and not path.startswith(f"{target}/"):
                return os.path.normpath(os.path.join(target, inner))
        return path

    def variables(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that name a replaced path, with their new values.

        A path stays if neither it nor its folder exists at the new place, such as a cache in the home
        folder.  In ``PYTHONPATH`` every path is replaced: other code must not be imported instead.
        """
        result = {}
        for name, value in environ.items():
            if name in _NOT_REDIRECTED or name.startswith(_NOT_REDIRECTED_PREFIXES):
                continue
            if not any(source in value for source, _ in self.pairs):
                continue
            pieces = re.split("([:;, =])", value)
            always = name == "PYTHONPATH"
            new = "".join(self._piece(piece, always=always) for piece in pieces)
            if new != value:
                result[name] = new
        return result

    def _piece(self, piece: str, *, always: bool) -> str:
        new = self.text(piece)
        if always or os.path.exists(new) or os.path.exists(os.path.dirname(new)):
            return new
        return piece


def _replaced(source: str, target: str, match: re.Match[str]) -> str:
    """Return a path below ``source`` as one below ``target``; a path that leads out again stays."""
    path = os.path.normpath(match[0])
    is_below = path == source or path.startswith(f"{source}/")
    return target + match[1] if is_below else match[0]


def to_worktree(top: str, folder: str, others: Sequence[tuple[str, str]] = ()) -> Redirect:
    """Return the redirection from the user's tree ``top`` to a worktree, and of ``others`` outside it."""
    pairs = [(top, folder), *others]
    return Redirect(tuple(sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)))


def outside_scripts(words: Sequence[str], folder: str, users_folder: str) -> list[tuple[str, str]]:
    """Return the scripts that words name by ``../`` and that only the user has, with their absolute paths.

    They are code of another repository, which is not in a worktree.

    Parameters
    ----------
    words
        The words of the command.
    folder
        The folder of the worktree in which the command starts.
    users_folder
        The same folder in the user's tree.
    """
    names = {match[0] for word in words for match in _OUTSIDE.finditer(word)}
    pairs = [(name, os.path.normpath(os.path.join(users_folder, name))) for name in sorted(names)]
    return [
        (name, path)
        for name, path in pairs
        if os.path.splitext(name)[1].lower() in SCRIPTS
        and os.path.isfile(path)
        and not os.path.exists(os.path.join(folder, name))
    ]


def import_folders(top: str, folder: str, imports: Sequence[str]) -> list[str]:
    """Return the folders of a worktree from which Python must import before all others.

    ``imports`` are the folders that Pythons of the user import from.  After ``pip install -e``, some are in
    the user's tree; each has its counterpart in the worktree.
    """
    inner = [
        os.path.relpath(path, top) for path in imports if path == top or path.startswith(f"{top}/")
    ]
    folders = [os.path.normpath(os.path.join(folder, path)) for path in dict.fromkeys(inner)]
    root = os.path.realpath(folder)
    return [
        p for p in folders if os.path.isdir(p) and f"{os.path.realpath(p)}/".startswith(f"{root}/")
    ]
