"""Find artifacts whose content is gone, although their run says that it was kept."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import is_digest
from gittrack.large import sent
from gittrack.read import doctor_items
from gittrack.read.doctor_objects import RunObjects
from gittrack.read.files import artifacts
from gittrack.read.runs.reader import Raw

REMOTE = "the remote"


class Loss(NamedTuple):
    """Artifacts of one run whose content is gone: how many, and the entry of the first in outputs.yaml.

    ``host`` is the one whose store may have them, or `REMOTE`; None if they should be here.
    """

    raw: Raw
    number: int
    first: Mapping[str, Any]
    host: str | None


def lost(repo: git.Repo, losses: Sequence[Loss]) -> Iterator[tuple[str, str]]:
    """Yield (problem, remedy) for each run with artifacts that should be here."""
    for raw, number, first, host in losses:
        if host is not None:
            continue
        more = f", and {number - 1} more" if number > 1 else ""
        problem = f"{raw.ref}: the artifact {first['path']} is gone{more}"
        if first["where"] == "git":
            yield (
                f"{problem}: it is not in the run commit",
                "fetch the run again from the remote that has it",
            )
        elif not is_digest(first.get("sha256")):
            yield f"{problem}: its line of outputs.yaml has no SHA-256", "it cannot be restored"
        else:
            path = artifacts.store(repo).path(first["sha256"])
            remedy = "put a copy there, maybe from another clone on this machine"
            yield f"{problem}: the store does not have {path}", remedy


def other_stores(losses: Sequence[Loss]) -> Iterator[tuple[str, str]]:
    """Yield (remark, command) for each host whose store has what is not here."""
    hosts = [entry.host for entry in losses if entry.host]
    for host in dict.fromkeys(hosts):
        count = "1 run" if hosts.count(host) == 1 else f"{hosts.count(host)} runs"
        location = "the store of the remote" if host == REMOTE else f"only a store on {host}"
        remark = f"not here: artifacts of {count}, which {location} has"
        yield remark, "where it is: git track files RUN, then git track get RUN PATH"


def find(repo: git.Repo, objects: RunObjects, raws: Sequence[Raw]) -> Iterator[Loss]:
    """Yield the runs with artifacts that should be in their commit or in a store, and are not here.

    Artifacts that no place ever had are left out: the run and `git track files` name them.
    """
    listed = ((raw, objects.file(raw.commit, layout.OUTPUTS)) for raw in raws)
    pairs = [(raw, _items(text)) for raw, text in listed if text]
    raws, items = [raw for raw, _ in pairs], [entries for _, entries in pairs]
    if not pairs:
        return
    in_commits = _existing(repo, objects, raws, items)
    uploaded, pulled = sent.anywhere(repo.common_dir), _pulled(repo)
    for raw, entries in zip(raws, items, strict=True):
        absent = [item for item in entries if not _is_here(repo, item, in_commits)]
        if absent:
            host, first = _host(raw), absent[0]
            is_away = host not in (None, os.uname().nodename)
            if raw.commit in pulled or first.get("sha256") in uploaded:
                host, is_away = REMOTE, True
            is_away = is_away and first.get("where") == "store"
            slim = raw._replace(body=None)
            yield Loss(slim, len(absent), first, host if is_away else None)


def wrong_pointers(
    repo: git.Repo, objects: RunObjects, raws: Sequence[Raw]
) -> Iterator[tuple[str, str]]:
    """Yield (problem, remedy) for each run with a Git LFS pointer that names other content than its line.

    Runs of earlier versions have no pointers.
    """
    stored = [
        (raw, str(item["path"]), content)
        for raw in raws
        if b"store" in (text := objects.file(raw.commit, layout.OUTPUTS) or b"")
        for item in _items(text)
        if item["where"] == "store"
        and (content := lfs_pointer.of_entry(item)) is not None
        and "\n" not in str(item["path"])
    ]
    paths = [f"{raw.commit}:{layout.ARTIFACTS}/{path}" for raw, path, _ in stored]
    for (raw, path, content), pointer in zip(stored, _small_blobs(repo, paths), strict=True):
        if pointer is not None and lfs_pointer.parse(pointer) != content:
            yield (
                f"{raw.ref}: the Git LFS pointer of {path} names other content than {layout.OUTPUTS}",
                f"git lfs would bring the wrong file; gittrack brings {content.digest[:12]}",
            )


def _small_blobs(repo: git.Repo, names: Sequence[str]) -> list[bytes | None]:
    """Return blobs; None for a missing one.  Of one that is too large for a pointer the content is empty."""
    sizes = git.sizes(repo, names)
    fits = [size is not None and size <= lfs_pointer.MOST_BYTES for size in sizes]
    contents = git.read_objects(repo, [name for name, fit in zip(names, fits, strict=True) if fit])
    return [
        next(contents) if fit else None if size is None else b""
        for fit, size in zip(fits, sizes, strict=True)
    ]


def _pulled(repo: git.Repo) -> set[str]:
    try:
        with open(layout.pulled_path(repo.common_dir), encoding="ascii", errors="replace") as file:
            return set(file.read().split())
    except FileNotFoundError:
        return set()


def _items(text: bytes) -> list[Mapping[str, Any]]:
    """Return the entries of outputs.yaml that were kept; none of a damaged file."""
    try:
        outputs = doctor_items.load(text, layout.OUTPUTS)["outputs"]
        return [item for item in outputs if item.get("where") in ("git", "store") and item["path"]]
    except (TrackError, ValueError, TypeError, KeyError, AttributeError):
        return []


def _existing(
    repo: git.Repo,
    objects: RunObjects,
    raws: Sequence[Raw],
    items: Sequence[Sequence[Mapping[str, Any]]],
) -> Iterator[bool]:
    """Yield for each entry that is in git whether its run commit has it, in order.

    Git is asked for those only that are not among the objects that were read.
    """
    files = [
        (str(raw.commit), f"{layout.ARTIFACTS}/{item['path']}")
        for raw, entries in zip(raws, items, strict=True)
        for item in entries
        if item["where"] == "git"
    ]
    read = [objects.has(commit, path) for commit, path in files]
    pairs = zip(files, read, strict=True)
    answers = iter(
        git.exist(repo, [f"{commit}:{path}" for (commit, path), here in pairs if not here])
    )
    yield from (here or next(answers) for here in read)


def _is_here(repo: git.Repo, item: Mapping[str, Any], in_commits: Iterator[bool]) -> bool:
    return next(in_commits) if item["where"] == "git" else artifacts.stored(repo, item) is not None


def _host(raw: Raw) -> str | None:
    try:
        host = commit_message.find(raw.body or b"", "host")
    except ValueError:
        return None
    return host if isinstance(host, str) else None
