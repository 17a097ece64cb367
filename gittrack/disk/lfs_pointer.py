"""The pointers of Git LFS: the small file that stands in git for large content.

The form is the one of the Git LFS specification, version 1: https://github.com/git-lfs/git-lfs, docs/spec.md.
"""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import NamedTuple

MOST_BYTES = 1024
_LINES = (  # compiled when first needed
    rb"version https://git-lfs\.github\.com/spec/v1\n"
    rb"oid sha256:([0-9a-f]{64})\n"
    rb"size (0|[1-9][0-9]{0,18})\n"
)


class Pointer(NamedTuple):
    """Large content: its SHA-256 in hex, and its size in bytes."""

    digest: str
    size: int


def text(pointer: Pointer) -> bytes:
    """Return the pointer file of Git LFS."""
    lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{pointer.digest}")
    return "\n".join((*lines, f"size {pointer.size}", "")).encode()


def parse(data: bytes) -> Pointer | None:
    """Return the content that a pointer file names; None if it is not exactly such a file.

    Files with extensions, other line ends, other digests or more lines are no pointers.
    """
    match = re.fullmatch(_LINES, data) if len(data) <= MOST_BYTES else None
    return Pointer(match[1].decode(), int(match[2])) if match else None


def of_entry(entry: Mapping[str, object]) -> Pointer | None:
    """Return the content that an entry of outputs.yaml names; None without a valid digest and size."""
    digest, size = entry.get("sha256"), entry.get("size")
    is_valid = isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest)
    if not is_valid or not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return None
    return Pointer(str(digest), size)


def objects_dir(common_dir: str, config: Mapping[str, str]) -> str:
    """Return the folder in which Git LFS keeps the content of the user's files; see ``lfs.storage``."""
    storage = os.path.expanduser(config.get("lfs.storage") or "lfs")
    return os.path.join(common_dir, storage, "objects")
