"""Lock files of uv, pip, poetry, conda and pixi: a run keeps a copy of those that hold for its folder.

The copies are in the tree of the run commit, below ``locks/``, also of files that git ignores.
"""

from __future__ import annotations

import os

from gittrack.core import digests, layout
from gittrack.core.secrets import HIDDEN, redact_text, redact_url
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.later import re
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any

# In the order in which an environment is made from them: (name, tool).
TOOLS = (
    ("uv.lock", "uv"),
    ("poetry.lock", "poetry"),
    ("pixi.lock", "pixi"),
    ("conda-lock.yml", "conda-lock"),
    ("environment.yml", "conda"),
    ("environment.yaml", "conda"),
    ("requirements*.txt", "pip"),
)
_BEGINNINGS = tuple(pattern.partition("*")[0] for pattern, _ in TOOLS)
_WRITTEN_BY_HAND = ("conda", "pip")  # with options and variables, whose values may be secrets
# Channels of conda have their tokens in the path of the URL.
_CHANNEL_TOKEN = r"(://[^/\s]+/t/)[^/\s]+(?=/)"
_SIGNS = (
    b"@",
    b"?",
    b"/t/",
)  # a URL with a secret has one; most lock files, which are large, have none
_MOST_BYTES = 16 << 20


def tool_of(path: str) -> str | None:
    """Return the tool that a lock file belongs to; None for other files."""
    name = os.path.basename(path)
    if not name.startswith(_BEGINNINGS):  # most files
        return None
    return next((tool for pattern, tool in TOOLS if _matches(name, pattern)), None)


def _matches(name: str, pattern: str) -> bool:
    """Return whether a name is that of a pattern, which may have one star."""
    first, star, last = pattern.partition("*")
    if not star:
        return name == pattern
    return len(name) >= len(first + last) and name.startswith(first) and name.endswith(last)


def keep(root: str, prefix: str, journal: Path) -> None:
    """Copy the lock files of a folder, and of the folders above it in the work tree, into a journal.

    Parameters
    ----------
    root
        The root of the work tree.
    prefix
        The folder, from the root.
    journal
        The folder of the run's journal.
    """
    for path in _paths(root, prefix):
        source, target = os.path.join(root, path), journal / layout.LOCKS / path
        try:
            content = Path(source).read_bytes()
        except OSError:  # removed meanwhile, or not readable
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(redacted(path, content))


def redacted(path: str, content: bytes) -> bytes:
    """Return the content of a lock file as a run keeps it: without the secrets of URLs."""
    is_written_by_hand = tool_of(path) in _WRITTEN_BY_HAND
    if not is_written_by_hand and not any(sign in content for sign in _SIGNS):
        return content
    text = content.decode(errors="surrogateescape")
    hide = redact_text if is_written_by_hand else redact_url
    text = re.sub(_CHANNEL_TOKEN, rf"\1{HIDDEN}", hide(text))
    return text.encode(errors="surrogateescape")


def _paths(root: str, prefix: str) -> Iterator[str]:
    folder = prefix.strip("/")
    while True:
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                files = [e for e in entries if tool_of(e.name) and e.is_file()]
        except OSError:
            files = []
        yield from (os.path.join(folder, e.name) for e in files if e.stat().st_size <= _MOST_BYTES)
        if not folder:
            return
        folder = os.path.dirname(folder)


def copies(journal: Path) -> dict[str, bytes]:
    """Return the content of the lock files in a journal, by their paths from the root of the work tree."""
    top = journal / layout.LOCKS
    files = sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else []
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


def facts(journal: Path) -> dict[str, Any]:
    """Return what env.yaml says about the lock files in a journal."""
    entries = [
        {"path": path, "tool": tool_of(path), "sha256": digests.sha256(content).hexdigest()}
        for path, content in copies(journal).items()
    ]
    return {"locks": entries} if entries else {}
