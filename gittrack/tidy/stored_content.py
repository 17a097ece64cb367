"""Content of the store that nothing names: no run, trash, journal or version of a model."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.standard.collections import Container, Iterator, Sequence
from gittrack.disk.content_store import is_fresh
from gittrack.disk.lfs_pointer import Pointer
from gittrack.folding import archive
from gittrack.git import refs
from gittrack.large import pointers
from gittrack.read.files import artifacts

_SHA256 = re.compile(rb"\b[0-9a-f]{64}\b")


class Unnamed(NamedTuple):
    """Content that can be deleted, as {SHA-256: bytes}.

    ``fresh`` counts files that are too young; ``doubt`` is the reason if nothing can be deleted.
    """

    sizes: dict[str, int]
    fresh: int = 0
    doubt: str | None = None


class Unreadable(TrackError):
    """A run or a journal that may name content cannot be read."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "see: git track doctor")


def unnamed(repo: git.Repo, going: Container[str] = ()) -> Unnamed:
    """Return the content that nothing names any more after the refs in ``going`` are deleted.

    If a run cannot be read, nothing can be deleted, because that run may name any content.
    """
    entries = list(artifacts.store(repo).listing())
    if not entries:
        return Unnamed({})
    try:
        named = set(_named(repo, going))
        rest = [entry for entry in entries if entry.name not in named]
        rest = _without_pointers(repo, rest, going)
    except (Unreadable, git.GitError) as error:  # such as objects that a partial clone left out
        return Unnamed({}, 0, error.message)
    old = {entry.name: entry.stat().st_size for entry in rest if not is_fresh(entry)}
    return Unnamed(old, len(rest) - len(old))


def _without_pointers(
    repo: git.Repo, entries: Sequence[os.DirEntry[str]], going: Container[str]
) -> list[os.DirEntry[str]]:
    """Return the content that no pointer file of Git LFS names, in any ref, reflog or index.

    Git LFS has the same content, and files of the user may need it.
    """
    contents = {Pointer(entry.name, entry.stat().st_size): entry for entry in entries}
    deleted = [ref.name for ref in refs.now(repo) if ref.name in going] if going else []
    excluded = [f"--exclude={name}" for name in deleted]
    everything = (*excluded, "--all", "--reflog", "--indexed-objects")
    pointed = pointers.among(repo, contents, everything)
    return [entry for content, entry in contents.items() if content not in pointed]


def remove(repo: git.Repo) -> None:
    """Delete the content that nothing names; this is decided again while no process can add content."""
    artifacts.store(repo).remove(lambda: set(unnamed(repo).sizes))


def _named(repo: git.Repo, going: Container[str]) -> Iterator[str]:
    """Yield every SHA-256 in the outputs.yaml of all refs, and in journals.

    The text is searched without parsing, so other formats and damaged files count too.  The tag of a version
    counts even if the ref of its run was deleted.
    """
    all_refs = [ref for ref in _refs(repo, going) if ref.name not in going]
    oids = [ref.oid for ref in all_refs if ref.oid]
    questions = (f"{oid}{part}" for oid in oids for part in (f":{layout.OUTPUTS}", "^{tree}"))
    answers = git.read_objects(repo, list(questions))
    of_run = {
        ref.oid: ref.name for ref in all_refs if ref.name.startswith((layout.RUNS, layout.TRASH))
    }
    if "" in of_run:
        raise Unreadable(f"{of_run['']} cannot be read")
    for oid in oids:
        outputs, tree = next(answers), next(answers)
        is_lost = outputs is None and (tree is None or f" {layout.OUTPUTS}\0".encode() in tree)
        if is_lost and oid in of_run:
            raise Unreadable(f"{of_run[oid]} cannot be read")
        yield from _digests(outputs or b"")
    yield from of_journals(repo)


def _refs(repo: git.Repo, going: Container[str]) -> list[refs.Ref]:
    """Return all refs, and those that folded runs would have, without runs that leave the trash for good."""
    here = refs.now(repo)
    tip = next((ref.oid for ref in here if ref.name == layout.ARCHIVE), None)
    try:
        folded = archive.commits(repo, archive.read(repo, tip)) if tip else {}
    except Damaged as error:
        raise Unreadable(error.message) from error
    rest = {
        name: oid
        for name, oid in folded.items()
        if layout.TRASH + name[len(layout.RUNS) :] not in going
    }
    return [*here, *(refs.Ref(name, oid) for name, oid in rest.items())]


def of_journals(repo: git.Repo) -> Iterator[str]:
    """Yield every SHA-256 in journals.  Raises Unreadable if one cannot be read."""
    for path in _journals(repo.common_dir):
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise Unreadable(f"{path} is not a file")
            yield from _digests(path.read_bytes())
        except FileNotFoundError:  # published meanwhile: `remove` decides again
            continue
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror}") from error


def _journals(common_dir: str) -> Iterator[Path]:
    for folder in (layout.live_dir(common_dir), layout.set_aside_dir(common_dir)):
        for name in (
            layout.EVENTS,
            layout.DIFF,
        ):  # the patches have the pointers of files under Git LFS
            yield from Path(folder).glob(f"*/{name}")


def _digests(text: bytes) -> Iterator[str]:
    return (match.decode() for match in _SHA256.findall(text))
