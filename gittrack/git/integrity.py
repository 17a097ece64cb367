"""Check that objects exist and have the hash that is their name."""

from __future__ import annotations

import os

from gittrack.core import digests
from gittrack.core.standard.collections import Container, Iterator, Sequence
from gittrack.git import Repo, notes
from gittrack.git.files import commit_graph

_MANY = 2_000
_WALKED = 10_000  # commits; git takes 4 KB for each
_LARGE = 16 << 20  # bytes
_STREAMED = "8m"  # larger blobs are not in the memory of git
_PART = 1 << 18  # bytes that are read at once
_LARGE_GRAPH = 4 << 20  # bytes, 60,000 commits; to verify it, git takes 2 KB for each of them


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
            problem = _problem(repo, f"{folder}/{name}", verb)
            if problem:
                yield f"{folder}/{name}", problem, remedy


def _problem(repo: Repo, path: str, verb: str) -> str:
    """Return what is wrong with a file or folder that git derives from objects; empty if it is sound."""
    if verb == "commit-graph":
        problem = commit_graph.problem(path, repo.hash_name)
        # Git verifies the file and the chain together, if both are there.
        paths = (f"{repo.common_dir}/objects/info/commit-graph{ending}" for ending in ("", "s"))
        if problem or sum(map(commit_graph.size, paths)) > _LARGE_GRAPH:
            return problem
    answer = repo.call(verb, "verify", shared=True).wait()
    lines = os.fsdecode(answer.err + answer.out).strip().splitlines()
    return (lines or ["it is damaged"])[0] if answer.code != 0 else ""


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
    at = 0
    while at < len(oids):
        for pair in _read(repo, oids[at:], keep):
            yield pair
            at += 1
        if at < len(oids):  # git stops at an object that it cannot read: is it this one?
            yield next(_read(repo, [oids[at]], keep), (oids[at], None))
            at += 1


def _read(
    repo: Repo, oids: Sequence[str], keep: Container[str]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield what `contents` yields, up to the object at which git stops."""
    read = ("-c", f"core.bigFileThreshold={_STREAMED}", "--no-replace-objects", "cat-file")
    feed = ("\n".join(oids) + "\n").encode()
    call = repo.call(*read, "--batch", "--buffer", feed=feed, shared=True, piped=True)
    output = _Output(call.child.parts(_PART))
    try:
        for oid in oids:
            head = output.line().partition(b" ")[2]
            kind, _, size = head.partition(b" ")
            if kind == b"missing":
                yield oid, None
                continue
            length = int(size)
            digest = digests.of_git(repo.hash_name, head + b"\0", length)
            content = b""
            if length > _LARGE and oid not in keep:
                for part in output.parts(length):
                    digest.update(part)
            else:
                content = b"".join(output.parts(length))
                digest.update(content)
            output.line()
            yield oid, content if digest.hexdigest() == oid else None
    except EOFError:
        return
    finally:
        call.child.end()


class _Output:
    """The output of a process, of which some is read ahead.  Raises EOFError if it ends too early."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._data, self._at = b"", 0

    def line(self) -> bytes:
        """Return the next line, without its end."""
        end = self._data.find(b"\n", self._at)
        while end < 0:
            self._data, self._at = self._data[self._at :] + self._next(), 0
            end = self._data.find(b"\n")
        line = self._data[self._at : end]
        self._at = end + 1
        return line

    def parts(self, size: int) -> Iterator[bytes]:
        """Yield the next bytes, as they come."""
        while size > 0:
            if self._at == len(self._data):
                self._data, self._at = self._next(), 0
            part = self._data[self._at : self._at + size]
            self._at += len(part)
            size -= len(part)
            yield part

    def _next(self) -> bytes:
        part = next(self._parts, b"")
        if not part:
            raise EOFError
        return part
