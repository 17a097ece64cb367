"""Which uncommitted changes are captured: not secrets, not data, and never too many."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gittrack.core.secret_files import is_withheld
from gittrack.core.settings import Settings
from gittrack.record.code.status import Change

_MANY_FILES = 100
_LARGE = 10 << 20


class Choice(NamedTuple):
    """The changes to capture, with their size in bytes, and those to leave out, each with the reason.

    ``crowd`` are the new files beyond the number ``most``.
    """

    taken: list[Change]
    size: int
    withheld: list[tuple[Change, str]]
    crowd: list[Change]
    most: int

    def entries(self) -> list[dict[str, str]]:
        """Return what diff.yaml lists as left out; the crowd has one entry for each folder."""
        entries = [{"path": change.path, "reason": why} for change, why in self.withheld]
        for folder, count in Counter(_folder(change.path) for change in self.crowd).items():
            reason = f"{count:,} new files, more than track.maxSnapshotFiles ({self.most:,}) in all"
            entries.append({"path": folder, "reason": reason})
        return entries

    def messages(self) -> Iterator[str]:
        """Yield what the user should know: what is left out, and the size of a large snapshot."""
        entries = self.entries()
        if entries:
            names = ", ".join(entry["path"] for entry in entries[:3])
            more = f" and {len(entries) - 3} more" if len(entries) > 3 else ""
            reason = entries[0]["reason"]
            yield f"not captured: {names}{more} ({reason}); diff.yaml lists what was left out"
        if len(self.taken) >= _MANY_FILES or self.size >= _LARGE:
            count, size = len(self.taken), self.size / (1 << 20)
            yield (
                f"the snapshot of the uncommitted changes has {count:,} files, {size:,.1f} MiB; "
                "data belongs into .gitignore"
            )


def choose(root: str, changes: Iterable[Change], settings: Settings) -> Choice:
    """Return which changes to capture, within the limits of the settings.

    Small files go first, so that one large folder of data never crowds out the code.  If there are too
    many new files, those in the folders with the fewest go first.
    """
    taken: list[Change] = []
    withheld: list[tuple[Change, str]] = []
    total, most = 0, settings.max_snapshot_files
    few, crowd = _within_number(list(changes), most)
    sized = [(_size(root, change.path), change) for change in few]
    # A path can be there twice: taken out of the index, and untracked now.
    for size, change in sorted(sized, key=lambda pair: (pair[0], pair[1].path)):
        why = ""
        if is_withheld(change.path):
            why = "may hold secrets"
        elif size > settings.max_file_size:
            why = f"larger than track.maxFileSize ({settings.max_file_size:,} bytes)"
        elif total + max(size, 0) > settings.max_snapshot_size:
            why = f"more than track.maxSnapshotSize ({settings.max_snapshot_size:,} bytes) in all"
        elif size >= 0 and not _readable(os.path.join(root, change.path)):
            why = "not readable"
        if why:
            withheld.append((change, why))
        else:
            total += max(size, 0)
            taken.append(change)
    return Choice(taken, total, withheld, crowd, most)


def _within_number(changes: list[Change], most: int) -> tuple[list[Change], list[Change]]:
    """Return the changes with at most so many new files, and the new files beyond that."""
    new = [change for change in changes if change.head is None]
    if len(new) <= most:
        return changes, []
    sizes = Counter(_folder(change.path) for change in new)
    new.sort(key=lambda change: (sizes[_folder(change.path)], change.path))
    return [change for change in changes if change.head] + new[:most], new[most:]


def _folder(path: str) -> str:
    return f"{os.path.dirname(path.rstrip('/')) or '.'}/"


def _size(root: str, path: str) -> int:
    try:
        return os.lstat(os.path.join(root, path)).st_size
    except OSError:  # deleted: that is a change too
        return -1


def _readable(path: str) -> bool:
    return os.path.islink(path) or os.access(path, os.R_OK)
