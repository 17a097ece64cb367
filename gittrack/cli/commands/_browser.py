"""Open the page in a browser without its address on a command line, where others could read the secret."""

from __future__ import annotations

import html
import os
import tempfile
import time
from pathlib import Path

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator

_PAGE = """<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={address}">
<title>gittrack</title>
<a href="{address}">the page</a>
"""

_OLD = 3600  # seconds; by then a browser has read its file


@contextlib.contextmanager
def redirection(address: str, folder: str) -> Iterator[str]:
    """Write a file that leads to an address and that only its owner can read, and remove it at the end.

    The files of servers that were killed are removed, too.

    Parameters
    ----------
    address : str
        The address, with its secret.
    folder : str
        Where the file is; if nothing can be written there, it is in the folder for temporary files.

    Yields
    ------
    str
        The address of the file.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        _remove_old(Path(folder))
        descriptor, name = tempfile.mkstemp(".html", "page-", folder)
    except OSError:
        descriptor, name = tempfile.mkstemp(".html", "gittrack-")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(_PAGE.format(address=html.escape(address)))
        yield Path(name).absolute().as_uri()
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def _remove_old(folder: Path) -> None:
    for path in folder.glob("page-*.html"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - _OLD:
                path.unlink()
