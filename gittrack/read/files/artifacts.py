"""Find the content of artifacts: in the run commit, in the content store, or why it is not here."""

from __future__ import annotations

from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Iterable, Mapping
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import ContentStore, is_digest

Progress = Callable[[int], object]
Item = Mapping[str, Any]  # an artifact's line of outputs.yaml


class Absent(NamedTuple):
    """An artifact whose content is not in this repository: its path, why, and what to do."""

    path: str
    why: str
    remedy: str


def store(repo: git.Repo) -> ContentStore:
    """Return the content store of a repository, for reading."""
    return ContentStore.of(repo.common_dir)


def stored(repo: git.Repo, item: Item) -> Path | None:
    """Return the file of the content store that holds an artifact; None if there is none."""
    return store(repo).content(item.get("sha256")) if item.get("where") != "git" else None


def bring(
    repo: git.Repo, items: Iterable[Item], watch: Callable[[int], Progress]
) -> dict[str, str]:
    """Bring the content of artifacts from the store of the remote; return {SHA-256: why it did not come}.

    Parameters
    ----------
    repo : Repo
        The repository.
    items : iterable of mapping
        Lines of outputs.yaml.  Those whose content is here or has no other place are left out.
    watch : callable
        Called with the size of all content in bytes; returns what is called with the bytes of each part.
    """
    here = store(repo)
    named = (lfs_pointer.of_entry(item) for item in items if item.get("where") == "store")
    missing = [content for content in dict.fromkeys(filter(None, named)) if not here.has(content)]
    if not missing:
        return {}
    from gittrack.large import choice  # noqa: PLC0415

    try:
        remote_store = choice.of_repo(repo)
        failures = remote_store.bring(
            missing, here, watch(sum(content.size for content in missing))
        )
    except TrackError as error:
        return {content.digest: error.message for content in missing}
    return {content.digest: reason for content, reason in failures.items()}


def unwatched(size: int) -> Progress:
    """Count nothing."""
    return lambda count: None


def absent(item: Item, host: str | None, tried: str = "") -> Absent:
    """Return why the content of an artifact of a run of ``host`` is not here.

    ``tried`` is the reason why the store of the remote did not give it, if it was asked.
    """
    path, storage, recorded = str(item["path"]), item.get("where"), item.get("sha256")
    digest = str(recorded) if is_digest(recorded) else None
    remedy = (
        f"any file with the SHA-256 {digest} is a copy of it" if digest else "it cannot be restored"
    )
    if storage == "git":
        return Absent(path, "it is not in the run commit", "see: git track doctor")
    if storage == "store" and digest:
        if not tried:
            why = "it is not in the store of this repository"
            return Absent(path, why, f"bring it: git track get RUN {path}")
        why = f"it is only in the store of the repository on {host or 'another machine'} ({tried})"
        inside = ContentStore(Path(".git", layout.HOME, layout.STORE)).path(digest)
        return Absent(
            path, why, f"run git track push there, or copy this file from there: {inside}"
        )
    if storage == "store":
        return Absent(path, "its line of outputs.yaml has no SHA-256", remedy)
    if storage == "left out":
        reason = item.get("reason", "it was larger than track.maxArtifactSize")
        return Absent(path, f"it was not stored, because {reason}", remedy)
    return Absent(path, f"it was recorded as stored in {storage or 'an unknown place'}", remedy)
