"""The files of a recorded run: from its commit, its journal, or the content store."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from gittrack import git
from gittrack.core import layout, values
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.run import media_index
from gittrack.core.standard.collections import Callable, Iterable
from gittrack.core.standard.contextlib import closing
from gittrack.core.standard.later import tempfile
from gittrack.core.standard.typing import Any
from gittrack.disk import content_store, restore
from gittrack.git.content import blob_parts
from gittrack.read.files import artifacts
from gittrack.read.runs import live, reader

_LARGE = 1 << 20  # bytes of a file in git


class RecordFiles:
    """A recorded run and its files."""

    def __init__(self, repo: git.Repo, raw: reader.Raw, *, fetch: bool = True) -> None:
        """Make the record of a run; ``fetch`` allows git to fetch what a partial clone left out."""
        self._repo = repo.fetching() if fetch else repo
        self.info = reader.decode(self._repo, raw)
        self._tried: dict[str, str] = {}  # why the store of the remote did not give content
        # The files of a live run of another machine are in the commit with its latest state.
        self._raw = raw._replace(commit=raw.snapshot) if raw.snapshot else raw

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """The artifacts, a dict each: ``path``, ``size`` in bytes, ``sha256``, ``where`` it is stored."""
        return list((self._yaml(layout.OUTPUTS) or {}).get("outputs", []))

    @property
    def media(self) -> dict[str, list[dict[str, Any]]]:
        """The media, a list for each name: dicts with ``step``, ``type``, ``path`` and further facts.

        ``artifact(path)`` returns a copy of the file.
        """
        names = media_index.by_name(self.outputs)
        return {
            name: [{**item[media_index.KEY], "path": item["path"]} for item in entries]
            for name, entries in names.items()
        }

    def artifact(self, name: str) -> Path:
        """Return the path of a copy of an artifact that is safe to read.

        Parameters
        ----------
        name : str
            The path of a file or folder among the artifacts.

        Raises
        ------
        TrackError
            If the run has no such artifact.
        """
        path_in_run = layout.check_artifact_name(name)
        if self._raw.commit is None:
            copy = self._live() / layout.ARTIFACTS / path_in_run
            if copy.exists():
                return copy
        files = {item["path"]: item for item in self.outputs}
        chosen = restore.select(files, path_in_run)
        if not chosen or self._raw.commit is None:
            names = ", ".join(files) or "none"
            raise TrackError(
                f"the run {self.info.id} has no artifact {name!r}",
                did_you_mean(name, files, f"it has: {names}"),
            )
        self.bring([f"{layout.ARTIFACTS}/{path}" for path in chosen])
        target = self._folder(self._raw.commit)
        for path in chosen:
            copy = restore.check(target, path, files[path])
            if os.path.exists(copy) or (os.path.islink(copy) and "link" in files[path]):
                continue
            content = self.content(f"{layout.ARTIFACTS}/{path}")
            if not isinstance(content, bytes) and not files[path].get("executable"):
                _link(copy, content)  # the store is read-only, so large content is not copied
            else:
                restore.write(target, path, content, files[path])
        return target / path_in_run

    def files(self) -> dict[str, int]:
        """Return {path: size in bytes} of every file of the run that is in this repository."""
        large = {path: restore.size(file) for path, file in self._stored.items()}
        return {**self._paths, **large}

    @property
    def missing(self) -> dict[str, artifacts.Absent]:
        """The artifacts whose content is not in this repository, each by its path in the run."""
        here = self.files()
        items = {f"{layout.ARTIFACTS}/{item['path']}": item for item in self.outputs}
        return {
            path: artifacts.absent(
                item, self.info.host, self._tried.get(str(item.get("sha256")), "")
            )
            for path, item in items.items()
            if path not in here
        }

    def bring(
        self,
        paths: Iterable[str],
        watch: Callable[[int], artifacts.Progress] | None = None,
    ) -> None:
        """Bring large content that is not here from the store of the remote.

        Afterwards `missing` has the reason for what did not come.

        Parameters
        ----------
        paths : iterable of str
            Paths in the run.
        watch : callable, optional
            Called with the size of all content in bytes; returns what is called with the bytes of each part.
        """
        missing = self.missing if self._repo.fetches else {}
        chosen = {path for path in paths if path in missing}
        items = [i for i in self.outputs if f"{layout.ARTIFACTS}/{i['path']}" in chosen]
        items = [item for item in items if item.get("sha256") not in self._tried]
        if items:
            self._tried |= artifacts.bring(self._repo, items, watch or artifacts.unwatched)
            self.__dict__.pop("_stored", None)

    def content(self, path: str) -> restore.Content:
        """Return a file of the run, as bytes; as the path of a read-only file if the content store has it.

        Parameters
        ----------
        path : str
            The path in the run, or the path among the artifacts.

        Raises
        ------
        TrackError
            If the run does not have the file (the error has similar names), or if its content is not here
            (the error has the reason).
        """
        path = values.check_path(path, "file")
        names = (path, f"{layout.ARTIFACTS}/{path}")
        for name in names:
            data = self._stored.get(name) or (self._bytes(name) if name in self._paths else None)
            if data is not None:
                return data
        if any(name in self.missing for name in names):
            self.bring(names)
            for name in names:
                if name in self._stored:
                    return self._stored[name]
        for absent in filter(None, map(self.missing.get, names)):
            raise TrackError(
                f"the artifact {absent.path} of the run {self.info.id} is not here: {absent.why}",
                absent.remedy,
            )
        files = self.files()
        candidates = [*files, *(name.removeprefix(f"{layout.ARTIFACTS}/") for name in files)]
        raise TrackError(
            f"the run {self.info.id} has no file {path!r}",
            did_you_mean(path, candidates, f"see: git track files {self.info.id[16:]}"),
        )

    def read(self, path: str) -> bytes:
        """Return the content of a file of the run as bytes.

        Parameters
        ----------
        path : str
            As for `content`.

        Raises
        ------
        TrackError
            As `content`; Damaged if the content store has other bytes than were recorded.
        """
        data = self.content(path)
        return data if isinstance(data, bytes) else content_store.read(data)

    def part(self, path: str, start: int, limit: int) -> tuple[bytes, int]:
        """Return bytes of a file of the run, and the size of the whole file.

        A file on the disk is not read in whole; so its content is not compared with its recorded hash.  A
        large file in git is read in parts, so that it takes little memory.

        Parameters
        ----------
        path : str
            The path in the run, as `files` lists it.
        start : int
            The first byte; below 0: counted from the end, or from the first byte if the file is shorter.
        limit : int
            The largest number of bytes to return.

        Raises
        ------
        TrackError
            As `content`.
        """
        live_file = self._live() / path if self._raw.commit is None else None
        if live_file is not None and path in self._paths and live_file.is_file():
            data: restore.Content = live_file
        else:
            size = self._paths.get(path, 0)
            if size > _LARGE and self._raw.commit is not None:
                return self._range(path, _first(start, size), limit), size
            data = self.content(path)
        size = len(data) if isinstance(data, bytes) else data.stat().st_size
        first = _first(start, size)
        if isinstance(data, bytes):
            return data[first : first + limit], size
        with open(data, "rb") as file:
            file.seek(first)
            return file.read(min(limit, size - first)), size

    def _range(self, path: str, first: int, limit: int) -> bytes:
        """Return bytes of a file in git, without the whole of it in memory; git stops after the last one."""
        pieces, position = [], 0
        with closing(blob_parts(self._repo, f"{self._raw.commit}:{path}")) as parts:
            for piece in parts:
                pieces.append(piece[max(0, first - position) : max(0, first + limit - position)])
                position += len(piece)
                if position >= first + limit:
                    break
        return b"".join(pieces)

    @functools.cached_property
    def _paths(self) -> dict[str, int]:
        """The files of the run commit, or of the journal, each with its size."""
        if self._raw.commit is None:
            return live.files(self._live())
        out = self._repo.read("ls-tree", "-r", "-l", "-z", "--full-tree", self._raw.commit)
        sizes = {}
        for entry in os.fsdecode(out).split("\0")[:-1]:
            columns, _, path = entry.partition("\t")
            size = columns.split()[3]
            sizes[path] = int(size) if size.isdigit() else 0
        if any(path.startswith(f"{layout.ARTIFACTS}/") for path in sizes):
            for item in self.outputs:  # a pointer is not the content
                if item.get("where") == "store":
                    sizes.pop(f"{layout.ARTIFACTS}/{item['path']}", None)
        return sizes

    @functools.cached_property
    def _stored(self) -> dict[str, Path]:
        """The artifacts that the content store has."""
        files = ((item["path"], artifacts.stored(self._repo, item)) for item in self.outputs)
        return {f"{layout.ARTIFACTS}/{path}": file for path, file in files if file is not None}

    def _folder(self, commit: str) -> Path:
        folder = Path(layout.cache_dir(self._repo.common_dir), "artifacts", commit[:20])
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:  # a read-only repository can still be read
            return Path(tempfile.mkdtemp(prefix="gittrack-"))
        return folder

    def _live(self) -> Path:
        return Path(layout.live_dir(self._repo.common_dir), self.info.id)

    def _bytes(self, name: str) -> bytes | None:
        if self._raw.commit is None:
            return live.content(self._live(), name)
        return reader.content(self._repo, self._raw, name)

    def _yaml(self, name: str) -> Any:
        if self._raw.commit is not None:
            return reader.load_yaml(self._repo, self._raw, name)
        return live.document(self._live(), name)


def _first(start: int, size: int) -> int:
    """Return the first byte of a part; ``start`` below 0 is counted from the end."""
    return max(0, size + start) if start < 0 else min(start, size)


def _link(path: Path, content: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # An earlier link may lead to content that was removed and restored elsewhere.
    path.unlink(missing_ok=True)
    path.symlink_to(content)
