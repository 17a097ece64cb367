"""The code that runs, as a commit: HEAD, or a snapshot of the uncommitted changes on top of it.

Nothing of the user's is touched: the snapshot is made in a private copy of the index, and its objects
lie in the run's journal until the run is published, where no garbage collection can reach them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import Code
from gittrack.core.secret_files import is_withheld
from gittrack.core.secrets import redact_text
from gittrack.core.settings import Settings
from gittrack.git import objects
from gittrack.record.code import patches, redirects
from gittrack.record.code.index import Entry, PrivateIndex

_AUTHOR = "gittrack <gittrack@localhost>"
_ATTEMPTS = 3
_MESSAGE = "Uncommitted changes at the start of a run\n"


class Captured(NamedTuple):
    """The code state at the start of a run; ``diff`` is what diff.yaml will hold."""

    code: Code
    tree: str | None
    diff: dict[str, Any]
    warnings: tuple[str, ...] = ()
    new: frozenset[str] = frozenset()  # the files that git does not know, among the code
    late: tuple[str, ...] = ()  # and those that were not taken for code
    printed: tuple[str, ...] = ()  # nor were these, which stdout and stderr go to


class Change(NamedTuple):
    """A path that differs from HEAD; ``head`` is (mode, id) there, or None for a new file."""

    path: str
    head: tuple[str, str] | None
    submodule: str = "N..."


class Status(NamedTuple):
    """What ``git status`` said."""

    commit: str | None
    branch: str | None
    changes: tuple[Change, ...]

    def without(self, made: Sequence[str]) -> Status:
        """Return the status less the new files at or below the paths ``made``."""
        below = tuple(f"{path}/" for path in made)
        kept = [c for c in self.changes if c.head or not f"{c.path}/".startswith(below)]
        return self._replace(changes=tuple(kept)) if below else self

    def new(self) -> frozenset[str]:
        """Return the files that git does not know."""
        return frozenset(change.path for change in self.changes if change.head is None)


class Question(NamedTuple):
    """The git processes that look at the work tree, side by side."""

    status: git.Call
    flags: git.Call
    head: git.Call


def ask(repo: git.Repo) -> Question:
    """Start to look at the work tree; `answer` waits for it."""
    return Question(
        _status_call(repo, {}),
        repo.call("ls-files", "-v", "-z", "--full-name", ":/"),
        repo.call("log", "-1", "--no-show-signature", "--format=%ct %T", "HEAD", "--"),
    )


def answer(
    repo: git.Repo,
    question: Question,
    folder: Path,
    settings: Settings,
    made: Sequence[str] = (),
    only: Collection[str] | None = None,
) -> Captured:
    """Return the code state, with the snapshot's objects written below ``folder``/objects.

    New files at or below the paths ``made`` are what the run makes, not what it is made from; so is one that
    stdout or stderr go to, and where ``only`` is given, all new files but those.
    """
    head = question.head.wait()
    date, _, tree = head.out.decode().strip().partition(" ")
    index = PrivateIndex(repo, folder)
    status = _status(repo, question, index).without(made)
    ours = tuple(redirects.files(index.root, status.new()))
    status = status.without(ours)
    late = sorted(status.new().difference(only)) if only is not None else []
    status = status.without(late)
    remote = redact_text(settings.remote) if settings.remote else None
    code = Code(commit=status.commit, branch=status.branch, remote=remote)
    told = Captured(code, tree or None, {}, new=status.new(), late=tuple(late), printed=ours)
    if not status.changes:
        index.remove()
        return told
    try:
        found = _patiently(
            lambda: _snapshot(index, status, code, int(date or 0), tree, settings), index
        )
        return found._replace(new=told.new, late=told.late, printed=ours)
    except (TrackError, OSError) as error:
        problem = f"the uncommitted changes could not be captured: {error}"
        diff = {"base": status.commit, "inexact": [problem]}
        return told._replace(
            code=code._replace(dirty=True), tree=None, diff=diff, warnings=(problem,)
        )
    finally:
        index.remove()


def _patiently(snapshot: Callable[[], Captured], index: PrivateIndex) -> Captured:
    """Take a snapshot; once more where files or objects vanished between two of its steps."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return snapshot()
        except TrackError:
            index.remove()
    return snapshot()


def _status_call(repo: git.Repo, env: dict[str, str]) -> git.Call:
    flags = ("--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--no-renames")
    return repo.call("status", *flags, "--ignore-submodules=none", env=env)


def _status(repo: git.Repo, question: Question, index: PrivateIndex) -> Status:
    found = question.status.wait()
    index.broken = found.code != 0
    index.flagged = _flagged(question.flags.wait(), index.root)
    if index.broken or index.flagged:  # once more, with an index that can be read and tells all
        found = _look_again(index)
    status = parse_status(found.out)
    index.shadowing = [c.path for c in status.changes if _is_shadowing(index.root, c)]
    return parse_status(_look_again(index).out) if index.shadowing else status


def _look_again(index: PrivateIndex) -> git.Answer:
    index.fill()
    return git.Answer(0, _status_call(index.repo, index.env).output(), b"")


def _is_shadowing(root: str, change: Change) -> bool:
    path = os.path.join(root, change.path)
    file = change.submodule[0] != "S" and not change.path.endswith("/")
    return file and os.path.isdir(path) and not os.path.islink(path)


def parse_status(out: bytes) -> Status:
    """Return the meaning of ``git status --porcelain=v2 -z --branch``."""
    commit, branch, changes = None, None, []
    for entry in os.fsdecode(out).split("\0"):
        kind, _, rest = entry.partition(" ")
        if kind == "#":
            key, _, value = rest.partition(" ")
            if key == "branch.oid" and value != "(initial)":
                commit = value
            elif key == "branch.head" and value != "(detached)":
                branch = value
        elif kind == "1":
            _, submodule, mode, _, _, oid, _, path = rest.split(" ", 7)
            changes.append(Change(path, _present(mode, oid), submodule))
        elif kind == "u":
            _, submodule, _, mode, _, _, _, oid, _, path = rest.split(" ", 9)
            changes.append(Change(path, _present(mode, oid), submodule))
        elif kind == "?":
            changes.append(Change(rest, None))
    return Status(commit, branch, tuple(changes))


def _present(mode: str, oid: str) -> tuple[str, str] | None:
    return (mode, oid) if oid.strip("0") else None


def _flagged(found: git.Answer, root: str) -> list[str]:
    """Return the files whose changes git was told to overlook; sparse ones that are absent are none."""
    entries = os.fsdecode(found.out).split("\0") if found.code == 0 else []
    return [
        e[2:]
        for e in entries
        if e[:1] == "h" or (e[:1] in ("S", "s") and os.path.lexists(os.path.join(root, e[2:])))
    ]


def _snapshot(
    index: PrivateIndex,
    status: Status,
    code: Code,
    date: int,
    head_tree: str,
    settings: Settings,
) -> Captured:
    root = index.root
    hollow = [c for c in status.changes if c.path.endswith("/") and not _has_commit(root, c.path)]
    changes = [change for change in status.changes if change not in hollow]
    kept, withheld = sort_out(root, changes, settings)
    index.take(
        [change.path.rstrip("/") for change in kept],
        [Entry(change.path.rstrip("/"), change.head) for change, _ in withheld],
    )
    tree = index.write_tree()
    asked = None
    if tree != head_tree:  # git looks at the changes while their objects are made safe
        asked = patches.ask(index.repo, head_tree or None, tree, index.env)
        index.own(head_tree or None, tree)
    notes = [
        f"{c.path} is a repository of its own; only its commit is recorded"
        for c in changes
        if c.path.endswith("/") or (c.submodule[0] == "S" and c.submodule[2:] != "..")
    ]
    notes += [f"{c.path} is a repository without a commit; it is not recorded" for c in hollow]
    if tree == head_tree and not withheld and not notes:
        return Captured(code, head_tree, {})
    snapshot = None
    if tree != head_tree:
        store = objects.Store(index.objects, index.repo.hash_name, flush=False)
        parents = [code.commit] if code.commit else []
        snapshot = store.commit(tree, parents, _AUTHOR, date, _MESSAGE)
    diff: dict[str, Any] = {"base": code.commit, "snapshot": snapshot}
    if asked is not None:
        diff["files"] = patches.files(asked)
    if withheld:
        diff["withheld"] = [{"path": c.path, "reason": why} for c, why in withheld]
    if notes:
        diff["inexact"] = notes
    return Captured(
        code._replace(dirty=True, snapshot=snapshot), tree, diff, tuple(_said(withheld))
    )


def _has_commit(root: str, path: str) -> bool:
    """Say whether a repository inside the work tree has a commit that can stand for it."""
    folder = os.path.join(root, path)
    verify = ("rev-parse", "--verify", "--quiet", "HEAD")
    return git.Call(["--git-dir", os.path.join(folder, ".git"), *verify]).wait().code == 0


def _said(withheld: list[tuple[Change, str]]) -> Iterable[str]:
    if withheld:
        names = ", ".join(change.path for change, _ in withheld[:3])
        more = f" and {len(withheld) - 3} more" if len(withheld) > 3 else ""
        yield f"not captured: {names}{more} ({withheld[0][1]}); diff.yaml lists what was left out"


def sort_out(
    root: str, changes: Iterable[Change], settings: Settings
) -> tuple[list[Change], list[tuple[Change, str]]]:
    """Return the changes to capture, and those to withhold, each with the reason.

    Small files go first, so that one large folder of data never crowds out the code.
    """
    kept: list[Change] = []
    withheld: list[tuple[Change, str]] = []
    total = 0
    sized = [(_size(root, change.path), change) for change in changes]
    # A path can be there twice: taken out of the index, and untracked now.
    for size, change in sorted(sized, key=lambda pair: (pair[0], pair[1].path)):
        why = ""
        if is_withheld(change.path):
            why = "may hold secrets"
        elif size > settings.max_file_size:
            why = f"larger than track.maxFileSize ({settings.max_file_size:,} bytes)"
        elif total + max(size, 0) > settings.max_snapshot_size:
            why = f"more than track.maxSnapshotSize ({settings.max_snapshot_size:,} bytes) in all"
        elif size >= 0 and not _readable(os.path.join(root, change.path)):
            why = "not readable"
        if why:
            withheld.append((change, why))
        else:
            total += max(size, 0)
            kept.append(change)
    return kept, withheld


def _size(root: str, path: str) -> int:
    try:
        return os.lstat(os.path.join(root, path)).st_size
    except OSError:  # deleted: that is a change too
        return -1


def _readable(path: str) -> bool:
    return os.path.islink(path) or os.access(path, os.R_OK)
