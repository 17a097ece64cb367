"""The rule for paths that come from a run: each stays below its folder, and no part is ``.git``.

A run may have been fetched from anywhere, and git accepts any name in a tree.  Every spelling that some file
system reads as ``.git`` is refused on every file system, because runs are copied between machines.
"""

from __future__ import annotations

import os
import posixpath

from gittrack.core.standard.later import re

# The patterns are compiled when they are used: a listing, which uses none, saves a millisecond.
# Unicode's Default_Ignorable_Code_Point.  HFS+ drops some of them when it compares names (git's
# `is_hfs_dotgit` has the list), a case-insensitive folder of ext4 or f2fs drops all of them.
_IGNORED = (
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# NTFS drops dots and spaces at the end, has streams after a colon, and a short name (git's `is_ntfs_dotgit`).
_DOT_GIT = r"(?s:(\.git|git~1)[. ]*(:.*)?)"
_NO_TEXT = r"[\0\ud800-\udc7f\udd00-\udfff]"  # U+DC80 to U+DCFF represent bytes


def fault(path: str) -> str | None:
    """Return why a relative path cannot be trusted.

    Parameters
    ----------
    path
        A path with ``/`` between its parts.  A backslash is part of a name on POSIX and separates folders on
        Windows, so both readings must be safe.

    Returns
    -------
    str or None
        What is wrong, as the end of a sentence that begins with the path; None if the path is safe.
    """
    if not path.isprintable() and re.search(_NO_TEXT, path):
        return "has a character that no file name can have"
    if _is_absolute(path):
        return "is absolute"
    parts = path.split("/")
    if "" in parts or "." in parts:
        return "has an empty part"
    pieces = [piece for part in parts for piece in part.split("\\")]
    if ".." in pieces:
        return "leads out of its folder by '..'"
    return "names .git" if any(map(is_dot_git, pieces)) else None


def link_fault(path: str, target: str) -> str | None:
    """Return why a symlink at the relative ``path`` must not point to ``target``; None if it may.

    ``target`` may contain ``..`` if it stays in the folder that ``path`` is relative to.
    """
    leads = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if target and leads == ".":
        return None
    why = "is empty" if not target else fault(target if _is_absolute(target) else leads)
    return why or (
        "names .git" if any(map(is_dot_git, target.replace("\\", "/").split("/"))) else None
    )


def is_dot_git(part: str) -> bool:
    """Return whether some file system reads ``part``, one part of a path, as ``.git``."""
    if part.isascii() and not part.lower().startswith((".git", "git~1")):
        return False
    return re.fullmatch(_DOT_GIT, re.sub(_IGNORED, "", part).lower()) is not None


def _is_absolute(path: str) -> bool:
    has_drive = path[:1].isalpha() and path[:1].isascii() and path[1:2] == ":"
    return path[2:3] in ("/", "\\") if has_drive else path[:1] in ("/", "\\")


def through_link(root: str | os.PathLike[str], path: str) -> bool:
    """Return whether a folder between ``root`` and the relative ``path`` is a symlink."""
    folder = os.path.dirname(path)
    return os.path.realpath(os.path.join(root, folder)) != os.path.normpath(
        os.path.join(os.path.realpath(root), folder)
    )
