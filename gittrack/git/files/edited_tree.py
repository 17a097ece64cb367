"""The tree of a commit with other files in some places, without an index."""

from __future__ import annotations

import os

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import objects
from gittrack.git.files import trees

_FOLDER = "40000"


class NewFile(NamedTuple):
    """The mode of a file, and the id of its content."""

    mode: str
    oid: str


def folders(paths: Iterable[str]) -> list[str]:
    """Return the folders that some paths are in; the root, which is one of them, is empty."""
    return sorted({"", *(folder for path in paths for folder in _above(path))})


def write(
    store: objects.Store, earlier: Mapping[str, bytes | None], files: Mapping[str, NewFile | None]
) -> str:
    """Write a tree with some files replaced, added or removed, and return its id.

    Parameters
    ----------
    store
        Where all trees that change are written.
    earlier
        The content of the earlier trees of `folders`, by folder; empty if there was no tree at all, and
        None for a folder that does not exist.
    files
        The new files by path; None: removed.

    Raises
    ------
    TrackError
        If an earlier tree is missing.
    """
    return _Trees(store, earlier, files).write("") or store.tree([])


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts))]


class _Trees:
    def __init__(
        self,
        store: objects.Store,
        earlier: Mapping[str, bytes | None],
        files: Mapping[str, NewFile | None],
    ) -> None:
        self.store = store
        self.earlier = earlier
        self.files = files
        self.names: dict[str, set[str]] = {}  # of what changes, by folder
        for path in files:
            for above, part in zip(_above(path), path.split("/"), strict=True):
                self.names.setdefault(above, set()).add(part)

    def write(self, folder: str, *, is_new: bool = False) -> str | None:
        """Write the tree of a folder; return None if it is empty.  A new folder has no earlier tree."""
        content = None if is_new else self.earlier.get(folder, b"")
        if content is None and not is_new:
            raise TrackError(f"the tree of the folder {folder or '.'} is missing", "git fsck")
        size = 32 if self.store.hash_name == "sha256" else 20
        lines = trees.lines(content or b"", size)
        for name in self.names.get(folder, ()):
            path, key = f"{folder}/{name}" if folder else name, os.fsencode(name)
            old, entry = lines.pop(key, b""), None
            if path in self.names:
                inner = self.write(path, is_new=not old.startswith(trees.FOLDER))
                entry = NewFile(_FOLDER, inner) if inner is not None else None
            entry = self.files.get(path) or entry
            if entry is not None:
                mode, oid = entry.mode.encode(), bytes.fromhex(entry.oid)
                lines[key] = b"%s %s\0%s" % (mode, key, oid)
        return self.store.keep(b"tree", _joined(lines)) if lines else None


def _joined(lines: Mapping[bytes, bytes]) -> bytes:
    """Return the content of a tree: its lines by their names, those of folders with a slash at the end."""
    by_key = {
        name + b"/" if line.startswith(trees.FOLDER) else name: line for name, line in lines.items()
    }
    return b"".join([by_key[key] for key in sorted(by_key)])
