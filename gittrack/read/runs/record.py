"""A recorded run, as the Python API hands it out."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError, did_you_mean
from gittrack.core.run import run_info, series
from gittrack.disk import restore
from gittrack.read.runs import live, reader

if TYPE_CHECKING:
    import numpy as np
    from git import Commit


class History(NamedTuple):
    """The points of one metric, in the order of logging: three NumPy arrays of one length.

    ``times`` are seconds since the start of the run.
    """

    steps: np.ndarray[Any, Any]
    values: np.ndarray[Any, Any]
    times: np.ndarray[Any, Any]


class RunRecord:
    """One recorded run: ``.params``, ``.metrics``, ``.status``, ... as in `model.RunInfo`, and its files."""

    def __init__(self, repo: git.Repo, raw: reader.Raw) -> None:
        self._repo = repo
        self._raw = raw
        self.info = reader.decode(repo, raw)

    def __getattr__(self, name: str) -> Any:
        if name in run_info.RunInfo._fields:
            return getattr(self.info, name)
        raise AttributeError(f"a run has no {name!r}")

    def __repr__(self) -> str:
        return f"<run {self.info.id} of {self.info.experiment}, {self.info.status}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunRecord) and self.info == other.info

    def __hash__(self) -> int:
        return hash(self.info.id)

    @property
    def commit(self) -> Commit:
        """The run commit, as a ``git.Commit``.  Raises TrackError for a run that is going on."""
        if self.info.commit is None:
            raise TrackError(f"the run {self.info.id} is not committed yet", "wait for its end")
        return self._repo.object().commit(self.info.commit)

    @property
    def env(self) -> dict[str, Any]:
        """What env.yaml holds: Python, packages, machine."""
        return dict(self._yaml(layout.ENV) or {})

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The fingerprints of the data that was read."""
        return list((self._yaml(layout.INPUTS) or {}).get("inputs", []))

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """The manifest of the artifacts."""
        return list((self._yaml(layout.OUTPUTS) or {}).get("outputs", []))

    @property
    def diff(self) -> dict[str, Any]:
        """The uncommitted changes that the run was started with."""
        return dict(self._yaml(layout.DIFF) or {})

    @property
    def log(self) -> str:
        """The console output, with what is not UTF-8 replaced."""
        return (self._bytes(layout.LOG) or b"").decode(errors="replace")

    def history(self, name: str) -> History:
        """Return the series of a metric.  Raises TrackError where the run has none of that name."""
        import numpy as np  # noqa: PLC0415 - 140 ms that a listing has no use for

        points = [point for point in self.points() if point[1] == name]
        if not points and name not in self.info.metrics:
            known = ", ".join(self.info.metrics) or "none"
            raise TrackError(
                f"the run {self.info.id} has no metric {name!r}",
                did_you_mean(name, self.info.metrics, f"it has: {known}"),
            )
        steps, values, times = (np.array([point[i] for point in points]) for i in (0, 2, 3))
        return History(steps, values, times)

    def points(self, *, whole: bool = False) -> Iterator[tuple[float, str, float, float]]:
        """Yield (step, name, value, seconds) of every point, in the order of logging.

        Raises Damaged for a line that is no point; with ``whole`` before the first point is yielded.
        """
        data = self._bytes(layout.SERIES)
        if data is None and self._raw.commit is None:
            raise TrackError(f"the run {self.info.id} has just ended", "ask once more")
        try:
            if whole:
                series.summarise(series.text_lines(data or b""))
            yield from series.parse(series.text_lines(data or b""))
        except ValueError as error:
            raise Damaged(
                f"metrics.csv of {self.info.id} is damaged: {error}", "see: git track doctor"
            ) from error

    def artifact(self, name: str) -> Path:
        """Return the path of a copy of an artifact (file or folder) that is safe to read.

        Raises TrackError where the run has none of that name.
        """
        wanted = layout.check_artifact_name(name)
        if self._raw.commit is None:
            copy = self._live() / layout.ARTIFACTS / wanted
            if copy.exists():
                return copy
        files = {item["path"]: item for item in self.outputs if item.get("where") == "git"}
        chosen = restore.chosen(files, wanted)
        if not chosen or self._raw.commit is None:
            known = ", ".join(files) or "none"
            raise TrackError(
                f"the run {self.info.id} has no artifact {name!r}",
                did_you_mean(name, files, f"it has: {known}"),
            )
        target = self._folder(self._raw.commit)
        for path in chosen:
            if not os.path.lexists(restore.check(target, path, files[path])):
                restore.write(target, path, self.read(path), files[path])
        return target / wanted

    def files(self) -> dict[str, int]:
        """Return {path: size in bytes} of every file of the run."""
        if self._raw.commit is None:
            return live.files(self._live())
        out = self._repo.read("ls-tree", "-r", "-l", "-z", "--full-tree", self._raw.commit)
        found = {}
        for entry in os.fsdecode(out).split("\0")[:-1]:
            facts, _, path = entry.partition("\t")
            size = facts.split()[3]
            found[path] = int(size) if size.isdigit() else 0
        return found

    def read(self, path: str) -> bytes:
        """Return the content of a file of the run, by its path or its name among the artifacts.

        Raises TrackError with near names where there is none.
        """
        for name in (path, f"{layout.ARTIFACTS}/{path}"):
            data = self._bytes(name) if name in self._paths else None
            if data is not None:
                return data
        known = [*self._paths, *(name.removeprefix(f"{layout.ARTIFACTS}/") for name in self._paths)]
        raise TrackError(
            f"the run {self.info.id} has no file {path!r}",
            did_you_mean(path, known, f"see: git track files {self.info.id[16:]}"),
        )

    @functools.cached_property
    def _paths(self) -> dict[str, int]:
        return self.files()

    def _folder(self, commit: str) -> Path:
        folder = Path(layout.cache_dir(self._repo.common_dir), "artifacts", commit[:20])
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:  # a repository that cannot be written can still be read
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
