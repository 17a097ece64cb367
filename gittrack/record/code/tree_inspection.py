"""What git says about the work tree: status, flags and HEAD; its processes run side by side."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.fast_typing import NamedTuple
from gittrack.git.files import head as head_file
from gittrack.git.files import index as index_file
from gittrack.git.files.head import HeadCommit
from gittrack.record.code import status_call
from gittrack.record.code.index import PrivateIndex
from gittrack.record.code.status import ChangedPath, Status, parse_status

_REPOSITORY = "160000"  # the mode of a repository inside the work tree


class Inspection(NamedTuple):
    """What is known of the work tree: answers, and git processes that run side by side.

    Parameters
    ----------
    status
        The process of ``git status``.
    flags
        The output of ``git ls-files -v -z``, or its process.
    head
        The commit that is checked out, or the process of ``git log -1``.
    """

    status: git.Call
    flags: bytes | git.Call
    head: HeadCommit | git.Call


def start(repo: git.Repo) -> Inspection:
    """Start to inspect the work tree; `capture_code` waits for the result."""
    status = status_call.ahead(repo) or status_call.start(repo)
    listing = index_file.listing(repo.git_dir) if repo.hash_name == "sha1" else None
    flags = repo.call("ls-files", "-v", "-z", "--full-name", ":/") if listing is None else listing
    form = ("--no-show-signature", "--format=%H %T %ct")
    commit = head_file.read(repo.git_dir, repo.common_dir)
    return Inspection(status, flags, commit or repo.call("log", "-1", *form, "HEAD", "--"))


def head(inspection: Inspection) -> HeadCommit | None:
    """Return the commit that is checked out; None if there is none."""
    if not isinstance(inspection.head, git.Call):
        return inspection.head
    words = inspection.head.wait().out.decode().split()
    date = int(words[2]) if len(words) > 2 else 0  # a damaged commit has none
    return HeadCommit(words[0], words[1], date) if words else None


def branch(repo: git.Repo) -> str | None:
    """Return the branch that HEAD names, None if it is detached."""
    return (
        repo.call("symbolic-ref", "--quiet", "--short", "HEAD").wait().out.decode().strip() or None
    )


def read_status(repo: git.Repo, inspection: Inspection, index: PrivateIndex) -> Status:
    """Return the status of the work tree, of the files that git overlooks too."""
    answer = inspection.status.wait()
    if _is_of_another_commit(answer, inspection.head):
        answer = status_call.start(repo).wait()
    index.broken = answer.code != 0
    index.listing = _tracked(inspection.flags)
    index.flagged, index.sparse = _overlooked_files(index.listing, index.root)
    if index.broken or index.flagged:  # again, with an index that is readable and has no flags
        answer = _status_of_private_index(index)
    status = parse_status(answer.out)
    index.shadowing = [c.path for c in status.changes if _is_shadowing(index.root, c)]
    return parse_status(_status_of_private_index(index).out) if index.shadowing else status


def _is_of_another_commit(status: git.Answer, head: HeadCommit | git.Call) -> bool:
    """Return whether HEAD moved between the status and the reading of its file."""
    if isinstance(head, git.Call) or status.code != 0:
        return False
    return status.out.partition(b"\0")[0] != b"# branch.oid " + head.oid.encode()


def _status_of_private_index(index: PrivateIndex) -> git.Answer:
    index.fill()
    return git.Answer(0, status_call.start(index.repo, index.env).output(), b"")


def _is_shadowing(root: str, change: ChangedPath) -> bool:
    """Return whether a folder is now where the index has a file."""
    path = os.path.join(root, change.path)
    was_repository = change.head[0] == _REPOSITORY if change.head else change.submodule[0] == "S"
    is_file = not was_repository and not change.path.endswith("/")
    return is_file and os.path.isdir(path) and not os.path.islink(path)


def _tracked(flags: bytes | git.Call) -> bytes:
    """Return the tracked files with their flags; nothing if git cannot list them."""
    if isinstance(flags, bytes):
        return flags
    answer = flags.wait()
    return answer.out if answer.code == 0 else b""


def has_flags(listing: bytes) -> bool:
    """Return whether ``git ls-files -v -z`` lists a file whose changes git is set to overlook."""
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
