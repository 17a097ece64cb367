"""Symbolic links in what a command wrote: their text, and what was written through them."""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from typing import Any

from gittrack.analysis import pairing
from gittrack.analysis.span import Span

MOST_ENTRIES = 1000  # of a folder outside, which may be large


def is_written_outside(root: str, link: str, began_ns: int) -> bool:
    """Return whether a link leads outside of a tree to something that changed since a moment.

    Parameters
    ----------
    root, link
        The root of the tree, and the path of the link.
    began_ns
        The moment, in nanoseconds of the file system's time.

    Notes
    -----
    Of a folder outside, only its direct entries are looked at, and at most `MOST_ENTRIES` of them.
    """
    target = os.path.realpath(link)
    if f"{target}/".startswith(f"{os.path.realpath(root)}/"):
        return False
    try:
        if os.stat(target).st_ctime_ns >= began_ns:
            return True
        with os.scandir(target) as scan:
            times = (entry.stat(follow_symlinks=False).st_ctime_ns for entry in scan)
            return any(moment >= began_ns for moment in itertools.islice(times, MOST_ENTRIES))
    except OSError:  # a file that did not change, or nothing
        return False


def entry(root: str, path: str, began_ns: int) -> dict[str, Any]:
    """Return the entry of a link in what a command wrote.

    Its ``canonical`` digest is that of its text without the path of the tree and without what the clock
    made.  Raises OSError if it is not a link any more.
    """
    full = os.path.join(root, path)
    link = os.readlink(full)
    text = os.fsencode(link)
    result = {"path": path, "size": len(text), "sha256": hashlib.sha256(text).hexdigest()}
    result |= {"link": link}
    span = Span(began_ns / 1e9, time.time())
    if is_written_outside(root, full, began_ns):
        return {**result, "outside": True}
    is_inside = os.path.isabs(link) and f"{link}/".startswith(f"{root.rstrip('/')}/")
    plain = pairing.pattern(f"<tree>/{os.path.relpath(link, root)}" if is_inside else link, span)
    if plain != link:
        result["canonical"] = hashlib.sha256(b"link\0" + os.fsencode(plain)).hexdigest()
    return result
