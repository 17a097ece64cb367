"""Notes on run commits, ``refs/notes/runs``: read in one pass, appended to by compare-and-swap."""

from __future__ import annotations

import time

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.git import Call, GitError, Repo, failure, parse_config, read_objects
from gittrack.git import resolve as resolve_commit
from gittrack.git.refs import back_off

_PATIENCE_SECONDS = 20.0
# Fetches all content of the notes, also if their commits are here already.
_FETCH = ("fetch", "--refetch", "--no-filter", "--no-prune", "--no-tags", "--refmap=")
_TRACKED = "+refs/notes/runs*:refs/notes/origin/runs*"


def tip(repo: Repo, ref: str) -> str | None:
    """Return the commit of a notes ref, or None if the ref does not exist."""
    return resolve_commit(repo, ref)


def read(repo: Repo, commit: str) -> dict[str, bytes]:
    """Return {annotated id: note} at a commit of a notes ref.

    Raises GitError if ``commit`` is not a commit, or if a note cannot be read.
    """
    notes, problem = readable(repo, commit)
    if problem is not None:
        raise problem
    return notes


def readable(repo: Repo, commit: str) -> tuple[dict[str, bytes], TrackError | None]:
    """Return {annotated id: note}, and the reason if some notes cannot be read.

    If the calls of ``repo`` may fetch, one call fetches all notes that a partial clone left out.
    """
    notes, problem = _local(repo._replace(fetches=False), commit)
    remote = promisor(repo) if problem else None
    if problem is None or remote is None:
        return notes, problem
    if repo.fetches and repo.call(*_FETCH, remote, _TRACKED, shared=True).wait().code == 0:
        return _local(repo._replace(fetches=False), commit)
    command = " ".join(("git", *_FETCH, remote, f"'{_TRACKED}'"))
    return notes, GitError("this partial clone left out annotations", f"fetch them: {command}")


def _local(repo: Repo, commit: str) -> tuple[dict[str, bytes], TrackError | None]:
    """Return the notes that are in this repository, from two processes that share a pipe."""
    form = "--format=%(objectname) %(path)"
    listing = repo.call("ls-tree", "-r", form, "--end-of-options", commit, shared=True, piped=True)
    batch = "--batch=%(objectsize) %(rest)"
    reading = repo.call("cat-file", batch, "--buffer", feed=listing, shared=True)
    answer, listed = reading.wait(), listing.wait()
    for call, result in ((listing, listed), (reading, answer)):
        if result.code != 0:
            return {}, failure(call.args, result)
    notes, at, problem, out = {}, 0, None, answer.out
    while at < len(out):
        end = out.index(b"\n", at)
        size, _, path = out[at:end].decode(errors="replace").partition(" ")
        if not size.isdigit():  # "<id> missing"; the other notes are there
            problem = GitError(f"git: the note {size[:12]} is missing")
            at = end + 1
            continue
        notes[path.replace("/", "")] = out[end + 1 : end + 1 + int(size)]
        at = end + int(size) + 2
    return notes, problem


def promisor(repo: Repo) -> str | None:
    """Return the remote that has what a partial clone left out; None in a complete clone."""
    keys = parse_config(repo.config().output())
    return next(
        (k[7:-9] for k in keys if k.startswith("remote.") and k.endswith(".promisor")), None
    )


def append(
    repo: Repo,
    ref: str,
    author: str,
    message: str,
    lines: Callable[[str, bytes], bytes],
    *commits: str,
    replace: bool = False,
) -> None:
    """Append to the notes of some commits, in one commit of the notes ref.

    Parameters
    ----------
    repo
        The repository.
    ref
        The full name of the notes ref.
    author
        ``name <mail>`` of the committer.
    message
        The message of the commit.
    lines
        Called with a commit and its note so far; returns the bytes to append.  It is called again if
        another process changed the ref meanwhile.
    *commits
        The ids of the annotated commits.
    replace
        Whether the new lines replace the earlier ones.

    Raises
    ------
    GitError
        If git refuses the change, or if other processes change the ref for 20 seconds.

    Notes
    -----
    `git fast-import` uses the same fan-out of the tree as git, and does not move a ref that changed since it
    was read.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        old = tip(repo, ref)
        existing = _some(repo, old, commits) if old else {}
        notes = {c: existing.get(c, b"") for c in commits}
        before = {c: b"" if replace else _ended(note) for c, note in notes.items()}
        added = {c: before[c] + lines(c, note) for c, note in notes.items()}
        stream = _stream(ref, old, author, message, added)
        args = ["--git-dir", repo.common_dir, "-c", "core.fsync=committed,reference"]
        call = Call(
            [*args, "fast-import", "--quiet"],
            cwd=repo.common_dir,
            feed=stream,
            talking=repo.fetches,
        )
        answer = call.wait()
        if answer.code == 0:
            return
        if time.monotonic() > deadline or (tip(repo, ref) == old and not _busy(answer.err)):
            raise failure(call.args, answer)
        back_off()  # another process was faster


def _busy(message: bytes) -> bool:
    return b"lock" in message or b"concurrently modified" in message


def _some(repo: Repo, commit: str, oids: Sequence[str]) -> dict[str, bytes]:
    """Return {id: note} of a few commits, for any depth of git's fan-out."""
    paths = {f"{commit}:{path}": oid for oid in oids for path in _paths(oid)}
    contents = zip(paths.values(), read_objects(repo, paths), strict=True)
    return {oid: content for oid, content in contents if content is not None}


def _paths(oid: str) -> list[str]:
    """Return the possible paths of a note: flat, or below 1 to 4 folders of two digits."""
    heads = ["/".join(oid[i : i + 2] for i in range(0, depth * 2, 2)) for depth in range(5)]
    return [f"{head}/{oid[2 * depth :]}".lstrip("/") for depth, head in enumerate(heads)]


def _ended(note: bytes) -> bytes:
    return note if not note or note.endswith(b"\n") else note + b"\n"


def _stream(
    ref: str, old: str | None, author: str, message: str, notes: Mapping[str, bytes]
) -> bytes:
    text = message.encode(errors="replace")
    lines = [
        b"commit %s\n" % ref.encode(),
        b"committer %s %d +0000\n" % (author.encode(errors="replace"), int(time.time())),
        b"data %d\n%s\n" % (len(text), text),
        b"from %s\n" % old.encode() if old else b"",
    ]
    for commit, note in notes.items():
        lines.append(b"N inline %s\ndata %d\n%s\n" % (commit.encode(), len(note), note))
    return b"".join(lines)
