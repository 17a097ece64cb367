"""Content of the store that the store of the remote has, too, and that nothing here needs."""

from __future__ import annotations

from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.registry import names
from gittrack.core.standard.collections import Callable, Collection, Iterable
from gittrack.disk.content_store import is_fresh
from gittrack.disk.lfs_pointer import Pointer
from gittrack.git import refs
from gittrack.large import choice, needs, pointers, sent
from gittrack.large.receiving import Progress
from gittrack.read.files import artifacts
from gittrack.tidy import stored_content

# In the code of runs are no files that the user needs here: it can be brought again.
_OF_RUNS = (layout.RUNS, layout.ARCHIVE, layout.TRASH, layout.TRACKING, names.STAGES)


class Uploaded(NamedTuple):
    """Content that can be deleted here: the name of the store that took it, and what it is."""

    store: str
    contents: tuple[Pointer, ...]


def find(repo: git.Repo) -> Uploaded:
    """Return the content that the store of the remote took and that nothing here needs.

    A version in a stage, a run that is going on, and a file of the user under Git LFS need their content.

    Raises
    ------
    TrackError
        If there is no store, or if git cannot say what needs the content.
    """
    store = choice.of_repo(repo, pushing=True)
    accepted = sent.digests(repo.common_dir, store.address)
    old = [e for e in artifacts.store(repo).listing() if e.name in accepted and not is_fresh(e)]
    contents = {Pointer(entry.name, entry.stat().st_size) for entry in old}
    if contents:
        all_refs = refs.peeled(repo)
        staged = [oid for name, oid in all_refs if name.startswith(names.STAGES)]
        for needed in needs.of_commits(repo, staged).values():
            contents -= set(needed)
        of_user = _of_user(name for name, _ in all_refs)
        contents -= pointers.among(repo, contents, of_user)
        of_journals = set(stored_content.of_journals(repo))
        contents = {content for content in contents if content.digest not in of_journals}
    return Uploaded(store.name, tuple(sorted(contents)))


def _of_user(all_refs: Iterable[str]) -> list[str]:
    """Return the options of ``git rev-list`` for all files of the user: not those of runs and versions."""
    versions = (
        name
        for name in all_refs
        if name.startswith(names.TAGS) and names.parse_tag(name.removeprefix(names.TAGS))
    )
    excluded = [*versions, *(f"{prefix}*" for prefix in _OF_RUNS)]
    return [*(f"--exclude={ref}" for ref in excluded), "--all", "--reflog", "--indexed-objects"]


def remove(
    repo: git.Repo, contents: Collection[Pointer], watch: Callable[[int], Progress]
) -> dict[Pointer, str]:
    """Delete content, after the store of the remote has it for sure; return why some of it stays.

    What the store lost meanwhile is sent again.

    Raises
    ------
    TrackError
        If the store cannot be used.
    """
    here = artifacts.store(repo)
    files = {content: here.path(content.digest) for content in contents if here.has(content)}
    store = choice.of_repo(repo, pushing=True)
    failures = store.send(files, watch(sum(content.size for content in files)))
    safe = {content.digest for content in files if content not in failures}
    here.remove(lambda: safe & {content.digest for content in find(repo).contents})
    return failures
