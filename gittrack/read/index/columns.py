"""One column of a chunk: the values of one line of the bodies, as numbers or as a dictionary of texts.

A value comes back exactly as `commit_message.parse_value` reads its text, so that an answer from the index is
the answer from the bodies.
"""

from __future__ import annotations

import re

from gittrack.core.run import commit_message
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.core.standard.functools import lru_cache
from gittrack.core.standard.typing import Any, NamedTuple

FLOATS, INTEGERS, TEXTS = "d", "q", "t"
_CODES = ("B", "H", "I")  # the types of the codes of texts, by how many there are
_SIZES = {"B": 1, "H": 2, "I": 4, "d": 8, "q": 8}
# Compiled when first needed: a listing only decodes.
_FLOAT = rb"(?:-?(?:0|[1-9]\d*)\.\d+(?:e[+-]?\d+)?\n)+"
_INTEGER = rb"(?:-?(?:0|[1-9]\d{0,17})\n)+"
_NUMBER = rb"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"  # `float` reads other texts, too


class StoredColumn(NamedTuple):
    """How a column is stored.

    Parameters
    ----------
    kind : str
        `FLOATS`, `INTEGERS`, or the type of the codes of texts.
    present : int
        How many rows have a value.
    rows : int
        How many rows the chunk has.  If not all have a value, the numbers of those that have come first.
    start, size, check : int
        Where the column is in the file, its number of bytes, and their CRC-32.
    """

    kind: str
    present: int
    rows: int
    start: int
    size: int
    check: int


def encoded(texts: Sequence[bytes], rows: Sequence[int] | None, *, part: bool) -> tuple[str, bytes]:
    """Return the kind and the content of a column.

    Parameters
    ----------
    texts : sequence of bytes
        The text of each value.
    rows : sequence of int or None
        The rows that have a value; None if all have one.
    part : bool
        Whether the values are parts of the summaries of a metric, where whole numbers are floats, too.
    """
    from array import array  # noqa: PLC0415 - only who writes needs it

    head = b"" if rows is None else array("I", rows).tobytes()
    is_constant = texts[0] == texts[-1] and texts.count(texts[0]) == len(texts)
    different = texts[:1] if is_constant else texts
    kind, numbers, meanings = _numbers(different, part=part)
    return kind, head + numbers * (len(texts) // len(different)) + meanings


def _numbers(texts: Sequence[bytes], *, part: bool) -> tuple[str, bytes, bytes]:
    """Return the kind of a column, a number for each text, and the texts that codes mean."""
    from array import array  # noqa: PLC0415 - only who writes needs it

    lines = b"\n".join(texts) + b"\n"
    if re.fullmatch(_FLOAT, lines) or (part and _are_short(texts, lines)):
        return FLOATS, array("d", map(float, texts)).tobytes(), b""
    if not part and re.fullmatch(_INTEGER, lines):
        return INTEGERS, array("q", map(int, texts)).tobytes(), b""
    codes: dict[bytes, int] = {}
    numbers = [codes.setdefault(text, len(codes)) for text in texts]
    kind = next(kind for kind in _CODES if len(codes) <= 1 << 8 * _SIZES[kind])
    return kind, array(kind, numbers).tobytes(), b"\n".join(codes)


def _are_short(texts: Sequence[bytes], lines: bytes) -> bool:
    """Return whether all texts are numbers that a float holds exactly, as `lookup` reads parts of metrics."""
    pattern = rb"(?:-?(?:0|[1-9]\d*)(?:\.\d+(?:e[+-]?\d+)?)?\n)+"
    return re.fullmatch(pattern, lines) is not None and (
        max(map(len, texts)) < 16 or all(b"." in text or len(text) < 16 for text in texts)
    )


def values(column: StoredColumn, content: bytes, parse: Callable[[bytes], Any]) -> list[Any]:
    """Return the value of each row of a chunk; `MISSING` for rows without one.

    Parameters
    ----------
    column : StoredColumn
        How the column is stored.
    content : bytes
        Its content.
    parse : callable
        Returns the value of a text.
    """
    numbers = memoryview(content)
    at = 0 if column.present == column.rows else 4 * column.present
    end = at + column.present * _SIZES[column.kind]
    items: list[Any] = memoryview.cast(numbers[at:end], column.kind).tolist()  # type: ignore[call-overload]
    if column.kind in _CODES:
        meanings = [parse(text) for text in content[end:].split(b"\n")]
        items = [meanings[code] for code in items]
    if not at:
        return items
    row_values: list[Any] = [MISSING] * column.rows
    for row, item in zip(numbers[:at].cast("I").tolist(), items, strict=True):
        row_values[row] = item
    return row_values


def parsed(text: bytes) -> Any:
    """Return the value of a line's text; `MISSING` if it is none, as in `lookup`."""
    try:
        return commit_message.parse_value(text.decode())
    except ValueError:
        return MISSING


def parsed_part(text: bytes) -> Any:
    """Return the value of a part of the summary of a metric."""
    if (b"." in text or len(text) < 16) and _match_number()(text):
        return float(text)
    return parsed(text)  # .nan, .inf, null


@lru_cache(1)  # a column has thousands of texts, for which `re.fullmatch` takes twice as long
def _match_number() -> Callable[[bytes], re.Match[bytes] | None]:
    return re.compile(_NUMBER).fullmatch
