"""The files of a run commit, made from its journal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.core import layout, yaml_write
from gittrack.core.run import commit_message, events, points, run_info, series
from gittrack.core.scalars import float_text
from gittrack.git import objects
from gittrack.record.publish import logs


class Contents(NamedTuple):
    """A written tree, the summaries in it, and what its user should know."""

    tree: str
    metrics: dict[str, run_info.Metric]
    notes: tuple[str, ...]


def write(
    store: objects.Store, folder: Path, facts: Mapping[str, Any], state: events.State
) -> Contents:
    """Write every file of the run and return the tree; files that would be empty are left out."""
    summary, series_entry, notes = _series(store, folder, state.summary)
    files: dict[str, Any] = {
        layout.RUN: yaml_write.dump(facts),
        layout.PARAMS: yaml_write.dump(state.params, sort=True) if state.params else None,
        layout.METRICS: yaml_write.dump(
            {name: metric.to_dict() for name, metric in summary.items()}, sort=True, flow_from=1
        )
        if summary
        else None,
        layout.ENV: yaml_write.dump(state.env) if state.env else None,
        layout.INPUTS: yaml_write.dump({"inputs": state.inputs}) if state.inputs else None,
        layout.OUTPUTS: yaml_write.dump({"outputs": state.outputs}) if state.outputs else None,
        layout.LOG: logs.assemble(folder),
    }
    diff = folder / layout.DIFF
    if diff.exists():
        files[layout.DIFF] = diff.read_bytes()
    entries = [
        objects.Entry("100644", name, store.blob(data)) for name, data in files.items() if data
    ]
    kept = [item for item in state.outputs if item.get("where") == "git"]
    if kept:
        tree = _artifact_tree(store, folder / layout.ARTIFACTS, [i["path"] for i in kept])
        entries.append(objects.Entry("40000", layout.ARTIFACTS, tree))
    return Contents(store.tree([*entries, *series_entry]), summary, notes)


def _series(
    store: objects.Store, folder: Path, summary: Mapping[str, float]
) -> tuple[dict[str, run_info.Metric], list[objects.Entry], tuple[str, ...]]:
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
        found, entries = _fold(store, path)
    except (ValueError, UnicodeDecodeError):
        path, dropped = _mended(path, folder / "metrics.mended.csv")
        notes.append(f"{dropped} damaged lines of metrics.csv were left out")
        found, entries = _fold(store, path)
    for name, value in summary.items():
        found[name] = run_info.with_final(found.get(name), value)
    return found, entries, tuple(notes)


def _fold(
    store: objects.Store, path: Path
) -> tuple[dict[str, run_info.Metric], list[objects.Entry]]:
    with open(path, "rb") as file:
        size = _whole_size(path)
        if size <= len(series.HEADER):
            return {}, []
        with open(path, encoding="utf-8", errors="surrogatepass", newline="\n") as text:
            found = series.summarise(_upto(text, size))
        return found, [objects.Entry("100644", layout.SERIES, store.blob_of(file, size))]


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


def _artifact_tree(store: objects.Store, folder: Path, names: list[str]) -> str:
    entries: list[objects.Entry] = []
    inner: dict[str, list[str]] = {}
    for name in names:
        head, _, rest = name.partition("/")
        if rest:
            inner.setdefault(head, []).append(rest)
            continue
        path = folder / head
        if path.is_symlink():
            entries.append(
                objects.Entry("120000", head, store.blob(os.fsencode(os.readlink(path))))
            )
            continue
        with open(path, "rb") as file:
            stat = os.fstat(file.fileno())
            mode = "100755" if stat.st_mode & 0o100 else "100644"
            entries.append(objects.Entry(mode, head, store.blob_of(file, stat.st_size)))
    for head, rest_names in inner.items():
        tree = _artifact_tree(store, folder / head, rest_names)
        entries.append(objects.Entry("40000", head, tree))
    return store.tree(entries)


def message(
    facts: Mapping[str, Any], params: Mapping[str, Any], metrics: Mapping[str, run_info.Metric]
) -> str:
    """Return the commit message: a subject for people, a body for listings."""
    shown = [
        f"{commit_message.key_text(name)}={float_text(float(f'{metrics[name].last:.4g}'))}"
        for name in run_info.headline(metrics)
    ]
    subject = " ".join([facts["experiment"], facts["id"], facts["status"], *shown])
    summaries = {name: metric.to_dict() for name, metric in metrics.items()}
    return f"{subject}\n\n{commit_message.encode(facts, params, summaries)}"
