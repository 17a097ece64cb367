"""Check that objects exist and have the hash that is their name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence

from gittrack.git import GitError, Repo

_MANY = 2_000
_BATCH_BYTES = 64 << 20


def disconnected(repo: Repo, tips: Sequence[str]) -> str:
    """Return the problems that ``git fsck`` reports for the objects below ``tips``; else empty."""
    for at in range(0, len(tips), _MANY):
        args = ("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
        answer = repo.call(*args, *tips[at : at + _MANY], shared=True).wait()
        if answer.code != 0:  # other output is a remark, not damage
            message = os.fsdecode(answer.out + answer.err).strip()
            return message or f"the exit status of git fsck is {answer.code}"
    return ""


def garbled(repo: Repo, commits: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (commit, object id) for each object in the tree of a commit whose hash is not its name.

    An object that many runs share is read once.  The code, which is in the parents, is not read.
    """
    every: dict[str, None] = {}
    for at in range(0, len(commits), _MANY):
        every.update(dict.fromkeys(_objects(repo, commits[at : at + _MANY])))
    wrong = {oid for batch in _batches(repo, list(every)) for oid in _wrong(repo, batch)}
    for commit in commits if wrong else ():
        yield from ((commit, oid) for oid in _objects(repo, [commit]) if oid in wrong)


def absent_objects(repo: Repo, commits: Sequence[str]) -> set[str]:
    """Return the objects in the trees of commits that are not in this repository, without fetching them."""
    if not commits:
        return set()
    feed = ("\n".join(commits) + "\n").encode()
    out = repo.read(
        "rev-list", "--objects", "--no-walk", "--missing=print", "--stdin", feed=feed
    ).decode(errors="replace")
    return {line[1:] for line in out.splitlines() if line.startswith("?")}


def _objects(repo: Repo, commits: Sequence[str]) -> list[str]:
    feed = ("\n".join(commits) + "\n").encode()
    out = repo.read("rev-list", "--objects", "--no-walk", "--stdin", feed=feed)
    return [line.partition(b" ")[0].decode() for line in out.split(b"\n")[:-1]]


def _batches(repo: Repo, oids: list[str]) -> Iterator[list[str]]:
    """Yield the ids in groups that fit into memory."""
    if not oids:
        return
    feed = ("\n".join(oids) + "\n").encode()
    out = repo.read("cat-file", "--batch-check=%(objectname) %(objectsize)", feed=feed)
    batch: list[str] = []
    total = 0
    for line in out.decode().splitlines():
        oid, _, size = line.partition(" ")
        count = int(size) if size.isdigit() else 0
        if batch and total + count > _BATCH_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(oid)
        total += count
    if batch:
        yield batch


def _wrong(repo: Repo, oids: list[str]) -> list[str]:
    """Return the objects that cannot be read, or whose hash is not their name."""
    try:
        out = repo.read("cat-file", "--batch", "--buffer", feed=("\n".join(oids) + "\n").encode())
    except GitError:  # git stops at the first unreadable object: search it by halves
        if len(oids) == 1:
            return oids
        half = len(oids) // 2
        return _wrong(repo, oids[:half]) + _wrong(repo, oids[half:])
    damaged, at = [], 0
    for oid in oids:
        end = out.index(b"\n", at)
        words = out[at:end].split(b" ")
        if len(words) < 3:  # "<id> missing"
            damaged.append(oid)
            at = end + 1
            continue
        _, kind, size = words
        body = out[end + 1 : end + 1 + int(size)]
        if hashlib.new(repo.hash_name, b"%s %s\0%s" % (kind, size, body)).hexdigest() != oid:
            damaged.append(oid)
        at = end + 1 + int(size) + 1
    return damaged
