"""The artifacts of a version of a model, as its tag lists them and its run commit holds them."""

from __future__ import annotations

import hashlib

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.fast_typing import Any
from gittrack.core.registry.model_state import Version
from gittrack.read.registry import versions
from gittrack.read.runs import reader


def of_version(repo: git.Repo, version: Version) -> list[tuple[dict[str, Any], bytes]]:
    """Return (line of outputs.yaml, content) of every artifact of a version.

    Raises TrackError where there is none, or one is kept elsewhere; Damaged where the content is not what
    was registered.
    """
    raw = versions.run_of(repo, version)
    found = reader.load_yaml(repo, raw, layout.OUTPUTS) or {}
    recorded = {item["path"]: item for item in found.get("outputs", [])}
    listed = version.facts.get("artifacts") or list(recorded.values())
    name = f"{version.model} {version.short}"
    if not listed:
        raise TrackError(f"{name} has no artifacts", f"see: git track show {raw.id or raw.commit}")
    paths = [layout.check_artifact_name(str(item["path"])) for item in listed]
    contents = list(git.read_objects(repo, [f"{raw.commit}:{layout.ARTIFACTS}/{p}" for p in paths]))
    made = []
    for path, item, data in zip(paths, listed, contents, strict=True):
        if data is None:
            where = recorded.get(path, {}).get("where", "nowhere")
            raise TrackError(
                f"the artifact {path} of {name} is not in the run commit",
                f"it was recorded as kept in {where}"
                if where != "git"
                else "see: git track doctor",
            )
        if item.get("sha256") not in (None, hashlib.sha256(data).hexdigest()):
            raise Damaged(f"{path} is not what was registered as {name}", "see: git track doctor")
        made.append(({**recorded.get(path, {}), "path": path}, data))
    return made
