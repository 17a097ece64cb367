"""Which content a store took: a list in this repository, so that a push does not ask for everything again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from gittrack.core import layout
from gittrack.core.standard.collections import Iterable
from gittrack.disk import folders


def digests(common_dir: str, address: str) -> set[str]:
    """Return the SHA-256 of every content that the store at an address took from here."""
    try:
        with open(_path(common_dir, address), encoding="ascii", errors="replace") as file:
            return set(file.read().split())
    except FileNotFoundError:
        return set()


def add(common_dir: str, address: str, new: Iterable[str]) -> None:
    """Add what the store at an address took.  A line that is lost costs only a question to the store."""
    lines = "".join(f"{digest}\n" for digest in new)
    if lines:
        path = _path(common_dir, address)
        folders.make(os.path.dirname(path))
        with open(path, "a", encoding="ascii") as file:
            file.write(lines)


def anywhere(common_dir: str) -> set[str]:
    """Return the SHA-256 of every content that any store took from here."""
    digests: set[str] = set()
    for path in Path(layout.home(common_dir), "sent").glob("*"):
        digests.update(path.read_text(encoding="ascii", errors="replace").split())
    return digests


def _path(common_dir: str, address: str) -> str:
    name = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return os.path.join(layout.home(common_dir), "sent", name)
