"""Read the contents of a run commit from a journal folder."""

from __future__ import annotations

import os
import stat

from gittrack.core import digests, layout
from gittrack.core.run import events, media_index, points, run_info, series
from gittrack.core.standard.collections import Iterable, Iterator, Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import lfs_pointer
from gittrack.record import artifacts as record_artifacts
from gittrack.record.machine import lock_files
from gittrack.record.publish import logs
from gittrack.record.publish.tree import Artifact, FilePart, RunContents


class Collected(NamedTuple):
    """The contents of a run commit, and notes for the user."""

    contents: RunContents
    notes: tuple[str, ...]


def collect(folder: Path, facts: Mapping[str, Any], state: events.JournalState) -> Collected:
    """Return the contents of the journal in ``folder``.

    Parameters
    ----------
    folder : Path
        The folder of the journal.
    facts : mapping
        The facts for run.yaml.
    state : State
        The sum of the operations of the journal.
    """
    metrics, points_file, notes = _series(folder, state)
    diff, written = folder / layout.DIFF, folder / layout.WRITTEN
    log = logs.assemble(folder)
    outputs, artifacts, lost = _outputs(folder / layout.ARTIFACTS, state.outputs)
    contents = RunContents(
        facts,
        params=state.params,
        metrics=metrics,
        env=state.env,
        inputs=state.inputs,
        outputs=outputs,
        series=points_file,
        log=log,
        streams=logs.streams(folder, log),
        diff=diff.read_bytes() if diff.exists() else b"",
        written=written.read_bytes() if written.exists() else b"",
        artifacts=artifacts,
        locks={path: Artifact(content) for path, content in lock_files.copies(folder).items()},
    )
    return Collected(contents, (*notes, *lost))


def _outputs(
    folder: Path, entries: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], dict[str, Artifact], list[str]]:
    """Return the entries of outputs.yaml, the artifacts in the journal, and a note on each that is lost."""
    record_artifacts.settle(folder, entries)
    outputs, artifacts, notes = [], {}, []
    for entry in entries:
        name = entry["path"]
        try:
            if entry.get("where") == "git":
                artifacts[name] = _artifact(os.path.join(folder, name))
            elif pointer := _pointer(entry, entries):
                artifacts[name] = pointer
            outputs.append(entry)
        except (FileNotFoundError, NotADirectoryError):  # the other data of the run is not lost
            reason = "its copy in the journal of the run was deleted"
            outputs.append({**entry, "where": "left out", "reason": reason})
            notes.append(f"the artifact {name} has only its digest: {reason}")
    for path, content in _indexes(outputs):
        digest = digests.sha256(content).hexdigest()
        outputs = [entry for entry in outputs if entry["path"] != path]
        outputs.append({"path": path, "size": len(content), "sha256": digest, "where": "git"})
        artifacts[path] = Artifact(content)
    return outputs, artifacts, notes


def _pointer(entry: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Artifact | None:
    """Return the pointer file of an artifact in the store; None if it has no place in the tree.

    An artifact ``a`` and one ``a/b``, logged at different times, cannot both be in a tree.
    """
    content = lfs_pointer.of_entry(entry) if entry.get("where") == "store" else None
    name = entry["path"]
    clash = any(
        name.startswith(f"{other['path']}/") or other["path"].startswith(f"{name}/")
        for other in entries
    )
    if content is None or clash:
        return None
    return Artifact(lfs_pointer.text(content), executable=bool(entry.get("executable")))


def _indexes(outputs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of the index of each name that media have."""
    for entries in media_index.by_name(outputs).values():
        yield media_index.index_path(entries), media_index.index(entries)


def _artifact(path: str) -> Artifact:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return Artifact(os.fsencode(os.readlink(path)), link=True)
    return Artifact(FilePart(path, status.st_size), executable=bool(status.st_mode & 0o100))


def _series(
    folder: Path, state: events.JournalState
) -> tuple[dict[str, run_info.Metric], FilePart | None, tuple[str, ...]]:
    path = folder / layout.SERIES
    notes: list[str] = []
    raw = folder / layout.POINTS
    if raw.exists() and raw.stat().st_size:
        times = folder / layout.POINT_TIMES
        lines, bad = points.convert(raw.read_bytes(), times.read_bytes() if times.exists() else b"")
        if bad:
            count = "1 line is not a point" if len(bad) == 1 else f"{len(bad)} lines are not points"
            notes.append(f"in GITTRACK_METRICS {count}; line {bad[0].number}: {bad[0].reason}")
        path = _merged(path, lines, folder / "metrics.all.csv")
    try:
        metrics, part = _summarise(path, state.series)
    except (ValueError, UnicodeDecodeError):
        path, dropped = _without_damaged_lines(path, folder / "metrics.mended.csv")
        count = "1 damaged line" if dropped == 1 else f"{dropped} damaged lines"
        notes.append(f"left out of metrics.csv: {count}")
        metrics, part = _summarise(path, {})
    for name, value in state.summary.items():
        metrics[name] = run_info.with_final(metrics.get(name), value)
    return metrics, part, tuple(notes)


def _summarise(
    path: Path, logged: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, run_info.Metric], FilePart | None]:
    """Return the metrics of a series and its file up to the last whole line; None without points.

    Parameters
    ----------
    path : Path
        The file.
    logged : mapping
        The summaries that the processes which logged the points have written.  They are used if they are
        those of all lines.
    """
    size = _whole_size(path)
    if size <= len(series.HEADER):
        return {}, None
    metrics = {name: run_info.Metric(*summary) for name, summary in logged.items()}
    points = sum(metric.count for metric in metrics.values())
    if points and _count_lines(path, size) == points + 1:
        return metrics, FilePart(path, size)
    with open(path, encoding="utf-8", errors="surrogatepass", newline="\n") as text:
        return series.summarise(_lines_within(text, size)), FilePart(path, size)


def _count_lines(path: Path, size: int) -> int:
    """Return the number of lines in the first ``size`` bytes; 0 if the first one is not the header."""
    count = 0
    with open(path, "rb") as file:
        if file.readline() != series.HEADER.encode():
            return 0
        file.seek(0)
        while size > 0 and (part := file.read(min(size, 1 << 18))):
            count += part.count(b"\n")
            size -= len(part)
    return count


def _lines_within(text: Iterable[str], size: int) -> Iterator[str]:
    """Yield the lines of the first ``size`` bytes, because a child process may still append lines."""
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
            position = file.read(end - start).rfind(b"\n")
            if position >= 0:
                return start + position + 1
            end = start
    return 0


def _merged(path: Path, lines: str, target: Path) -> Path:
    """Write the whole lines of a series and then ``lines`` to ``target``; return ``target``."""
    import shutil  # noqa: PLC0415 - 2 ms; only the points of a foreign command need it

    shutil.copyfile(path, target)
    os.truncate(target, _whole_size(target))
    with open(target, "a", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        if file.tell() == 0:
            file.write(series.HEADER)
        file.write(lines)
    return target


def _without_damaged_lines(path: Path, target: Path) -> tuple[Path, int]:
    """Write the valid lines of a series to ``target``; return it and the number of lines left out."""
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
