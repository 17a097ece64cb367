"""Read runs that are going on or crashed from their journals, with their current values."""

from __future__ import annotations

import os
import time
from pathlib import Path

from gittrack import git
from gittrack.core import layout, settings, yaml_read
from gittrack.core.run import events, run_info, series
from gittrack.core.run.points import convert
from gittrack.core.standard import functools
from gittrack.core.standard.collections import Callable, Iterable, Iterator, Mapping
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import journal_owner

_WHOLE = 8 << 20
_CLOCKS_DIFFER_SECONDS = 900.0  # at most, between two machines


def read(repo: git.Repo, path: str) -> run_info.RunInfo | None:
    """Return the run of a journal; see `read_each`."""
    return next(read_each(repo, [path]))


def read_each(repo: git.Repo, paths: Iterable[str]) -> Iterator[run_info.RunInfo | None]:
    """Yield the run of each journal; None if the journal is empty or was removed.

    The status is ``running`` if the process that records the run is alive (`disk.journal_owner`), else
    ``crashed``.  A run that ended but could not be committed has the status of its end.

    Of a series over 8 MiB only the end is read: the last values are right, but min, max and count are those
    of the end.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    paths : iterable of str
        The folders of the journals.

    Notes
    -----
    The setting for journals of other hosts is read at most once, not once per journal.
    """

    @functools.cache
    def patience() -> float:
        return settings.adopt_after(git.parse_config(repo.config().output()))

    for path in paths:
        yield _read_safely(Path(path), patience)


def _read_safely(folder: Path, patience: Callable[[], float]) -> run_info.RunInfo | None:
    try:
        return _read(folder, patience)
    except FileNotFoundError:
        return None  # the run was committed in the meantime
    except Exception as error:  # noqa: BLE001 - one bad journal never hides the other runs
        reason = str(error) or type(error).__name__
        return run_info.RunInfo(
            folder.name, layout.DEFAULT_EXPERIMENT, run_info.DAMAGED, problem=reason
        )


def _read(folder: Path, patience: Callable[[], float]) -> run_info.RunInfo | None:
    journal_owner.check_files(folder)
    alive = journal_owner.is_alive(folder, patience)
    if (folder / layout.EVENTS).stat().st_size == 0:
        return None
    facts, params, metrics = current(folder, alive=alive)
    summaries = {name: metric.to_dict() for name, metric in metrics.items()}
    return run_info.from_facts(facts, params, summaries)


def current(
    folder: Path, *, alive: bool
) -> tuple[dict[str, Any], dict[str, Any], dict[str, run_info.Metric]]:
    """Return the facts, the params and the metrics that a journal has now.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    alive : bool
        Whether the process that records the run is alive.

    Raises
    ------
    FileNotFoundError
        If the run was committed in the meantime.
    ValueError
        If the journal is damaged.
    """
    state = events.read(folder / layout.EVENTS, folder.name)
    metrics = _metrics(folder)
    touched = (folder / layout.SERIES).stat().st_mtime
    end = {} if alive else journal_owner.stored_end(folder, state.facts)
    facts = {**state.facts, **end, **events.derived_facts(state)}
    has_ended = facts.get("ended") and facts.get("status") in run_info.ENDS
    if alive or not has_ended:
        facts["status"] = run_info.RUNNING if alive else run_info.CRASHED
        until = _now_there(folder, state.facts) if alive else touched
        facts["duration_s"] = events.duration_at(state.facts, until)
    for name, value in state.summary.items():
        metrics[name] = run_info.with_final(metrics.get(name), value)
    return facts, state.params, metrics


def _now_there(folder: Path, facts: Mapping[str, Any]) -> float:
    """Return the time on the clock of the machine that records a run, which may differ from the clock here.

    The lock is made when the run starts, so the time of its file is that of the start on the clock here.
    """
    start = run_info.from_iso(facts.get("resumed_at") or facts["started"])
    try:
        ahead = start - (folder / layout.LOCK).stat().st_mtime
    except FileNotFoundError:
        ahead = 0.0
    return time.time() + (ahead if abs(ahead) < _CLOCKS_DIFFER_SECONDS else 0.0)


def series_lines(folder: Path, limit: int | None = None) -> list[str]:
    """Return the points of a live run as lines of metrics.csv.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    limit : int or None
        How many bytes of the end of the file are read at most; None: the whole file.
    """
    path = folder / layout.SERIES
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = 0 if limit is None or size <= limit else size - limit
        file.seek(start)
        data = series.whole_lines(file.read())
    if start:
        data = data[data.find(b"\n") + 1 :]
    lines = data.decode("utf-8", "surrogatepass").split("\n")[:-1]
    return [line + "\n" for line in (*lines, *_written_by_command(folder))]


def series_parts(folder: Path) -> Iterator[bytes]:
    """Yield the points of a live run as metrics.csv, in parts, so that many take little memory.

    Raises FileNotFoundError if the run was committed in the meantime.
    """
    with open(folder / layout.SERIES, "rb") as file:
        for part in series.whole_parts(iter(lambda: file.read(1 << 18), b"")):
            yield series.whole_lines(part)
    written = _written_by_command(folder)
    if written:
        yield "".join(f"{line}\n" for line in written).encode("utf-8", "surrogatepass")


class Tail(NamedTuple):
    """How far the points of a live run were read: bytes of its series, lines that its command wrote."""

    size: int = 0
    lines: int = 0


def points_after(folder: Path, tail: Tail, most: int = -1) -> tuple[list[str], Tail] | None:
    """Return the points of a live run that were logged since ``tail``, as lines of metrics.csv.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    tail : Tail
        Where the last call ended.
    most : int, default -1
        The largest number of bytes to read at once; -1: all.

    Returns
    -------
    tuple or None
        The lines and the new tail; None if the journal does not continue there, because it was replaced.

    Raises
    ------
    FileNotFoundError
        If the run was committed in the meantime.
    """
    with open(folder / layout.SERIES, "rb") as file:
        if file.seek(0, os.SEEK_END) < tail.size:
            return None
        file.seek(tail.size)
        data = series.whole_lines(file.read(most))
    written = _written_by_command(folder)
    if len(written) < tail.lines:
        return None
    lines = data.decode("utf-8", "surrogatepass").split("\n")[:-1]
    fresh = [line + "\n" for line in (*lines, *written[tail.lines :])]
    return fresh, Tail(tail.size + len(data), len(written))


def _written_by_command(folder: Path) -> list[str]:
    """Return the points that the command of a live run wrote itself, as lines without line breaks."""
    points, times = folder / layout.POINTS, folder / layout.POINT_TIMES
    if not points.exists():
        return []
    lines, _ = convert(points.read_bytes(), times.read_bytes() if times.exists() else b"")
    return lines.split("\n")[:-1]


def files(folder: Path) -> dict[str, int]:
    """Return {path: size in bytes} of the files that a live run has so far."""
    names = (layout.PARAMS, layout.SERIES, layout.DIFF, layout.LOG, layout.STREAMS)
    paths = {name: folder / name for name in names if (folder / name).is_file()}
    artifacts = folder / layout.ARTIFACTS
    for path in sorted(artifacts.rglob("*")) if artifacts.is_dir() else ():
        if path.is_file() or path.is_symlink():
            paths[path.relative_to(folder).as_posix()] = path
    return {name: path.lstat().st_size for name, path in paths.items()}


def content(folder: Path, name: str) -> bytes | None:
    """Return a file of a live run; the series includes the points that the command wrote itself."""
    path = folder / name
    if name == layout.SERIES and path.is_file():
        return "".join(series_lines(folder)).encode("utf-8", "surrogatepass")
    return path.read_bytes() if path.is_file() else None


def _metrics(folder: Path) -> dict[str, run_info.Metric]:
    good: list[tuple[float, str, float, float]] = []
    for line in series_lines(folder, _WHOLE):
        try:
            good.extend(series.parse([line]))
        except ValueError:
            continue  # `recover` and `finish` report damaged lines; a listing shows the others
    return series.fold(good)


def document(folder: Path, name: str) -> Any:
    """Return the current content of the YAML file ``name`` of a live run."""
    state = events.read(folder / layout.EVENTS, folder.name)
    if name == layout.DIFF:
        path = folder / layout.DIFF
        return yaml_read.load_stored(path.read_bytes(), name) if path.exists() else None
    return {
        layout.ENV: state.env,
        layout.INPUTS: {"inputs": state.inputs},
        layout.OUTPUTS: {"outputs": state.outputs},
    }.get(name)
