"""Refs: list them in one process, move them by compare-and-swap, pack them in the background."""

from __future__ import annotations

import errno
import os
import time

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Container, Sequence
from gittrack.core.standard.later import re
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import LOOKING, Answer, Call, GitError, Repo, detach, failure
from gittrack.git.files import packed_refs
from gittrack.git.process import keep_ahead, take_ahead


class Ref(NamedTuple):
    """A ref and the id of its object; ``oid`` is empty if the ref is broken."""

    name: str
    oid: str


TABLES = "reftable"  # the folder of git's other ref storage
# With tables, every change of a ref takes one lock, and git hardly waits for it.
_BUSY = (b"cannot lock references", b"data is locked", b"concurrently modified")
_PATIENCE_SECONDS = 10.0
_VALUE = rb"([0-9a-f]{40}|[0-9a-f]{64}|ref: [^\0]+)\s*"
_BROKEN = ("warning: ignoring broken ref ", "warning: ignoring dangling symref ")


Listing = tuple[
    str, list[str]
]  # lines of id and name, sorted by name; the names of the broken refs


def below(repo: Repo, *prefixes: str) -> list[Ref]:
    """Return the refs below ``prefixes``, sorted by name; broken refs are at the end, with an empty id."""
    return parse(listing(repo, *prefixes))


def now(repo: Repo, *prefixes: str) -> list[Ref]:
    """Return the same as `below`, but never from a call ahead of time: for decisions about changes."""
    return parse(listing(repo, *prefixes, fresh=True))


def listing(repo: Repo, *prefixes: str, fresh: bool = False) -> Listing:
    """Return the refs below ``prefixes`` as text, because there may be very many.

    Parameters
    ----------
    repo
        The repository.
    *prefixes
        Full names of refs, or of folders of refs.
    fresh
        Never from a call ahead of time.
    """
    ahead = None if fresh else take_ahead(repo.start, ("refs", *prefixes))
    return _listing(ahead or _list(repo, *prefixes))


def _listing(call: Call) -> Listing:
    answer = call.wait()
    if answer.code != 0:
        raise failure(call.args, answer)
    errors = os.fsdecode(answer.err).split("\n") if answer.err else ()
    broken = [line[len(mark) :] for line in errors for mark in _BROKEN if line.startswith(mark)]
    return os.fsdecode(answer.out), broken


def parse(listing: Listing) -> list[Ref]:
    """Return the refs of a listing; broken ones are at the end, with an empty id."""
    text, broken = listing
    lines = text.split("\n")[:-1]  # not splitlines: a ref may hold U+2028
    refs = [Ref(name, oid) for oid, _, name in (line.partition(" ") for line in lines)]
    return refs + [Ref(name, "") for name in broken]


def _list(repo: Repo, *prefixes: str) -> Call:
    return repo.call("for-each-ref", _NAMES, "--", *prefixes, shared=True)


_NAMES = "--format=%(objectname) %(refname)"


def look_ahead(folder: str, *prefixes: str) -> None:
    """Start the call of `listing` for the repository of a folder ahead of time.

    Git then reads while modules are still being imported.
    """
    args = [*LOOKING, "for-each-ref", _NAMES, "--", *prefixes]
    keep_ahead(folder, ("refs", *prefixes), Call(args, cwd=folder))


def peeled(repo: Repo) -> list[tuple[str, str]]:
    """Return (name, id) of every ref; the id of an annotated tag is that of its commit."""
    form = "--format=%(objectname) %(*objectname) %(refname)"
    lines = os.fsdecode(repo.read("for-each-ref", form)).split("\n")[:-1]
    words = [line.split(" ", 2) for line in lines]
    return [(name, tagged or oid) for oid, tagged, name in words]


def commits(repo: Repo, oids: Sequence[str]) -> list[str]:
    """Return the commits of tags, also of tags of tags; an empty string for anything else."""
    if not oids:
        return []
    feed = "".join(f"{oid}^{{commit}}\n" for oid in oids).encode()
    lines = repo.read("cat-file", "--batch-check=%(objectname)", feed=feed).decode().split("\n")
    return ["" if " " in line else line for line in lines[:-1]]


def fetched_tags(repo: Repo) -> list[tuple[str, str, str]]:
    """Return (tag, id, remote) of the last fetch, including the tags that git refused because ours differ."""
    try:
        path = os.path.join(repo.git_dir, "FETCH_HEAD")
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
    except OSError:
        return []
    tags = []
    for line in lines:
        oid, _, rest = line.partition("\t")
        description = rest.rpartition("\t")[2]
        if description.startswith("tag '") and re.fullmatch("[0-9a-f]{40,64}", oid):
            tag, _, source = description[5:].partition("' of ")
            tags.append((tag, oid, source))
    return tags


def exists(repo: Repo, ref: str) -> bool:
    """Return whether a ref exists, which every run checks at its start.

    The files of git are read without a process; only if git keeps refs in tables, git is called.
    """
    if os.path.isfile(os.path.join(repo.common_dir, ref)):
        return True
    if os.path.exists(os.path.join(repo.common_dir, TABLES)):
        return repo.call("show-ref", "--verify", "--quiet", ref, shared=True).wait().code == 0
    return packed_refs.exists(repo.common_dir, ref)


def update(repo: Repo, ref: str, new: str, old: str | None, reason: str) -> None:
    """Move a ref by compare-and-swap, durably; ``old`` None means that the ref must not exist.

    The ``reference-transaction`` hook of the user runs, because it may be an audit trail.
    Raises GitError if the ref was not at ``old``.
    """
    if old is None and repo.plain_refs is not None and repo.plain_refs.create(ref, new):
        return
    expected = "0" * len(new) if old is None else old
    transact(repo, [f"update {ref}\0{new}\0{expected}"], reason)


def transact(repo: Repo, commands: Sequence[str], reason: str) -> None:
    """Execute commands of ``git update-ref --stdin -z``, all of them or none, durably.

    A symbolic ref is replaced itself, not the branch or the tag that it points to.

    Raises
    ------
    BelowAnotherRef
        If a name is above or below the name of an existing ref.
    Unwritable
        If the system does not let git write refs.
    GitError
        If git refuses for another reason.
    """
    if not commands:
        return
    feed = "\0".join(["start", *commands, "commit", ""]).encode()
    args = ["--git-dir", repo.common_dir, "-c", "core.fsync=committed,reference"]
    args += ["update-ref", "-m", reason, "--no-deref", "--stdin", "-z"]
    answer = _patiently(lambda: Call(args, cwd=repo.common_dir, feed=feed))
    # Git's output, not only its exit status, which a program that ignores SIGCHLD does not get.
    if answer.code != 0 or not answer.out.endswith(b"commit: ok\n"):
        raise _refused(failure(args, answer))


class BelowAnotherRef(GitError):
    """A ref cannot be made, because another ref is above or below it."""


class Unwritable(GitError):
    """The refs of the repository cannot be written; ``reason`` is the message of the system."""

    reason = ""


def _refused(error: TrackError) -> TrackError:
    """Return the error of a transaction as its class; git reports the kind only as text."""
    if "; cannot create '" in error.message:
        hint = "git cannot store a ref below another ref: choose another name"
        return BelowAnotherRef(error.message, hint)
    if error.message.endswith(os.strerror(errno.EEXIST)) and not error.hint:
        error.hint = "a git process that was killed may have left this file: git track doctor"
    for reason in map(os.strerror, _UNWRITABLE):
        if error.message.endswith(reason):
            unwritable = Unwritable(error.message, error.hint)
            unwritable.reason = reason
            return unwritable
    return error


_UNWRITABLE = (errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


def back_off() -> None:
    """Wait a random time of up to 50 ms, so that processes in conflict try again at different times."""
    time.sleep(os.urandom(1)[0] / 5_000)


def _patiently(begin: Callable[[], Call]) -> Answer:
    """Return the answer of git; call again while another process changes refs, for up to 10 seconds."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = begin().wait()
        busy = answer.code != 0 and any(mark in answer.err for mark in _BUSY)
        if not busy or time.monotonic() > deadline:
            return answer
        back_off()


def _update(repo: Repo, *args: str) -> None:
    call = ("update-ref", "--no-deref", *args)
    answer = _patiently(lambda: repo.call(*call, shared=True))
    if answer.code != 0:
        raise failure(call, answer)


def move(
    repo: Repo, moves: Sequence[tuple[str, str, str]], reason: str, existing: Container[str] = ()
) -> None:
    """Move refs, each given as (old name, new name, id), all of them or none.  Raises GitError.

    The new names in ``existing`` exist already with the same id: only the old ref is deleted.  If the old
    name is empty, no ref is deleted.
    """
    zero = "0" * len(moves[0][2])
    commands = []
    for old, new, oid in moves:
        arrive = f"verify {new}\0{oid}" if new in existing else f"update {new}\0{oid}\0{zero}"
        commands += [arrive, *((f"delete {old}\0{oid}",) if old else ())]
    transact(repo, commands, reason)


def repair(repo: Repo, ref: str, new: str) -> None:
    """Replace a ref without a readable value, which a power failure can leave; git refuses to do that."""
    _remove_unreadable(repo, ref)
    _update(repo, ref, new)


def drop(repo: Repo, ref: str) -> None:
    """Delete a ref with any content, also an empty or unreadable file, which git does not delete."""
    if not _remove_unreadable(repo, ref):
        _update(repo, "-d", ref)


def _remove_unreadable(repo: Repo, ref: str) -> bool:
    """Delete the file of a ref if it has no readable value; return whether it was deleted.

    It is read while the process holds git's lock of the ref, so that no new value is deleted.
    """
    path = os.path.join(repo.common_dir, ref)
    if not os.path.isfile(path):
        return False
    try:
        os.close(os.open(f"{path}.lock", os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    except FileExistsError:  # git changes the ref now, or was killed: its error explains that
        return False
    try:
        with open(path, "rb") as file:
            is_readable = re.fullmatch(_VALUE, file.read(4096)) is not None
        if not is_readable:
            os.unlink(path)
        return not is_readable
    except FileNotFoundError:  # another process deleted it before the lock was taken
        return False
    finally:
        os.unlink(f"{path}.lock")


def pack_in_background(repo: Repo) -> None:
    """Start to pack all refs and do not wait; git's lock prevents two packings at once."""
    detach(["--git-dir", repo.common_dir, "pack-refs", "--all"])
