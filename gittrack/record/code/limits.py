"""Choose the uncommitted changes to capture: no secrets, no large files, and not too many files."""

from __future__ import annotations

import os

from gittrack.core.secret_files import is_withheld
from gittrack.core.settings import Settings
from gittrack.core.standard.collections import Iterable, Iterator
from gittrack.core.standard.later import collections
from gittrack.core.standard.typing import NamedTuple
from gittrack.record.code.status import ChangedPath

_MANY_FILES = 100
_LARGE = 10 << 20


class CaptureChoice(NamedTuple):
    """The changes to capture, and those to leave out.

    Parameters
    ----------
    chosen
        The changes to capture.
    size
        Their size in bytes.
    withheld
        The changes to leave out, each with the reason.
    crowd
        The new files beyond the number ``max_files``.
    max_files
        The setting track.maxSnapshotFiles.
    """

    chosen: list[ChangedPath]
    size: int
    withheld: list[tuple[ChangedPath, str]]
    crowd: list[ChangedPath]
    max_files: int

    def entries(self) -> list[dict[str, str]]:
        """Return the entries of diff.yaml for what is left out; the crowd has one for each folder."""
        entries = [{"path": change.path, "reason": reason} for change, reason in self.withheld]
        for folder, count in collections.Counter(
            _folder(change.path) for change in self.crowd
        ).items():
            reason = (
                f"{count:,} new files, more than track.maxSnapshotFiles ({self.max_files:,}) in all"
            )
            entries.append({"path": folder, "reason": reason})
        return entries

    def messages(self) -> Iterator[str]:
        """Yield the warnings for the user: what is left out, and the size of a large snapshot."""
        entries = self.entries()
        if entries:
            names = ", ".join(entry["path"] for entry in entries[:3])
            more = f" and {len(entries) - 3} more" if len(entries) > 3 else ""
            reason = entries[0]["reason"]
            yield f"not captured: {names}{more} ({reason}); diff.yaml lists everything that was left out"
        if len(self.chosen) >= _MANY_FILES or self.size >= _LARGE:
            count, size = len(self.chosen), self.size / (1 << 20)
            yield (
                f"the snapshot of the uncommitted changes has {count:,} files, {size:,.1f} MiB; "
                "add data to .gitignore"
            )


def choose(root: str, changes: Iterable[ChangedPath], settings: Settings) -> CaptureChoice:
    """Choose the changes to capture, within the limits of the settings.

    Small files go first, so that one large folder of data never crowds out the code.  If there are too
    many new files, those in the folders with the fewest new files go first.

    Parameters
    ----------
    root
        The root of the work tree.
    changes
        The changes that git reports.
    settings
        ``max_snapshot_files`` (a count); ``max_file_size`` and ``max_snapshot_size`` (bytes).
    """
    withheld: list[tuple[ChangedPath, str]] = []
    total, max_files = 0, settings.max_snapshot_files
    candidates, crowd = _within_number(list(changes), max_files)
    chosen = [change for change in candidates if change.is_removed]
    sized = [(_size(root, change.path), change) for change in candidates if not change.is_removed]
    for size, change in sorted(sized, key=lambda pair: (pair[0], pair[1].path)):
        reason = ""
        if is_withheld(change.path):
            reason = "may hold secrets"
        elif size > settings.max_file_size:
            reason = f"larger than track.maxFileSize ({settings.max_file_size:,} bytes)"
        elif total + max(size, 0) > settings.max_snapshot_size:
            reason = (
                f"more than track.maxSnapshotSize ({settings.max_snapshot_size:,} bytes) in all"
            )
        elif size >= 0 and not _readable(os.path.join(root, change.path)):
            reason = "not readable"
        if reason:
            withheld.append((change, reason))
        else:
            total += max(size, 0)
            chosen.append(change)
    return CaptureChoice(chosen, total, withheld, crowd, max_files)


def _within_number(
    changes: list[ChangedPath], limit: int
) -> tuple[list[ChangedPath], list[ChangedPath]]:
    """Return the changes with at most ``limit`` new files, and the new files beyond that."""
    new = [change for change in changes if change.head is None]
    if len(new) <= limit:
        return changes, []
    sizes = collections.Counter(_folder(change.path) for change in new)
    new.sort(key=lambda change: (sizes[_folder(change.path)], change.path))
    return [change for change in changes if change.head] + new[:limit], new[limit:]


def _folder(path: str) -> str:
    """Return the folder of a path, with a slash at the end."""
    return f"{os.path.dirname(path.rstrip('/')) or '.'}/"


def _size(root: str, path: str) -> int:
    """Return the size of a file in bytes, -1 if it was deleted."""
    try:
        return os.lstat(os.path.join(root, path)).st_size
    except OSError:
        return -1


def _readable(path: str) -> bool:
    return os.path.islink(path) or os.access(path, os.R_OK)
