"""What git says about the work tree: status, flags and HEAD; its processes run side by side."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.standard.typing import NamedTuple
from gittrack.git.files import head as head_file
from gittrack.git.files import index as index_file
from gittrack.git.files.head import HeadCommit
from gittrack.record.code import status_call
from gittrack.record.code.index import PrivateIndex
from gittrack.record.code.status import ChangedPath, Status, parse_status

_REPOSITORY = "160000"  # the mode of a repository inside the work tree
_CHECKSUM = 20  # bytes at the end of an index; git can be set to write zeros
# The last large index of this process: {git folder: (its checksum, `git ls-files -v -z`)}.
_listings: dict[str, tuple[bytes, bytes]] = {}


class FlagsReading:
    """Starts to list the tracked files with their flags; `result` waits for it.

    Git is asked about a large index, and once for several runs of a process, as long as its content stays
    the same.
    """

    def __init__(self, repo: git.Repo) -> None:
        self._git_dir = repo.git_dir
        self._checksum = _checksum(repo.git_dir)
        checksum, listing = _listings.get(repo.git_dir, (b"", b""))
        self._listing = listing if checksum and checksum == self._checksum else None
        if self._listing is None and repo.hash_name == "sha1":
            self._listing = index_file.listing(repo.git_dir)
        is_known = self._listing is not None
        self._call = None if is_known else repo.call("ls-files", "-v", "-z", "--full-name", ":/")

    def result(self) -> bytes:
        """Return the output of ``git ls-files -v -z``; nothing if git cannot list the files."""
        if self._call is None:
            return self._listing or b""
        answer = self._call.wait()
        if answer.code != 0:
            return b""
        is_same = self._checksum and self._checksum == _checksum(self._git_dir)
        if is_same and not has_flags(answer.out):  # git clears flags by what the work tree has
            _listings.clear()
            _listings[self._git_dir] = (self._checksum, answer.out)
        return answer.out


def _checksum(git_dir: str) -> bytes:
    """Return the checksum that the file of the index ends with; empty without one."""
    try:
        with open(os.path.join(git_dir, "index"), "rb", buffering=0) as file:
            file.seek(-_CHECKSUM, os.SEEK_END)
            checksum = file.read()
    except OSError:
        return b""
    return checksum if any(checksum) else b""


class Inspection(NamedTuple):
    """What is known of the work tree: answers, and git processes that run side by side.

    Parameters
    ----------
    status
        The process of ``git status``.
    flags
        The reading of ``git ls-files -v -z``.
    head
        The commit that was checked out, or the process of ``git log -1``.
    """

    status: git.Call
    flags: FlagsReading
    head: HeadCommit | git.Call


def start(repo: git.Repo) -> Inspection:
    """Start to inspect the work tree; `capture_code` waits for the result."""
    status = status_call.ahead(repo) or status_call.start(repo)
    flags = FlagsReading(repo)
    commit = head_file.read(repo.git_dir, repo.common_dir)
    return Inspection(status, flags, commit or _log(repo, "HEAD"))


def head(inspection: Inspection) -> HeadCommit | None:
    """Return the commit that was checked out when the inspection began; None if there was none."""
    head = inspection.head
    return _commit_of(head) if isinstance(head, git.Call) else head


def commit_of_status(repo: git.Repo, inspection: Inspection, status: Status) -> HeadCommit | None:
    """Return the commit that a status compares the work tree with; None without a commit.

    It is not that of `head` if HEAD moved while both were read.
    """
    commit = head(inspection)
    if status.commit is None or (commit is not None and commit.oid == status.commit):
        return commit if status.commit else None
    return _commit_of(_log(repo, status.commit))


def _log(repo: git.Repo, commit: str) -> git.Call:
    form = ("--no-show-signature", "--format=%H %T %ct")
    return repo.call("log", "-1", *form, commit, "--")


def _commit_of(log: git.Call) -> HeadCommit | None:
    words = log.wait().out.decode().split()
    date = int(words[2]) if len(words) > 2 else 0  # a damaged commit has none
    return HeadCommit(words[0], words[1], date) if words else None


def branch(repo: git.Repo) -> str | None:
    """Return the branch that HEAD names, None if it is detached."""
    return (
        repo.call("symbolic-ref", "--quiet", "--short", "HEAD").wait().out.decode().strip() or None
    )


def read_status(repo: git.Repo, inspection: Inspection, index: PrivateIndex) -> Status:
    """Return the status of the work tree, of the files that git overlooks too."""
    index.listing = inspection.flags.result()
    index.flagged, index.sparse = _overlooked_files(index.listing, index.root)
    answer = inspection.status.wait()  # last, because it takes the longest
    status_call.offer(repo, inspection.status)
    index.broken = answer.code != 0
    if index.broken or index.flagged:  # again, with an index that is readable and has no flags
        answer = _status_of_private_index(index)
    status = parse_status(answer.out)
    index.shadowing = [c.path for c in status.changes if _is_shadowing(index.root, c)]
    return parse_status(_status_of_private_index(index).out) if index.shadowing else status


def _status_of_private_index(index: PrivateIndex) -> git.Answer:
    index.fill()
    return git.Answer(0, status_call.start(index.repo, index.env).output(), b"")


def _is_shadowing(root: str, change: ChangedPath) -> bool:
    """Return whether a folder is now where the index has a file."""
    path = os.path.join(root, change.path)
    was_repository = change.head[0] == _REPOSITORY if change.head else change.submodule[0] == "S"
    is_file = not was_repository and not change.path.endswith("/")
    return is_file and os.path.isdir(path) and not os.path.islink(path)


def has_flags(listing: bytes) -> bool:
    """Return whether ``git ls-files -v -z`` lists a file whose changes git is set to overlook."""
    without_flags = list(_listings.values())  # a copy: other threads keep theirs meanwhile
    if any(listing is plain for _, plain in without_flags):
        return False
    return any(b"\0%c " % tag in b"\0" + listing for tag in b"hSs")


def _overlooked_files(listing: bytes, root: str) -> tuple[list[str], frozenset[str]]:
    """Return the files whose changes git is set to overlook, and the sparse files, which are absent."""
    if not has_flags(listing):  # the usual case
        return [], frozenset()
    entries = [(e[:1], e[2:]) for e in os.fsdecode(listing).split("\0") if e[:1] in ("h", "S", "s")]
    sparse = frozenset(
        path
        for tag, path in entries
        if tag != "h" and not os.path.lexists(os.path.join(root, path))
    )
    return [path for _, path in entries if path not in sparse], sparse
