"""diff.yaml's list of files: per file status, lines added and removed, and the patch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gittrack import git
from gittrack.git import objects

MAX_PATCH = 256 << 10
MAX_PATCHES = 8 << 20
_STATUS = {"A": "added", "D": "deleted", "M": "modified", "T": "type changed"}


def ask(repo: git.Repo, before: str | None, after: str, env: Mapping[str, str]) -> git.Call:
    """Begin to compare two trees; `files` has the answer."""
    base = before or objects.empty_tree(repo.hash_name)
    options = ("-r", "-z", "--raw", "--numstat", "-p", "--no-renames", "--full-index")
    plain = ("--no-ext-diff", "--no-textconv", "--no-color")
    return repo.call("diff-tree", *options, *plain, base, after, env=env)


def files(asked: git.Call) -> list[dict[str, Any]]:
    """Return an entry for each file that differs between the two trees of `ask`.

    ``added`` and ``removed`` count lines and are absent for binary files.  A patch over 256 KiB, or
    past 8 MiB in all, is left out: the snapshot commit holds the content anyway.
    """
    out = asked.output()
    entries, counts, patches = _split(out)
    left = MAX_PATCHES
    result = []
    for (status, path), (added, removed), patch in zip(entries, counts, patches, strict=True):
        item: dict[str, Any] = {"path": path, "status": _STATUS.get(status, status)}
        if added.isdigit():
            item.update(added=int(added), removed=int(removed))
        if len(patch) <= min(MAX_PATCH, left):
            item["patch"] = os.fsdecode(patch)
            left -= len(patch)
        else:
            item["patch_left_out"] = len(patch)
        result.append(item)
    return result


def _split(
    out: bytes,
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[bytes]]:
    """Take apart the NUL-separated raw entries, the numstat and the patches, in that order."""
    entries, counts, at = [], [], 0

    def field() -> str:
        nonlocal at
        end = out.index(b"\0", at)
        text, at = os.fsdecode(out[at:end]), end + 1
        return text

    while out[at : at + 1] == b":":
        status = field().rpartition(" ")[2]
        entries.append((status[:1], field()))
    for _ in entries:
        added, removed, _path = field().split("\t", 2)
        counts.append((added, removed))
    patches = _patches(out[at:].lstrip(b"\0"))
    # A file that became a link, or the like, comes as two patches: one takes away, one adds.
    found = [
        b"".join(next(patches, b"") for _ in range(2 if status == "T" else 1))
        for status, _ in entries
    ]
    return entries, counts, found


def _patches(text: bytes) -> Iterator[bytes]:
    starts = [match.start() for match in re.finditer(rb"^diff --git ", text, re.M)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end]
