"""From a journal folder to the contents of a run commit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.core import layout
from gittrack.core.run import events, points, run_info, series
from gittrack.record.publish import logs
from gittrack.record.publish.tree import Artifact, FilePart, RunContents


class Collected(NamedTuple):
    """The contents of a run commit, and what the user of the run should know."""

    contents: RunContents
    notes: tuple[str, ...]


def collect(folder: Path, facts: Mapping[str, Any], state: events.JournalState) -> Collected:
    """Return what the journal in ``folder`` holds, with ``facts`` for its run.yaml."""
    metrics, points_file, notes = _series(folder, state.summary)
    diff = folder / layout.DIFF
    stored = [item["path"] for item in state.outputs if item.get("where") == "git"]
    contents = RunContents(
        facts,
        params=state.params,
        metrics=metrics,
        env=state.env,
        inputs=state.inputs,
        outputs=state.outputs,
        series=points_file,
        log=logs.assemble(folder),
        diff=diff.read_bytes() if diff.exists() else b"",
        artifacts=_artifacts(folder / layout.ARTIFACTS, stored),
    )
    return Collected(contents, notes)


def _artifacts(folder: Path, names: Sequence[str]) -> dict[str, Artifact]:
    return {name: _artifact(folder / name) for name in names}


def _artifact(path: Path) -> Artifact:
    status = path.lstat()
    if path.is_symlink():
        return Artifact(os.fsencode(os.readlink(path)), link=True)
    return Artifact(FilePart(path, status.st_size), executable=bool(status.st_mode & 0o100))


def _series(
    folder: Path, summary: Mapping[str, float]
) -> tuple[dict[str, run_info.Metric], FilePart | None, tuple[str, ...]]:
    path = folder / layout.SERIES
    notes: list[str] = []
    raw = folder / layout.POINTS
    if raw.exists() and raw.stat().st_size:
        times = folder / layout.POINT_TIMES
        lines, bad = points.convert(raw.read_bytes(), times.read_bytes() if times.exists() else b"")
        if bad:
            counted = "1 line is no point" if len(bad) == 1 else f"{len(bad)} lines are no points"
            notes.append(f"in GITTRACK_METRICS {counted}; line {bad[0].number}: {bad[0].reason}")
        path = _merged(path, lines, folder / "metrics.all.csv")
    try:
        metrics, part = _fold(path)
    except (ValueError, UnicodeDecodeError):
        path, dropped = _mended(path, folder / "metrics.mended.csv")
        notes.append(f"{dropped} damaged lines of metrics.csv were left out")
        metrics, part = _fold(path)
    for name, value in summary.items():
        metrics[name] = run_info.with_final(metrics.get(name), value)
    return metrics, part, tuple(notes)


def _fold(path: Path) -> tuple[dict[str, run_info.Metric], FilePart | None]:
    size = _whole_size(path)
    if size <= len(series.HEADER):
        return {}, None
    with open(path, encoding="utf-8", errors="surrogatepass", newline="\n") as text:
        return series.summarise(_upto(text, size)), FilePart(path, size)


def _upto(text: Iterable[str], size: int) -> Iterator[str]:
    """Yield lines until ``size`` bytes have gone by: a child may still be appending."""
    for line in text:
        size -= len(line) if line.isascii() else len(line.encode("utf-8", "surrogatepass"))
        if size < 0:
            return
        yield line


def _whole_size(path: Path) -> int:
    """Return the size of the file up to its last line break."""
    with open(path, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def _merged(path: Path, lines: str, target: Path) -> Path:
    shutil.copyfile(path, target)
    os.truncate(target, _whole_size(target))
    with open(target, "a", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        if file.tell() == 0:
            file.write(series.HEADER)
        file.write(lines)
    return target


def _mended(path: Path, target: Path) -> tuple[Path, int]:
    dropped = 0
    with open(path, "rb") as source, open(target, "wb") as copy:
        copy.write(series.HEADER.encode())
        for line in source:
            try:
                points = list(series.parse([line.decode("utf-8", "surrogatepass")]))
            except (ValueError, UnicodeDecodeError):
                dropped += 1
            else:
                copy.write(line if points else b"")
    return target, dropped
