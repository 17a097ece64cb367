"""The list of files in diff.yaml: for each file its status, lines added and removed, and patch."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import Any
from gittrack.git import objects

MAX_PATCH = 256 << 10
MAX_PATCHES = 8 << 20
_STATUS = {"A": "added", "D": "deleted", "M": "modified", "T": "type changed"}


def start_comparison(
    repo: git.Repo, before: str | None, after: str, env: Mapping[str, str]
) -> git.Call:
    """Start to compare two trees; `files` waits for the result."""
    base = before or objects.empty_tree(repo.hash_name)
    options = ("-r", "-z", "--raw", "--numstat", "-p", "--no-renames", "--full-index")
    plain = ("--no-ext-diff", "--no-textconv", "--no-color")
    return repo.call("diff-tree", *options, *plain, base, after, env=env)


def files(comparison: git.Call) -> list[dict[str, Any]]:
    """Return an entry for each file that differs between the two trees of `start_comparison`.

    ``added`` and ``removed`` count lines and are absent for binary files.  A patch over 256 KiB, or
    beyond 8 MiB in total, is left out: the snapshot commit has the content anyway.
    """
    entries, counts, patches = _split(comparison.output())
    remaining_bytes = MAX_PATCHES
    result = []
    for (status, path), (added, removed), patch in zip(entries, counts, patches, strict=True):
        item: dict[str, Any] = {"path": path, "status": _STATUS.get(status, status)}
        if added.isdigit():
            item.update(added=int(added), removed=int(removed))
        if len(patch) <= min(MAX_PATCH, remaining_bytes):
            item["patch"] = os.fsdecode(patch)
            remaining_bytes -= len(patch)
        else:
            item["patch_left_out"] = len(patch)
        result.append(item)
    return result


def _split(out: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[bytes]]:
    """Return [(status, path)], [(lines added, lines removed)] and the patches of `git diff-tree -z`."""
    entries, counts, position = [], [], 0

    def field() -> str:
        nonlocal position
        end = out.index(b"\0", position)
        text, position = os.fsdecode(out[position:end]), end + 1
        return text

    while out[position : position + 1] == b":":
        status = field().rpartition(" ")[2]
        entries.append((status[:1], field()))
    for _ in entries:
        added, removed, _path = field().split("\t", 2)
        counts.append((added, removed))
    patches = _patches(out[position:].lstrip(b"\0"))
    # A change of type, such as from file to link, is two patches: a deletion and an addition.
    by_file = [
        b"".join(next(patches, b"") for _ in range(2 if status == "T" else 1))
        for status, _ in entries
    ]
    return entries, counts, by_file


def _patches(text: bytes) -> Iterator[bytes]:
    """Yield the patches in the output of git, one for each ``diff --git`` line."""
    starts = [match.start() for match in re.finditer(rb"^diff --git ", text, re.M)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end]
