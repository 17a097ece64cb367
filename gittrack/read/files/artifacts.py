"""Find the content of artifacts: in the run commit, in the content store, or why it is not here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.disk.content_store import ContentStore, is_digest

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


def absent(item: Item, host: str | None) -> Absent:
    """Return why the content of an artifact of a run of ``host`` is not here."""
    path, storage, recorded = str(item["path"]), item.get("where"), item.get("sha256")
    digest = str(recorded) if is_digest(recorded) else None
    remedy = (
        f"any file with the SHA-256 {digest} is a copy of it" if digest else "it cannot be restored"
    )
    if storage == "git":
        return Absent(path, "it is not in the run commit", "see: git track doctor")
    if storage == "store" and digest:
        why = f"it is only in the store of the repository on {host or 'another machine'}"
        inside = ContentStore(Path(".git", layout.HOME, layout.STORE)).path(digest)
        return Absent(path, why, f"copy this file from there: {inside}")
    if storage == "store":
        return Absent(path, "its line of outputs.yaml has no SHA-256", remedy)
    if storage == "left out":
        reason = item.get("reason", "it was larger than track.maxArtifactSize")
        return Absent(path, f"it was not stored, because {reason}", remedy)
    return Absent(path, f"it was recorded as stored in {storage or 'an unknown place'}", remedy)
