"""A recorded run, as the Python API returns it."""

from __future__ import annotations

from itertools import chain, islice

from gittrack import git
from gittrack.core import layout, values
from gittrack.core.errors import Damaged, TrackError, did_you_mean
from gittrack.core.run import facts, run_info, series
from gittrack.core.standard.collections import Iterable, Iterator, Mapping, Sequence, deque
from gittrack.core.standard.contextlib import contextmanager, suppress
from gittrack.core.standard.typing import TYPE_CHECKING, Any, NamedTuple
from gittrack.git import notes
from gittrack.git.content import blob_parts
from gittrack.read.files.record_files import RecordFiles
from gittrack.read.runs import live

if TYPE_CHECKING:
    import numpy as np
    from git import Commit


_AHEAD = 512  # runs whose series are read ahead
_SHORT = 1 << 16  # bytes of such a series


class History(NamedTuple):
    """The points of one metric, in the order of logging: three NumPy arrays of one length.

    ``times`` are seconds since the start of the run.
    """

    steps: np.ndarray[Any, Any]
    values: np.ndarray[Any, Any]
    times: np.ndarray[Any, Any]


class RunRecord(RecordFiles):
    """One recorded run: its facts, as attributes, and its files."""

    _series_ahead: bytes | None = None  # metrics.csv, if it was read ahead

    def __getattr__(self, name: str) -> Any:
        if name in run_info.RunInfo._fields:
            return getattr(self.info, name)
        fact = facts.LISTED.get(name)
        if fact is not None:
            return run_info.getter(fact)(self.info)
        raise AttributeError(f"a run has no {name!r}")

    def __repr__(self) -> str:
        return f"<run {self.info.id} of {self.info.experiment}, {self.info.status}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunRecord) and self.info == other.info

    def __hash__(self) -> int:
        return hash(self.info.id)

    @property
    def commit(self) -> Commit:
        """The run commit, as a ``git.Commit``.  Raises TrackError if the run has not ended."""
        if self.info.commit is None:
            raise TrackError(f"the run {self.info.id} is not committed yet", "wait for its end")
        return self._repo.gitpython().commit(self.info.commit)

    @property
    def env(self) -> dict[str, Any]:
        """The content of env.yaml, as a dict: Python, packages, machine."""
        return dict(self._yaml(layout.ENV) or {})

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The inputs, a dict each: ``path``, ``kind``, ``size`` in bytes, ``sha256``."""
        return list((self._yaml(layout.INPUTS) or {}).get("inputs", []))

    @property
    def written(self) -> dict[str, Any]:
        """What the command wrote below the work tree: ``files``, a dict each, and ``problem``.

        Empty if nobody looked: a run of the Python API alone, or of an earlier version.
        """
        return dict(self._yaml(layout.WRITTEN) or {})

    @property
    def diff(self) -> dict[str, Any]:
        """The uncommitted changes that the run was started with: ``base``, ``snapshot``, ``files``."""
        return dict(self._yaml(layout.DIFF) or {})

    @property
    def log(self) -> str:
        """The console output, as text; bytes that are not UTF-8 are replaced."""
        return (self._bytes(layout.LOG) or b"").decode(errors="replace")

    work_tree = property(lambda self: self._repo.work_tree, doc="The work tree of the repository.")

    def history(self, name: str) -> History:
        """Return the points of a metric as arrays ``.steps``, ``.values``, ``.times`` (in seconds).

        Parameters
        ----------
        name : str
            The metric.

        Raises
        ------
        TrackError
            If the run has no such metric.
        """
        from gittrack.read.series.blocks import GrowingColumn  # noqa: PLC0415 - with NumPy; a listing needs none

        values.check_name(name, "metric")
        columns = [GrowingColumn() for _ in History._fields]
        for block in self.blocks():
            for column, part in zip(columns, block.get(name, ()), strict=False):
                column.add(part)
        if not len(columns[0]) and name not in self.info.metrics:
            names = ", ".join(self.info.metrics) or "none"
            raise TrackError(
                f"the run {self.info.id} has no metric {name!r}",
                did_you_mean(name, self.info.metrics, f"it has: {names}"),
            )
        return History(*(column.array() for column in columns))

    def points(self, *, whole: bool = False) -> Iterator[tuple[float, str, float, float]]:
        """Yield (step, name, value, seconds since the start) of every point, in the order of logging.

        Parameters
        ----------
        whole : bool, default False
            Whether all lines are checked before the first point is yielded.

        Raises
        ------
        Damaged
            If a line is not a point.
        """
        parts = self.checked_series() if whole else series.whole_parts(self.series())
        with damage_named(self):
            yield from series.parse(chain.from_iterable(map(series.text_lines, parts)))

    def blocks(self) -> Iterator[Mapping[str, tuple[Any, Any, Any]]]:
        """Yield the points in parts, by metric: steps, values and seconds, as lists or NumPy arrays.

        Few points are one part with lists.

        Raises
        ------
        Damaged
            If a line is not a point.
        """
        parts = self.series()
        data, is_all = series.beginning(parts)
        with damage_named(self):
            if is_all:
                yield series.columns(series.text_lines(data))
                return
            from gittrack.read.series import blocks  # noqa: PLC0415 - few runs have so many points

            yield from blocks.blocks(chain([data], parts))

    def checked_series(self) -> Iterator[bytes]:
        """Yield metrics.csv in parts that end with a line, after all lines were checked; raises Damaged."""
        data, is_all = series.beginning(self.series())
        if is_all:
            with damage_named(self):
                series.columns(series.text_lines(data))
            yield data
            return
        deque(self.blocks(), maxlen=0)
        yield from series.whole_parts(self.series())

    def series(self) -> Iterator[bytes]:
        """Yield metrics.csv in parts, so that many points take little memory."""
        if self._series_ahead is not None:
            yield self._series_ahead
            return
        if self._raw.commit is None:
            try:
                yield from live.series_parts(self._live())
            except FileNotFoundError:
                raise TrackError(
                    f"the run {self.info.id} has just ended", "repeat the command"
                ) from None
            return
        size = 0
        try:
            for part in blob_parts(self._repo, f"{self._raw.commit}:{layout.SERIES}"):
                size += len(part)
                yield part
        except git.GitError:
            if size:
                raise
            yield self._bytes(layout.SERIES) or b""  # it raises the error that says what is missing


def with_series(repo: git.Repo, records: Iterable[RunRecord]) -> Iterator[RunRecord]:
    """Yield records whose short series are read ahead, a block of them by two git processes.

    A series that is long, or that cannot be read so, is left to `RunRecord.series`.
    """
    is_partial = notes.promisor(repo) is not None
    rest = iter(records)
    while block := list(islice(rest, _AHEAD)):
        committed = [record for record in block if record._raw.commit is not None]
        if not is_partial:
            with suppress(git.GitError):  # of one run: each is read alone, and names its own damage
                _read_ahead(repo, committed)
        block.reverse()
        while block:
            yield block.pop()


def _read_ahead(repo: git.Repo, records: Sequence[RunRecord]) -> None:
    names = [f"{record._raw.commit}:{layout.SERIES}" for record in records]
    sizes = git.sizes(repo, names)
    short = [at for at, size in enumerate(sizes) if size is not None and size <= _SHORT]
    contents = git.read_objects(repo, [names[at] for at in short])
    for at, content in zip(short, contents, strict=True):
        records[at]._series_ahead = content


@contextmanager
def damage_named(run: RunRecord) -> Iterator[None]:
    """Raise Damaged with the id of the run for a line of its series that is not a point."""
    try:
        yield
    except ValueError as error:
        raise Damaged(
            f"metrics.csv of {run.info.id} is damaged: {error}", "see: git track doctor"
        ) from error
