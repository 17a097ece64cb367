"""Check that objects exist and have the hash that is their name."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence

from gittrack.core import digests
from gittrack.git import GitError, Repo, notes
from gittrack.git.content import blob_parts, sizes

_MANY = 2_000
_WALKED = 10_000  # commits; git takes 4 KB for each
_BATCH_BYTES = 16 << 20


def is_connected(repo: Repo, commits: Sequence[str]) -> bool:
    """Return whether no object below the commits is missing.

    Git walks over many of them at once, as it does after a fetch.  What it dislikes is judged by
    ``git fsck``, and so is a partial clone.
    """
    is_complete = notes.promisor(repo) is None
    return (is_complete and _is_walked(repo, commits)) or not disconnected(repo, commits)


def _is_walked(repo: Repo, commits: Sequence[str]) -> bool:
    """Return whether git can walk over all objects below the commits.

    A walk leaves out what is below a commit of the walk before it, so that the history of the code is read
    once, and the memory of git does not grow.
    """
    walk = ("--no-replace-objects", "-c", "core.commitGraph=false", "rev-list", "--objects")
    proven = ""
    for at in range(0, len(commits), _WALKED):
        part = commits[at : at + _WALKED]
        feed = "\n".join([*part, proven]).strip().encode() + b"\n"
        if repo.call(*walk, "--quiet", "--stdin", feed=feed, shared=True).wait().code != 0:
            return False
        proven = f"^{part[0]}"
    return True


def missing(repo: Repo, commits: Sequence[str]) -> dict[str, str]:
    """Return {commit: what ``git fsck`` says} of the commits below which objects are missing."""
    if len(commits) == 1:
        problem = disconnected(repo, commits)
        return {commits[0]: problem} if problem else {}
    if is_connected(repo, commits):
        return {}
    half = len(commits) // 2
    return missing(repo, commits[:half]) | missing(repo, commits[half:])


def disconnected(repo: Repo, tips: Sequence[str]) -> str:
    """Return the problems that ``git fsck`` reports for the objects below ``tips``; else empty."""
    for at in range(0, len(tips), _MANY):
        args = ("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
        answer = repo.call(*args, *tips[at : at + _MANY], shared=True).wait()
        if answer.code != 0:  # other output is a remark, not damage
            message = os.fsdecode(answer.out + answer.err).strip()
            return message or f"the exit status of git fsck is {answer.code}"
    return ""


def damaged_caches(repo: Repo) -> Iterator[tuple[str, str, str]]:
    """Yield (path, what git says, a command) for each damaged file that git derives from objects."""
    folder = f"{repo.common_dir}/objects"
    for name, verb, remedy in (
        ("info/commit-graph", "commit-graph", "git commit-graph write --reachable"),
        ("info/commit-graphs", "commit-graph", "git commit-graph write --reachable"),
        ("pack/multi-pack-index", "multi-pack-index", "git multi-pack-index write"),
    ):
        if os.path.exists(f"{folder}/{name}"):
            answer = repo.call(verb, "verify", shared=True).wait()
            if answer.code != 0:
                lines = os.fsdecode(answer.err + answer.out).strip().splitlines()
                yield f"{folder}/{name}", (lines or ["it is damaged"])[0], remedy


def absent_objects(repo: Repo, commits: Sequence[str]) -> set[str]:
    """Return the objects in the trees of commits that are not in this repository, without fetching them."""
    if not commits:
        return set()
    feed = ("\n".join(commits) + "\n").encode()
    out = repo.read(
        "rev-list", "--objects", "--no-walk", "--missing=print", "--stdin", feed=feed
    ).decode(errors="replace")
    return {line[1:] for line in out.splitlines() if line.startswith("?")}


def contents(
    repo: Repo, oids: Sequence[str], keep: Container[str]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield each object with its content; None if it cannot be read, or if its hash is not its name.

    The content of a large blob that is not one of those to keep is empty: only its hash is computed.
    """
    batch: list[str] = []
    total = 0
    for oid, size in zip(oids, (size or 0 for size in sizes(repo, oids)), strict=True):
        if size > _BATCH_BYTES and oid not in keep:
            yield oid, b"" if _is_sound_blob(repo, oid, size) else None
            continue
        if batch and total + size > _BATCH_BYTES:
            yield from _checked(repo, batch)
            batch, total = [], 0
        batch.append(oid)
        total += size
    if batch:
        yield from _checked(repo, batch)


def _is_sound_blob(repo: Repo, oid: str, size: int) -> bool:
    digest = digests.of_git(repo.hash_name, b"blob %d\0" % size, size)
    try:
        for part in blob_parts(repo, oid, 1 << 20):
            digest.update(part)
    except GitError:
        return False
    return digest.hexdigest() == oid


def _checked(repo: Repo, oids: Sequence[str]) -> list[tuple[str, bytes | None]]:
    read = ("--no-replace-objects", "cat-file", "--batch", "--buffer")
    try:
        out = repo.read(*read, feed=("\n".join(oids) + "\n").encode())
    except GitError:  # git stops at the first unreadable object: search it by halves
        if len(oids) == 1:
            return [(oids[0], None)]
        half = len(oids) // 2
        return _checked(repo, oids[:half]) + _checked(repo, oids[half:])
    checked: list[tuple[str, bytes | None]] = []
    at = 0
    for oid in oids:
        end = out.index(b"\n", at)
        head = out[at:end].partition(b" ")[2]
        kind, _, size = head.partition(b" ")
        at = end + 1
        content = None
        if kind != b"missing":
            content = out[at : at + int(size)]
            at += len(content) + 1
            digest = digests.of_git(repo.hash_name, head + b"\0", len(content))
            digest.update(content)
            content = content if digest.hexdigest() == oid else None
        checked.append((oid, content))
    return checked
