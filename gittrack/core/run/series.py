"""metrics.csv: ``step,name,value,time``, one line per point, append-only; and its summary.

``time`` is in seconds since the start of the run.  The file is written in its final form while the run
goes on, so that recovery after a kill uses the longest prefix of complete lines.
"""

from __future__ import annotations

import io

from gittrack.core.run.run_info import Metric
from gittrack.core.run.series_summary import SeriesSummary
from gittrack.core.standard.collections import Iterable, Iterator

HEADER = "step,name,value,time\n"
FEW = 2 << 20  # bytes that are parsed line by line sooner than NumPy is imported


def cell(name: str) -> str:
    """Return the name of a metric as a CSV cell on one line.

    A name that contains a line break or begins with a backslash is escaped and gets a backslash in front.

    Notes
    -----
    CSV as in RFC 4180.
    """
    if "\n" in name or "\r" in name or name.startswith("\\"):
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        name = "\\" + escaped
    return '"' + name.replace('"', '""') + '"' if "," in name or '"' in name else name


def _name(text: str) -> str:
    """Return the name that `cell` escaped."""
    out, chars = [], iter(text[1:])
    for char in chars:
        follow = next(chars, "") if char == "\\" else None
        out.append(char if follow is None else {"n": "\n", "r": "\r"}.get(follow, follow))
    return "".join(out)


def line(name: str, value: float, step: float, seconds: float) -> str:
    """Return one point as a line of metrics.csv."""
    return f"{step!r},{cell(name)},{value!r},{seconds:.3f}\n"


def whole_lines(data: bytes) -> bytes:
    """Return ``data`` up to its last newline: an incomplete last line was never acknowledged."""
    return data[: data.rfind(b"\n") + 1]


def to_number(text: str) -> int | float:
    """Return the number in a cell.  Raises ValueError if the text is not a number."""
    return int(text) if text.removeprefix("-").isdigit() else float(text)


def parse(lines: Iterable[str]) -> Iterator[tuple[float, str, float, float]]:
    """Yield (step, name, value, seconds) for the lines of a metrics.csv, with or without the header.

    Raises ValueError for a line that is not a point; the error has its number.
    """
    for number, text in enumerate(lines, 1):
        if number > 1 or text != HEADER:
            yield _point(text, number)


def _point(text: str, number: int) -> tuple[float, str, float, float]:
    try:
        step, name, value, seconds = _cells(text)
        name = _name(name) if name[:1] == "\\" else name
        return to_number(step), name, to_number(value), float(seconds)
    except ValueError:
        raise ValueError(f"line {number} is not 'step,name,value,time'") from None


def _cells(text: str) -> list[str]:
    if '"' not in text:
        return text.rstrip("\n").split(",")
    import csv  # noqa: PLC0415 - few metrics have a comma or a quote in their names

    try:
        return next(csv.reader([text]))
    except csv.Error as error:
        raise ValueError(str(error)) from error


Columns = tuple[list[float], list[float], list[float]]


def columns(lines: Iterable[str]) -> dict[str, Columns]:
    """Return {name: (steps, values, seconds)} for the lines of a metrics.csv."""
    metrics: dict[str, Columns] = {}
    for step, name, value, seconds in parse(lines):
        of_name = metrics.get(name)
        if of_name is None:
            of_name = metrics[name] = ([], [], [])
        of_name[0].append(step)
        of_name[1].append(value)
        of_name[2].append(seconds)
    return metrics


def summarise(lines: Iterable[str]) -> dict[str, Metric]:
    """Return {name: Metric} for the lines of a metrics.csv: the same as ``fold(parse(lines))``.

    Lines without quotes, which are nearly all, are parsed faster: ten million points take seconds.
    """
    folds: dict[str, SeriesSummary] = {}
    for number, text in enumerate(lines, 1):
        if '"' in text or "\\" in text or text == HEADER:
            for step, name, value, _ in parse([text]) if number == 1 else [_point(text, number)]:
                _fold_of(folds, name).add(step, value)
            continue
        try:
            at, name, cell, seconds = text.split(",")
            value = float(cell) if "." in cell else to_number(cell)
            step = int(at) if at.isdigit() else to_number(at)
            float(seconds)
        except ValueError:
            raise ValueError(f"line {number} is not 'step,name,value,time'") from None
        (folds.get(name) or _fold_of(folds, name)).add(step, value)
    return {name: fold.metric() for name, fold in folds.items()}


def fold(points: Iterable[tuple[float, str, float, float]]) -> dict[str, Metric]:
    """Return {name: Metric} for points.  NaN is counted, but is never the minimum or the maximum.

    Memory grows with the number of metrics, not with the number of points.
    """
    folds: dict[str, SeriesSummary] = {}
    for step, name, value, _ in points:
        _fold_of(folds, name).add(step, value)
    return {name: fold.metric() for name, fold in folds.items()}


def _fold_of(folds: dict[str, SeriesSummary], name: str) -> SeriesSummary:
    summary = folds.get(name)
    if summary is None:
        folds[name] = summary = SeriesSummary()
    return summary


def whole_parts(parts: Iterable[bytes], size: int = 1 << 18) -> Iterator[bytes]:
    """Yield data in parts of ``size`` bytes or more that end with a line; the last one may end without."""
    waiting = b""
    pieces: list[bytes] = []
    length = 0
    for part in parts:
        pieces.append(part)
        length += len(part)
        end = part.rfind(b"\n") + 1
        if length >= size and end:
            yield b"".join((waiting, *pieces[:-1], part[:end]))
            waiting, pieces, length = part[end:], [], len(part) - end
    if rest := b"".join((waiting, *pieces)):
        yield rest


def beginning(parts: Iterator[bytes], most: int = FEW) -> tuple[bytes, bool]:
    """Return the beginning of data, and whether it is all: the data has no more than ``most`` bytes."""
    pieces: list[bytes] = []
    size = 0
    for part in parts:
        pieces.append(part)
        size += len(part)
        if size > most:
            return b"".join(pieces), False
    return b"".join(pieces), True


def text_lines(data: bytes) -> io.TextIOWrapper:
    """Return the bytes of a metrics.csv as lines of text."""
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", "surrogatepass", newline="\n")
