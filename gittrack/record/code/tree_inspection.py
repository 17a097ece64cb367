"""What git says about the work tree: status, flags and HEAD, by processes side by side."""

from __future__ import annotations

import os
from typing import NamedTuple

from gittrack import git
from gittrack.record.code.index import PrivateIndex
from gittrack.record.code.status import ChangedPath, Status, parse_status


class Inspection(NamedTuple):
    """The git processes that inspect the work tree, side by side."""

    status: git.Call
    flags: git.Call
    head: git.Call


def start(repo: git.Repo) -> Inspection:
    """Start to inspect the work tree; `capture_code` waits for the result."""
    return Inspection(
        _status_call(repo, {}),
        repo.call("ls-files", "-v", "-z", "--full-name", ":/"),
        repo.call("log", "-1", "--no-show-signature", "--format=%ct %T %H", "HEAD", "--"),
    )


def branch(repo: git.Repo) -> str | None:
    """Return the branch that HEAD names, None if it is detached."""
    return (
        repo.call("symbolic-ref", "--quiet", "--short", "HEAD").wait().out.decode().strip() or None
    )


def _status_call(repo: git.Repo, env: dict[str, str]) -> git.Call:
    flags = ("--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--no-renames")
    return repo.call("status", *flags, "--ignore-submodules=none", env=env)


def read_status(repo: git.Repo, inspection: Inspection, index: PrivateIndex) -> Status:
    """Return the status of the work tree, of the files that git overlooks too."""
    answer = inspection.status.wait()
    index.broken = answer.code != 0
    flags = inspection.flags.wait()
    index.listing, index.flagged = flags.out, _overlooked_files(flags, index.root)
    if index.broken or index.flagged:  # again, with an index that is readable and has no flags
        answer = _status_of_private_index(index)
    status = parse_status(answer.out)
    index.shadowing = [c.path for c in status.changes if _is_shadowing(index.root, c)]
    return parse_status(_status_of_private_index(index).out) if index.shadowing else status


def _status_of_private_index(index: PrivateIndex) -> git.Answer:
    index.fill()
    return git.Answer(0, _status_call(index.repo, index.env).output(), b"")


def _is_shadowing(root: str, change: ChangedPath) -> bool:
    """Return whether a folder is now where the index has a file."""
    path = os.path.join(root, change.path)
    file = change.submodule[0] != "S" and not change.path.endswith("/")
    return file and os.path.isdir(path) and not os.path.islink(path)


def _overlooked_files(answer: git.Answer, root: str) -> list[str]:
    """Return the files whose changes git is set to overlook, except sparse files that are absent."""
    entries = os.fsdecode(answer.out).split("\0") if answer.code == 0 else []
    return [
        e[2:]
        for e in entries
        if e[:1] == "h" or (e[:1] in ("S", "s") and os.path.lexists(os.path.join(root, e[2:])))
    ]
