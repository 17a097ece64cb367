"""Read an archive: the commit on `layout.ARCHIVE`, whose parents are an earlier archive and up to 1,000 runs.

Its tree has two files for each chunk of runs, those of earlier archives too: ``NAME.refs`` has a line
``<commit> <ref>`` for each run, oldest first, and ``NAME.messages`` the messages of these commits, each ended
by a NUL.  NAME is ``<oldest id>.<newest id>.<number of runs>.<8 digits of the id of NAME.refs>``.  An empty
message means that the commit has to be read.  A line ``format: N`` of the message of the commit says that
another version of gittrack made it; without one, the format is 1.
"""

from __future__ import annotations

import os
import re

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged
from gittrack.core.standard.collections import Container, Iterable, Iterator, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import refs

ARCHIVES = (
    "archives: "  # a line of the message: how many of the parents are archives; they come first
)
REFS, MESSAGES = ".refs", ".messages"
_NUMBER = re.compile("[1-9][0-9]{0,5}")  # of runs in a chunk
_DIGITS = 12  # of other numbers; somebody else may have written them
_AT_ONCE = (
    16  # files of messages that are read by one git process; one of 1,000 runs has about 2 MB
)
_ID_LENGTH = 24
_REMEDY = "see: git track doctor"


class NewerArchive(Damaged):
    """A later version of gittrack wrote the archive, so its runs cannot be read; it is left unchanged."""


class Chunk(NamedTuple):
    """Up to 1,000 folded runs: the name of their two files, and the ids of these blobs."""

    name: str
    refs: str
    messages: str

    @property
    def oldest(self) -> str:
        """The id of the oldest run."""
        return self.name.split(".")[0]

    @property
    def newest(self) -> str:
        """The id of the newest run."""
        return self.name.split(".")[1]

    @property
    def size(self) -> int:
        """The number of runs."""
        return int(self.name.split(".")[2])


class Archive(NamedTuple):
    """The archive of a repository: its commit, the time of that commit in seconds, and all of its chunks."""

    commit: str
    date: int
    chunks: tuple[Chunk, ...]


def tip(repo: git.Repo) -> str | None:
    """Return the commit of the archive as it is now; None if no run is folded."""
    return next((r.oid for r in refs.now(repo, layout.ARCHIVE) if r.name == layout.ARCHIVE), None)


def read(repo: git.Repo, commit: str) -> Archive:
    """Return the archive with this commit.

    Raises
    ------
    Damaged
        If it cannot be read, or if it is not an archive.
    NewerArchive
        If a later version of gittrack wrote it.
    """
    content, tree = git.read_objects(repo, [commit, f"{commit}^{{tree}}"])
    date = date_of(content or b"")
    if tree is None or date is None:
        raise Damaged(f"the archive {commit[:12]} cannot be read", _REMEDY)
    if _line(content or b"", b"format: ") not in (b"", b"1"):
        raise NewerArchive(
            f"the archive {commit[:12]} was written by a newer gittrack", "update gittrack"
        )
    chunks = tuple(_chunks(commit, tree))
    if not chunks:
        raise Damaged(f"the archive {commit[:12]} has no runs", _REMEDY)
    return Archive(commit, date, chunks)


def is_ancestor(repo: git.Repo, earlier: str, later: str) -> bool:
    """Return whether a commit is another one, or was made before it and led to it."""
    call = ("merge-base", "--is-ancestor", earlier, later)
    return earlier == later or repo.call(*call, shared=True).wait().code == 0


def date_of(commit: bytes) -> int | None:
    """Return the time of a commit in seconds since 1970; None if it cannot be read."""
    line = commit.partition(b"\n\n")[0].partition(b"\ncommitter ")[2].partition(b"\n")[0]
    words = line.rsplit(b" ", 2)
    return _number(words[1]) if len(words) == 3 else None


def _number(digits: bytes) -> int | None:
    return int(digits) if digits.isdigit() and len(digits) <= _DIGITS else None


def _line(commit: bytes, name: bytes) -> bytes:
    """Return what a line of the message of a commit has behind a name; empty if there is no such line."""
    message = commit.partition(b"\n\n")[2]
    return message.partition(b"\n" + name)[2].partition(b"\n")[0]


def _chunks(commit: str, tree: bytes) -> Iterator[Chunk]:
    """Yield the chunks in the tree of an archive, in the order of their names.  Other files are ignored."""
    files = _files(tree, len(commit) // 2)
    for file, oid in files.items():
        if file.endswith(REFS):
            name = file[: -len(REFS)]
            if not _is_name(name) or name + MESSAGES not in files:
                raise Damaged(f"the archive {commit[:12]} has a wrong file {file!r:.80}", _REMEDY)
            yield Chunk(name, oid, files[name + MESSAGES])


def _files(tree: bytes, size: int) -> dict[str, str]:
    """Return {name: id} of the entries of a tree, whose ids have ``size`` bytes."""
    files, at = {}, 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        name = os.fsdecode(tree[at:end].partition(b" ")[2])
        at = end + 1 + size
        files[name] = tree[end + 1 : at].hex()
    return files


def _is_name(name: str) -> bool:
    oldest, newest, count, *rest = (*name.split("."), "", "", "")
    is_number = _NUMBER.fullmatch(count) is not None
    return layout.is_id(oldest) and layout.is_id(newest) and is_number and bool(rest[0])


def lines(repo: git.Repo, chunks: Sequence[Chunk]) -> Iterator[list[str]]:
    """Yield for each chunk the lines of its runs, ``<commit> <ref>``.

    Raises Damaged if one cannot be read.
    """
    contents = git.read_objects(repo, [chunk.refs for chunk in chunks])
    for chunk, content in zip(chunks, contents, strict=True):
        yield lines_of(chunk, content)


def lines_of(chunk: Chunk, content: bytes | None) -> list[str]:
    """Return the lines of the runs of a chunk, from the content of its file.  Raises Damaged."""
    texts = [] if content is None else os.fsdecode(content).split("\n")[:-1]
    ends = [line[-_ID_LENGTH:] for line in (*texts[:1], *texts[-1:])]
    if len(texts) != chunk.size or ends != [chunk.oldest, chunk.newest]:
        raise Damaged(f"the runs {chunk.name} of the archive cannot be read", _REMEDY)
    return texts


def messages(repo: git.Repo, chunks: Sequence[Chunk]) -> Iterator[list[bytes]]:
    """Yield for each chunk the messages of its runs, in the order of `lines`; empty ones must be read by git.

    Raises Damaged if one cannot be read.
    """
    for start in range(0, len(chunks), _AT_ONCE):
        part = chunks[start : start + _AT_ONCE]
        contents = git.read_objects(repo, [chunk.messages for chunk in part])
        for chunk, content in zip(part, contents, strict=True):
            yield messages_of(chunk, content)


def messages_of(chunk: Chunk, content: bytes | None) -> list[bytes]:
    """Return the messages of the runs of a chunk, from the content of its file.  Raises Damaged."""
    texts = [] if content is None else content.split(b"\0")[:-1]
    if len(texts) != chunk.size:
        raise Damaged(f"the messages {chunk.name} of the archive cannot be read", _REMEDY)
    return texts


def commits(
    repo: git.Repo, archive: Archive, names: Container[str] | None = None
) -> dict[str, str]:
    """Return {ref: commit} of all runs of an archive, or of those with some refs."""
    every: Iterable[str] = (line for part in lines(repo, archive.chunks) for line in part)
    pairs = (line.partition(" ") for line in every)
    return {ref: oid for oid, _, ref in pairs if names is None or ref in names}


def parents(repo: git.Repo, archive: Archive) -> set[str]:
    """Return the run commits that an archive and those before it have as parents, which keeps them alive.

    Raises Damaged if one of these archives cannot be read.
    """
    members: set[str] = set()
    seen: set[str] = set()
    tips = [archive.commit]
    while tips:
        for oid, content in _first_parents(repo, tips.pop()):
            if oid in seen:
                break
            seen.add(oid)
            number, of_commit = _parents(content)
            members.update(of_commit[number:])
            tips += of_commit[1:number]
            if not number:
                break
    return members


def chain(repo: git.Repo, tip: str | None) -> list[str]:
    """Return an archive and those that it continues, oldest first, without those that were merged into it.

    Raises Damaged if one of them cannot be read.
    """
    commits = []
    for commit, content in _first_parents(repo, tip) if tip else ():
        commits.append(commit)
        if not _parents(content)[0]:
            break
    return commits[::-1]


def _first_parents(repo: git.Repo, tip: str) -> Iterator[tuple[str, bytes]]:
    """Yield (id, content) of a commit, its first parent, the first parent of that, and so on."""
    oid: str | None = tip
    while oid:
        contents = list(git.read_objects(repo, [f"{oid}~{back}" for back in range(_AT_ONCE)]))
        for content in contents:
            if oid is None or content is None:
                raise Damaged(f"the archive {tip[:12]} cannot be read", _REMEDY)
            yield oid, content
            _, of_commit = _parents(content)
            oid = next(iter(of_commit), None)


def _parents(content: bytes) -> tuple[int, list[str]]:
    """Return how many parents of a commit are archives, and the parents."""
    head = content.partition(b"\n\n")[0]
    words = [line.partition(b" ") for line in head.split(b"\n")]
    number = _number(_line(content, ARCHIVES.encode()))
    return number or 0, [oid.decode() for word, _, oid in words if word == b"parent"]
