"""Files that earlier runs have made and logged as artifacts: they are not code of the next run.

The list is a cache, a line of JSON for each artifact: its path, when its run began and when it was logged.
A file of the list that was there before its run, or was changed since, counts as code.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gittrack.core import layout
from gittrack.disk import folders

_NAME = "artifacts.jsonl"
_MOST_BYTES = 1 << 20


def remember(common_dir: str, journal: Path, path: str) -> None:
    """Note that the run of a journal has logged a file or folder; what fails costs only the note."""
    with suppress(OSError):
        began = os.stat(journal / layout.LOCK).st_mtime_ns
        line = json.dumps([os.path.realpath(path), began, time.time_ns()]).encode() + b"\n"
        file = Path(layout.cache_dir(common_dir), _NAME)
        folders.make(str(file.parent))
        if file.exists() and file.stat().st_size > _MOST_BYTES:
            lines = file.read_bytes().splitlines(keepends=True)
            file.write_bytes(b"".join(lines[len(lines) // 2 :]))
        with open(file, "ab", buffering=0) as target:
            target.write(line)


def among(common_dir: str, root: str, paths: Iterable[str]) -> list[str]:
    """Return those of the new files below ``root`` that an earlier run has made and logged."""
    known = _read(Path(layout.cache_dir(common_dir), _NAME))
    top = os.path.realpath(root)
    return [path for path in paths if known and _is_made(os.path.join(top, path), top, known)]


def _is_made(path: str, top: str, known: dict[str, tuple[int, int]]) -> bool:
    with suppress(OSError):
        changed = os.lstat(path).st_mtime_ns
        while len(path) > len(top):
            began, logged = known.get(path, (0, -1))
            if began <= changed <= logged:
                return True
            path = os.path.dirname(path)
    return False


def _read(file: Path) -> dict[str, tuple[int, int]]:
    known = {}
    with suppress(OSError):
        for line in file.read_bytes().splitlines():
            with suppress(ValueError, TypeError):
                path, began, logged = json.loads(line)
                known[str(path)] = (int(began), int(logged))
    return known
