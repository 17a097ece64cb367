"""Log media: from the values of ``run.log`` to files of the journal, each with its entry of outputs.yaml."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from gittrack.core import values
from gittrack.core.errors import TrackError
from gittrack.core.layout import check_artifact_name
from gittrack.core.run import media_index
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.disk import folders
from gittrack.record.artifacts import Limits
from gittrack.record.media.figure import Figure
from gittrack.record.media.image import Image
from gittrack.record.media.medium import Encoded, Medium
from gittrack.record.media.table import Table

_INCOMING = "incoming-"


def split(metrics: Mapping[str, Any]) -> tuple[dict[str, list[Medium]], dict[str, Any]]:
    """Return the media of a call of ``run.log``, a list for each name, and its other values."""
    media, others = {}, {}
    for name, value in metrics.items():
        items = media_of(value)
        if items:
            media[name] = items
        else:
            others[name] = value
    return media, others


def media_of(value: Any) -> list[Medium]:
    """Return the media that a value is: a medium, a list of them, a figure, an image or a table."""
    if isinstance(value, Medium):
        return [value]
    if isinstance(value, (list, tuple)) and value:
        if len(value) <= 10_000 and all(isinstance(item, Medium) for item in value):
            return list(value)
        return []
    library = type(value).__module__.partition(".")[0]
    if library in ("matplotlib", "plotly") and hasattr(
        value, "axes" if library[0] == "m" else "to_json"
    ):
        return [Figure(value)]
    if library == "PIL" and hasattr(value, "save"):
        return [Image(value)]
    if library == "pandas" and hasattr(value, "itertuples"):
        return [Table(value)]
    return []


class MediaLog:
    """The media that a process logs into one run.

    Parameters
    ----------
    folder : Path
        The folder of the journal for artifacts.
    limits : Limits
        The limits.
    outputs : sequence of mapping
        The entries of outputs.yaml so far.
    append : callable
        Adds an entry of outputs.yaml to the journal.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        outputs: Sequence[Mapping[str, Any]],
        append: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._folder = folder
        self._limits = limits
        self._append = append
        self._folders: dict[str, str] = {}
        self._next: dict[str, float] = {}
        self._numbers: dict[tuple[str, float], int] = {}
        self._copies: dict[str, Path] = {}  # the last file with the content of a digest
        self._size = media_index.size_of(outputs)
        for name, entries in media_index.by_name(outputs).items():
            for item in entries:
                self._count(name, item["media"]["step"])

    def log(self, name: str, medium: Medium, step: float | None) -> None:
        """Store a medium.

        Parameters
        ----------
        name : str
            The name; parts that ``/`` separates become folders.
        medium : Medium
            The medium.
        step : float, optional
            The step.  Default: the next whole number of the name, from 0.

        Raises
        ------
        TrackError
            If it cannot be stored.  The library that encodes it may raise any error.
        """
        folder = self._folder_of(name)
        encoded = medium.encode()
        at = self._next.get(name, 0) if step is None else step
        file = media_index.file_name(at, self._numbers.get((name, at), 0), encoded.ending)
        facts = {"name": name, "step": at, "type": medium.type, **encoded.facts, **medium.facts()}
        size = len(encoded.content) + sum(len(content) for _, content in encoded.parts)
        if self._size + size > self._limits.media:
            raise TrackError(
                f"the media of the run would be larger than track.maxMediaSize "
                f"({self._limits.media >> 20} MiB)",
                "log fewer of them, or: git config track.maxMediaSize 2g",
            )
        self._store_parts(encoded, f"{folder}/{file.removesuffix(encoded.ending)}")
        self._store(f"{folder}/{file}", encoded.content, {media_index.KEY: facts})
        self._count(name, at)
        self._size += size

    def last_step(self, name: str) -> float | None:
        """Return the step of the last medium of a name; None before the first."""
        return self._next[name] - 1 if name in self._next else None

    def _count(self, name: str, step: float) -> None:
        self._numbers[name, step] = self._numbers.get((name, step), 0) + 1
        self._next[name] = step + 1

    def _store_parts(self, encoded: Encoded, folder: str) -> None:
        for part, content in encoded.parts:
            self._store(f"{folder}/{part}", content, {})

    def _folder_of(self, name: str) -> str:
        """Return the folder of a name among the artifacts; it is made at the first call."""
        if name not in self._folders:
            values.check_name(name, "medium")
            path = check_artifact_name(media_index.folder(name))
            if (self._folder / path).resolve() != self._folder.resolve() / path:
                raise TrackError(f"{path} leads through a link", "choose another name")
            folders.make(str(self._folder / path))
            self._folders[name] = path
        return self._folders[name]

    def _store(self, path: str, content: bytes, facts: Mapping[str, Any]) -> None:
        digest = hashlib.sha256(content).hexdigest()
        entry = {"path": path, "size": len(content), "sha256": digest}
        if len(content) > self._limits.file:
            self._append({**entry, **self._store_large(content), **facts})
            return
        target = self._folder / path
        if not facts:  # a file that belongs to a table has a folder of its own
            folders.make(str(target.parent))
        self._write(target, content, digest)
        self._append({**entry, "where": "git", **facts})

    def _write(self, target: Path, content: bytes, digest: str) -> None:
        """Write a file of the journal; equal content takes no further room on the disk."""
        copy = self._unchanged_copy(content, digest)
        if copy is not None:
            target.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # such as a file system without hard links
                os.link(copy, target)
                return
        try:
            _create(target, content)
        except FileExistsError:  # the program logged an artifact of this name
            target.unlink()
            _create(target, content)
        self._copies[digest] = target

    def _unchanged_copy(self, content: bytes, digest: str) -> Path | None:
        """Return a file that was written here and still has this content; None without one."""
        path = self._copies.get(digest)
        with contextlib.suppress(OSError):
            return path if path and path.read_bytes() == content else None
        return None

    def _store_large(self, content: bytes) -> dict[str, Any]:
        path = self._folder.with_name(f"{_INCOMING}{os.urandom(4).hex()}")
        try:
            path.write_bytes(content)
            with open(path, "rb") as file:
                stored = self._limits.store.keep(file)
        finally:
            path.unlink(missing_ok=True)
        if stored.problem:
            return {"where": "left out", "reason": stored.problem}
        return {"where": "store"}


def _create(path: Path, content: bytes) -> None:
    """Write a new file, completely or not at all."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o664)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(file, view) :]
    except OSError:
        path.unlink(missing_ok=True)  # frees the room of the incomplete file
        raise
    finally:
        os.close(file)
