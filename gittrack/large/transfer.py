"""Move contents one by one to and from a store of files, several at the same time."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence
from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large import receiving
from gittrack.large.receiving import Progress

_AT_ONCE = 8
Failures = dict[Pointer, str]  # the reason for each content that was not moved
_Item = TypeVar("_Item")


class FileStore(Protocol):
    """A store that holds one file for each content."""

    @property
    def name(self) -> str:
        """What people call the store."""

    def size(self, digest: str) -> int | None:
        """Return the size of a content; None if it is not there."""

    def open(self, digest: str) -> BinaryIO:
        """Open a content."""

    def put(self, content: Pointer, source: Path, progress: Progress) -> None:
        """Store a content."""


def send(store: FileStore, files: Mapping[Pointer, Path], progress: Progress) -> Failures:
    """Send files that the store lacks; return the reason for each that was not sent."""

    def move_one(item: tuple[Pointer, Path], count: Progress) -> None:
        content, path = item
        if store.size(content.digest) == content.size:
            count(content.size)
        else:
            store.put(content, path, count)

    reasons = _each(files.items(), move_one, progress)
    return {content: reason for (content, _), reason in reasons.items()}


def bring(
    store: FileStore, contents: Sequence[Pointer], here: ContentStore, progress: Progress
) -> Failures:
    """Bring contents into the store of this repository; return the reason for each that did not come."""

    def move_one(content: Pointer, count: Progress) -> None:
        size = store.size(content.digest)
        if size is None:
            raise TrackError(f"{store.name} does not have it", "")
        if size != content.size:
            problem = f"it has {size} bytes in {store.name}, but {content.size} were recorded"
            raise TrackError(problem, "")
        receiving.receive(here, content, lambda: store.open(content.digest), count)

    return _each(contents, move_one, progress)


def _each(
    items: Iterable[_Item], move: Callable[[_Item, Progress], None], progress: Progress
) -> dict[_Item, str]:
    """Call ``move`` for each item, several at the same time; return the reasons of those that failed.

    After Ctrl-C, the moves end when they next report progress.
    """
    stopped = threading.Event()

    def count(size: int) -> None:
        if stopped.is_set():
            raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))
        progress(size)

    def reason(item: _Item) -> str:
        try:
            move(item, count)
        except TrackError as error:
            return error.message
        except OSError as error:
            return str(error.strerror or error)
        return ""

    waiting = list(items)
    with ThreadPoolExecutor(min(_AT_ONCE, len(waiting) or 1)) as pool:
        try:
            reasons = list(pool.map(reason, waiting))
        except BaseException:
            stopped.set()
            raise
    return {item: text for item, text in zip(waiting, reasons, strict=True) if text}
