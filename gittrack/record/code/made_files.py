"""Files that earlier runs made and logged as artifacts: they are not code of the next run.

The list is a cache with one line of JSON for each artifact: its path, the time when its run began, and
the time when it was logged.  A listed file counts as code if it is older than its run, or was changed
after it was logged.
"""

from __future__ import annotations

import os
import time

from gittrack.core import layout
from gittrack.core.standard import json
from gittrack.core.standard.collections import Iterable
from gittrack.core.standard.contextlib import suppress
from gittrack.core.standard.pathlib import Path
from gittrack.disk import folders

_NAME = "artifacts.jsonl"
_MAX_BYTES = 1 << 20


def remember(common_dir: str, journal: Path, path: str) -> None:
    """List a file or folder that the run of a journal logged; a failure is ignored (it is only a cache)."""
    with suppress(OSError):
        began = os.stat(journal / layout.LOCK).st_mtime_ns
        line = json.dumps([os.path.realpath(path), began, time.time_ns()]).encode() + b"\n"
        file = Path(layout.cache_dir(common_dir), _NAME)
        folders.make(str(file.parent))
        if file.exists() and file.stat().st_size > _MAX_BYTES:
            lines = file.read_bytes().splitlines(keepends=True)
            file.write_bytes(b"".join(lines[len(lines) // 2 :]))
        with open(file, "ab", buffering=0) as target:
            target.write(line)


def among(common_dir: str, root: str, paths: Iterable[str]) -> list[str]:
    """Return the files among ``paths``, below ``root``, that an earlier run made and logged."""
    artifacts = _read(Path(layout.cache_dir(common_dir), _NAME))
    top = os.path.realpath(root)
    return [
        path for path in paths if artifacts and _is_made(os.path.join(top, path), top, artifacts)
    ]


def _is_made(path: str, top: str, artifacts: dict[str, tuple[int, int]]) -> bool:
    """Return whether a file, or a folder that it is in, is listed and unchanged since."""
    with suppress(OSError):
        changed = os.lstat(path).st_mtime_ns
        while len(path) > len(top):
            began, logged = artifacts.get(path, (0, -1))
            if began <= changed <= logged:
                return True
            path = os.path.dirname(path)
    return False


def _read(file: Path) -> dict[str, tuple[int, int]]:
    """Return {path: (begin of the run, time of logging)}, in nanoseconds."""
    artifacts = {}
    with suppress(OSError):
        for line in file.read_bytes().splitlines():
            with suppress(ValueError, TypeError):
                path, began, logged = json.loads(line)
                artifacts[str(path)] = (int(began), int(logged))
    return artifacts
