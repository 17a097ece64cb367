"""The artifacts of a version of a model: its tag lists them, and its run recorded them."""

from __future__ import annotations

import hashlib
import os

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.registry.model_state import Version
from gittrack.core.standard.typing import Any
from gittrack.disk.restore import Content
from gittrack.read.files import artifacts
from gittrack.read.files.artifacts import Absent
from gittrack.read.registry import versions
from gittrack.read.runs import reader


def contents(repo: git.Repo, version: Version) -> list[tuple[dict[str, Any], Content]]:
    """Return (line of outputs.yaml, content) of every artifact of a version.

    Raises
    ------
    TrackError
        If the version has no artifact, or if the content of one is not in this repository.
    Damaged
        If the run commit has other content than was registered.  `restore.write` checks the content of
        the store.
    """
    repo = repo.fetching()
    raw = versions.run_of(repo, version)
    items = _items(repo, version, raw)
    name = f"{version.model} {version.short}"
    if not items:
        raise TrackError(f"{name} has no artifacts", f"see: git track show {raw.id or raw.commit}")
    in_git = [item["path"] for item in items if item.get("where") != "store"]
    names = [f"{raw.commit}:{layout.ARTIFACTS}/{path}" for path in in_git]
    blobs = dict(zip(in_git, git.read_objects(repo, names), strict=True))
    tried = artifacts.bring(repo, items, artifacts.unwatched)
    pairs: list[tuple[dict[str, Any], Content]] = []
    for item in items:
        blob = blobs.get(item["path"])
        content = artifacts.stored(repo, item) if blob is None else blob
        if content is None:
            reason = tried.get(str(item.get("sha256")), "")
            missing = artifacts.absent(item, reader.decode(repo, raw).host, reason)
            problem = (
                f"the artifact {missing.path} of {name} is not in this repository: {missing.why}"
            )
            raise TrackError(problem, missing.remedy)
        if blob is not None and item.get("sha256") not in (None, hashlib.sha256(blob).hexdigest()):
            problem = f"{item['path']} is not what was registered as {name}"
            raise Damaged(problem, "see: git track doctor")
        pairs.append((item, content))
    return pairs


def missing_artifacts(
    repo: git.Repo, version: Version, raw: reader.Raw, *, bring: bool = False
) -> list[Absent]:
    """Return the artifacts of a version that are not in this repository; ``raw`` is its run.

    With ``bring``, large ones come from the store of the remote before.  Only names are read from the
    commit: a partial clone fetches their content when it is needed.
    """
    items = _items(repo, version, raw)
    if not items:
        return []
    tried = artifacts.bring(repo, items, artifacts.unwatched) if bring else {}
    listing = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", version.commit, "--")
    in_commit = set(os.fsdecode(repo.read(*listing, layout.ARTIFACTS)).split("\0"))
    away = [
        item
        for item in items
        if artifacts.stored(repo, item) is None
        and (item.get("where") == "store" or f"{layout.ARTIFACTS}/{item['path']}" not in in_commit)
    ]
    host = reader.decode(repo, raw).host if away else None
    return [artifacts.absent(item, host, tried.get(str(item.get("sha256")), "")) for item in away]


def _items(repo: git.Repo, version: Version, raw: reader.Raw) -> list[dict[str, Any]]:
    """Return the lines of outputs.yaml for the artifacts of a version, with the digests of its tag."""
    outputs = (reader.load_yaml(repo.fetching(), raw, layout.OUTPUTS) or {}).get("outputs", [])
    recorded = {item["path"]: item for item in outputs}
    items = []
    for entry in version.facts.get("artifacts") or outputs:
        path = layout.check_artifact_name(str(entry["path"]))
        registered = {"sha256": entry["sha256"]} if entry.get("sha256") else {}
        items.append({**recorded.get(path, {}), "path": path, **registered})
    return items
