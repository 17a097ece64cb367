"""Write runs as CSV, JSON Lines or Parquet, for spreadsheets and data frames.

The output has a row for each run, or a row for each point of each metric with --history.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from typing import Any, BinaryIO

from gittrack import git
from gittrack.cli.options import add_archived, add_experiment, add_where
from gittrack.cli.output import print_note, report_damage
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run.run_info import DAMAGED, RunInfo
from gittrack.core.standard.collections import Iterable, Iterator, Sequence
from gittrack.git import partial_clone
from gittrack.read.runs import query
from gittrack.read.runs.decoding import many_runs
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord, with_series
from gittrack.show.data import flat, history, jsonable
from gittrack.show.data.spool import Spool
from gittrack.show.terminal import table, text

Point = tuple[str, str, float, float, float]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track export``."""
    add_experiment(parser)
    add_where(parser)
    add_archived(parser)
    parser.add_argument(
        "--format",
        choices=("csv", "json", "parquet"),
        default="csv",
        help="the format (csv); json is one line for each run",
    )
    parser.add_argument(
        "--history",
        action="store_true",
        help="a row for each point: run, metric, step, value, time",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file instead of stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Write the runs, newest first; return 1 if a run is damaged or missing in a history."""
    repo = git.find()
    listing = query.listing(
        repo, experiment=args.experiment, query=args.where, archived=args.archived, lazy=True
    )
    damage = many_runs.DamageCount()
    if args.format == "parquet" and args.output is None and sys.stdout.isatty():
        raise TrackError("Parquet cannot be printed on a terminal", "name a file: -o runs.parquet")
    if args.format == "parquet":
        from gittrack.show.data import parquet  # noqa: PLC0415 - optional

        parquet.library()
    errors: dict[RunRecord, TrackError] = {}
    with contextlib.ExitStack() as stack:
        target = (
            stack.enter_context(_open_output(args.output)) if args.output else sys.stdout.buffer
        )
        if args.history:
            records = _records(repo, listing.runs, damage)
            _history(with_series(repo, records), errors, args.format, target)
        else:
            _runs(damage.decoded(repo, listing.runs), args.format, target)
        target.flush()
    partial = sum(isinstance(error, git.LeftOut) for error in errors.values())
    for error in errors.values():
        if not isinstance(error, git.LeftOut):
            print_note(f"warning: left out: {text.escape(error.message)}")
    if partial:
        problem = f"left out: {partial} runs whose points this partial clone does not have"
        print_note(f"warning: {problem}; all objects: {partial_clone.COMPLETE}")
    broken = damage.all
    broken += sum(isinstance(error, (Damaged, git.GitError)) for error in errors.values()) - partial
    return report_damage(broken, listing.total, damage.newer) or int(bool(errors))


def _open_output(path: str) -> BinaryIO:
    try:
        return open(path, "wb")
    except OSError as error:
        raise TrackError(f"{path} cannot be written: {error.strerror}", "check the path") from error


def _records(
    repo: git.Repo, raws: Iterable[Raw], damage: many_runs.DamageCount
) -> Iterator[RunRecord]:
    """Yield the records of runs, and count those that cannot be read."""
    for raw in raws:
        record = RunRecord(repo, raw, fetch=False)
        damage.add(raw, record.info)
        yield record


def _runs(infos: Iterable[RunInfo], style: str, target: BinaryIO) -> None:
    if style == "json":
        for info in infos:
            target.write(_line(jsonable.run(info)))
        return
    names: dict[str, Any] = {}  # the columns are known when all runs were read
    rows = Spool(_named(map(flat.row, infos), names))
    columns = flat.columns([names])
    if style == "parquet":
        from gittrack.show.data import parquet  # noqa: PLC0415 - optional

        parquet.write(rows, columns, target)
        return
    _csv([[flat.cell(name) for name in columns]], target)
    _csv(([flat.cell(row.get(name)) for name in columns] for row in rows), target)


def _named(rows: Iterable[dict[str, Any]], names: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield rows, and add their columns to names."""
    for row in rows:
        names.update(dict.fromkeys(row))
        yield row


def _history(
    records: Iterable[RunRecord], errors: dict[RunRecord, TrackError], style: str, target: BinaryIO
) -> None:
    if style == "parquet":
        from gittrack.show.data import parquet  # noqa: PLC0415 - optional

        parquet.write_history(_points(records, errors), target)
    elif style == "json":
        for point in _points(records, errors):
            target.write(_line(dict(zip(flat.HISTORY, point, strict=True))))
    else:
        _history_csv(records, errors, target)


def _history_csv(
    records: Iterable[RunRecord], errors: dict[RunRecord, TrackError], target: BinaryIO
) -> None:
    _write(history.line(flat.HISTORY), target)
    for record in _readable(records):
        lines = history.HistoryLines(record.id)
        try:
            for part in record.checked_series():
                _write("".join(lines.lines(part)), target)
        except TrackError as error:
            errors[record] = error


def _readable(records: Iterable[RunRecord]) -> Iterator[RunRecord]:
    return (record for record in records if record.info.status != DAMAGED)


def _points(records: Iterable[RunRecord], errors: dict[RunRecord, TrackError]) -> Iterator[Point]:
    """Yield the points of the runs; a run with an unreadable series has no points, but one of ``errors``."""
    for record in _readable(records):
        try:
            for step, name, value, seconds in record.points(whole=True):
                yield record.id, name, step, value, seconds
        except TrackError as error:
            errors[record] = error


def _line(item: dict[str, Any]) -> bytes:
    return json.dumps(jsonable.plain(item), allow_nan=False).encode() + b"\n"


def _csv(rows: Iterator[Sequence[str]] | Sequence[Sequence[str]], target: BinaryIO) -> None:
    buffer = io.StringIO()
    for row in rows:
        table.write_csv([row], buffer)
        if buffer.tell() > 1 << 16:
            _write(buffer.getvalue(), target)
            buffer.seek(0)
            buffer.truncate()
    _write(buffer.getvalue(), target)


def _write(lines: str, target: BinaryIO) -> None:
    """Write lines exactly; on a terminal, characters that could steer it are escaped."""
    safe = text.escape(lines, keep="\n") if target.isatty() else lines
    target.write(safe.encode("utf-8", "backslashreplace"))
