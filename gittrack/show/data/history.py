"""The points of a run as lines of a CSV file for spreadsheets: ``run,metric,step,value,time``."""

from __future__ import annotations

import io

from gittrack.core.run import series
from gittrack.core.standard.collections import Callable, Iterator, Sequence
from gittrack.show.data import flat
from gittrack.show.terminal import table


class HistoryLines:
    """Makes the lines of a run from parts of its metrics.csv.

    There may be millions of lines: most parts are cut into columns, which are converted by one call each.
    """

    def __init__(self, run: str) -> None:
        self._run = run
        self._heads = _Memory(lambda name: line([run, name])[:-1])

    def lines(self, part: bytes) -> Iterator[str]:
        """Yield the lines for a part that consists of whole, valid lines of a metrics.csv, as text."""
        text = part.decode("utf-8", "surrogatepass").removeprefix(series.HEADER)
        cells = text.removesuffix("\n").replace("\n", ",").split(",")
        if any(mark in text for mark in '"\\\r') or not text.endswith("\n") or len(cells) % 4:
            for step, name, value, seconds in series.parse(series.text_lines(part)):
                yield line([self._run, name, step, value, seconds])
            return
        times = _Memory(lambda cell: repr(float(cell)))
        columns = (
            map(self._heads.__getitem__, cells[1::4]),
            map(_number, cells[0::4]),
            map(_number, cells[2::4]),
            map(times.__getitem__, cells[3::4]),
        )
        yield "\n".join(map(",".join, zip(*columns, strict=True)))
        yield "\n"


class _Memory(dict[str, str]):
    """The results of a function of texts, each of which is computed once."""

    def __init__(self, function: Callable[[str], str]) -> None:
        self._function = function

    def __missing__(self, text: str) -> str:
        result = self[text] = self._function(text)
        return result


def _number(cell: str) -> str:
    """Return the text of the number in a cell."""
    return repr(float(cell)) if "." in cell else repr(series.to_number(cell))


def line(cells: Sequence[str | float]) -> str:
    """Return cells as one line."""
    buffer = io.StringIO()
    table.write_csv([[flat.cell(cell) for cell in cells]], buffer)
    return buffer.getvalue()
