"""Files of a run brought back into a folder: never above it, never through a link, as they were recorded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError


def write(place: Path, data: bytes, item: Mapping[str, Any], root: Path) -> None:
    """Write a file to ``place``, somewhere below ``root``; ``item`` is its line of outputs.yaml.

    An existing file of another content is an error, as is a way that leads through a link.
    """
    digest = item.get("sha256")
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        raise Damaged(f"{item['path']} is not what was recorded", "see: git track doctor")
    inner = os.path.relpath(place, root)
    if inner.startswith("..") or place.parent.resolve() != (root.resolve() / inner).parent:
        raise TrackError(f"{inner} would leave its folder", "do not trust this run")
    link = item.get("link")
    leads = os.path.normpath(os.path.join(os.path.dirname(inner), link or ""))
    if leads.startswith(("/", "..")):
        raise TrackError(f"the link {inner} would leave its folder", "do not trust this run")
    place.parent.mkdir(parents=True, exist_ok=True)
    incoming = place.with_name(f".{os.getpid()}-{os.urandom(4).hex()}")
    try:
        if link is None:
            incoming.write_bytes(data)
            incoming.chmod(0o755 if item.get("executable") else 0o644)
        else:  # normalised, so that it cannot climb out by way of another link
            incoming.symlink_to(os.path.normpath(link))
        incoming.replace(place)
    finally:
        incoming.unlink(missing_ok=True)


def differs(place: Path, data: bytes, item: Mapping[str, Any]) -> bool:
    """Say whether something else is at ``place`` already."""
    if place.is_symlink():
        return os.readlink(place) != item.get("link")
    if not place.exists():
        return False
    return not place.is_file() or place.read_bytes() != data


def chosen(items: Mapping[str, Any], wanted: str) -> list[str]:
    """Return the paths that ``wanted`` names: one file, or all below a folder."""
    name = layout.check_artifact_name(wanted)
    return [path for path in items if path == name or path.startswith(name + "/")]
