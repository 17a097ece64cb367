"""The code that runs, as a commit: HEAD, or a snapshot of the uncommitted changes on top of it.

Nothing of the user's is touched: the snapshot is made in a private copy of the index, and its objects
lie in the run's journal until the run is published, where no garbage collection can reach them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import Code
from gittrack.core.secrets import redact_text
from gittrack.core.settings import Settings
from gittrack.git import objects
from gittrack.record.code import limits, made_files, patches, redirects, scope
from gittrack.record.code.index import Entry, PrivateIndex
from gittrack.record.code.status import Change, Status, parse_status

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

    New files at or below the paths ``made`` are what the run makes, not what it is made from.  So is a file
    that stdout or stderr go to, and one that an earlier run has made and logged as an artifact.  If ``only``
    is given, so are all new files but those.
    """
    head = question.head.wait()
    date, _, tree = head.out.decode().strip().partition(" ")
    index = PrivateIndex(repo, folder)
    status, warnings = scope.within(repo, _status(repo, question, index).without(made), settings)
    ours = tuple(redirects.files(index.root, status.new()))
    status = status.without([*ours, *made_files.among(repo.common_dir, index.root, status.new())])
    late = sorted(status.new().difference(only)) if only is not None else []
    status = status.without(late)
    remote = redact_text(settings.remote) if settings.remote else None
    code = Code(commit=status.commit, branch=status.branch, remote=remote)
    told = Captured(code, tree or None, {}, warnings, status.new(), tuple(late), ours)
    if not status.changes:
        index.remove()
        return told
    try:
        found = _patiently(
            lambda: _snapshot(index, status, code, int(date or 0), tree, settings), index
        )
        more = (*warnings, *found.warnings)
        return found._replace(warnings=more, new=told.new, late=told.late, printed=ours)
    except (TrackError, OSError) as error:
        problem = f"the uncommitted changes could not be captured: {error}"
        diff = {"base": status.commit, "inexact": [problem]}
        dirty = code._replace(dirty=True)
        return told._replace(code=dirty, tree=None, diff=diff, warnings=(*warnings, problem))
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
    choice = limits.choose(root, changes, settings)
    left_out = [*(change for change, _ in choice.withheld), *choice.crowd]
    index.take(
        [change.path.rstrip("/") for change in choice.taken],
        [Entry(change.path.rstrip("/"), change.head) for change in left_out],
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
    if tree == head_tree and not left_out and not notes:
        return Captured(code, head_tree, {})
    snapshot = None
    if tree != head_tree:
        store = objects.Store(index.objects, index.repo.hash_name, flush=False)
        parents = [code.commit] if code.commit else []
        snapshot = store.commit(tree, parents, _AUTHOR, date, _MESSAGE)
    diff: dict[str, Any] = {"base": code.commit, "snapshot": snapshot}
    if asked is not None:
        diff["files"] = patches.files(asked)
    if left_out:
        diff["withheld"] = choice.entries()
    if notes:
        diff["inexact"] = notes
    dirty = code._replace(dirty=True, snapshot=snapshot)
    return Captured(dirty, tree, diff, tuple(choice.messages()))


def _has_commit(root: str, path: str) -> bool:
    """Say whether a repository inside the work tree has a commit that can stand for it."""
    folder = os.path.join(root, path)
    verify = ("rev-parse", "--verify", "--quiet", "HEAD")
    return git.Call(["--git-dir", os.path.join(folder, ".git"), *verify]).wait().code == 0
