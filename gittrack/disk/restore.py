"""Write files of a run below a folder: never outside it, never through a link, with the recorded content."""

from __future__ import annotations

import io
import os
from pathlib import Path

from gittrack.core import layout, paths
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, BinaryIO
from gittrack.disk import copies

Content = bytes | Path  # the bytes of a file, or its file in the content store
_HINT = "do not trust this run; see: git track doctor"


def check(root: Path, path: str, item: Mapping[str, Any]) -> Path:
    """Return the path that `write` would use; nothing is written.

    Parameters
    ----------
    root
        The folder that the user or gittrack chose; it can be anywhere.
    path
        The path below ``root``.  It comes from the run, so it is not trusted.
    item
        The file's line of outputs.yaml.

    Raises
    ------
    TrackError
        For a path or a link that could leave ``root`` or reach into a ``.git`` (see `paths.fault`), and for
        a symlink on the way.
    """
    check_names(path, item)
    if paths.through_link(root, path):
        raise TrackError(
            f"{path!r} would leave its folder through an existing link", "remove that link first"
        )
    return root / path


def check_names(path: str, item: Mapping[str, Any]) -> None:
    """Raise TrackError for a path or a link target that must not be written to any folder; see `check`."""
    why = paths.fault(path)
    if why:
        raise TrackError(f"the path {path!r} in the run {why}, so it is not written", _HINT)
    link = item.get("link")
    why = None if link is None else paths.link_fault(path, link)
    if why:
        raise TrackError(
            f"the link {path!r} in the run would leave its folder: {link!r} {why}", _HINT
        )


def write(root: Path, path: str, content: Content, item: Mapping[str, Any]) -> Path:
    """Write a file of a run below ``root`` and return its path; see `check` for what is refused.

    Raises Damaged if ``content`` does not have the SHA-256 and the size of ``item``.
    """
    destination = check(root, path, item)
    link = item.get("link")
    destination.parent.mkdir(parents=True, exist_ok=True)
    incoming = destination.with_name(f".{os.getpid()}-{os.urandom(4).hex()}")
    try:
        if link is None:
            with _opened(content) as source, open(incoming, "x+b") as target:
                digest, length = copies.copy(source, target, size(content))
            incoming.chmod(0o755 if item.get("executable") else 0o644)
        else:  # normalised, so that it cannot leave the folder through another link
            incoming.symlink_to(os.path.normpath(link))
            digest, length = _digest(content), size(content)
        if item.get("sha256") not in (None, digest) or item.get("size") not in (None, length):
            raise Damaged(
                f"the content of {item['path']} is not the recorded one", "see: git track doctor"
            )
        incoming.replace(destination)
    finally:
        incoming.unlink(missing_ok=True)
    return destination


def size(content: Content) -> int:
    """Return the size of a content in bytes."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _opened(content: Content) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else open(content, "rb")


def _digest(content: Content) -> str:
    with _opened(content) as source:
        return copies.copy(source, None, size(content))[0]


def differs(destination: Path, content: Content, item: Mapping[str, Any]) -> bool:
    """Return whether ``destination`` exists and has other content."""
    if destination.is_symlink():
        return os.readlink(destination) != item.get("link")
    if not destination.exists():
        return False
    if not destination.is_file() or size(destination) != size(content):
        return True
    return _digest(destination) != _digest(content)


def select(items: Mapping[str, Any], name: str) -> list[str]:
    """Return the paths that ``name`` means: one file, or all files below a folder.  Raises TrackError."""
    prefix = layout.check_artifact_name(name)
    return [path for path in items if path == prefix or path.startswith(prefix + "/")]
