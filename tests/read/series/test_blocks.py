"""read/series/blocks: the same numbers as the plain reader has, and the same lines are damaged."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import NASTY_TEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.core.run import series
from gittrack.read.series import blocks

FLOATS = st.floats().map(repr)
INTS = st.integers(-(2**70), 2**70).map(str)
SHORT = st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str)
ODD_CELLS = """
-0 -0.0 0 00.10 5. .5 1e-05 1_0 +2 \u0663 nan -inf 9007199254740993 9007199254740993.0 18446744073709551616
0.000000000000000000000012345678901234567 0.30000000000000004441 -9223372036854775808
999999999999999999 9999999999999999999
"""
BROKEN_CELLS = "- --1 x 1.2.3 1-2 0x1 1e \u00b2 1/2 1:2 1; 1."
ODD = st.sampled_from(ODD_CELLS.split()) | st.sampled_from([" 1.5", "1\r", "1" * 310])
BROKEN = st.sampled_from(BROKEN_CELLS.split()) | st.just("")
NUMBERS = FLOATS | INTS | SHORT | ODD
NAMES = st.sampled_from(
    ["loss", "val/acc, top", "a" * 9, "a" * 8 + "b", "é", "x" * 600, *NASTY_TEXT]
)
POINTS = st.tuples(NUMBERS, NAMES.map(series.cell), NUMBERS, NUMBERS)
LINES = st.lists(POINTS.map(",".join), max_size=12)
SAME_NAME = st.lists(st.tuples(NUMBERS, st.just("loss"), NUMBERS, SHORT).map(",".join), max_size=12)


def plainly(data: bytes) -> dict[str, list[tuple[str, ...]]]:
    """Return the columns of each metric as the plain reader has them."""
    metrics: dict[str, list[tuple[str, ...]]] = {}
    for step, name, value, seconds in series.parse(series.text_lines(data)):
        metrics.setdefault(name, []).append(tuple(map(repr, (step, value, seconds))))
    return metrics


def in_blocks(data: bytes, size: int) -> dict[str, list[tuple[str, ...]]]:
    """Return the same from blocks; a float array that has ints is allowed if each float is that int."""
    metrics: dict[str, list[tuple[str, ...]]] = {}
    for block in blocks.blocks(data[at : at + size] for at in range(0, len(data), size)):
        for name, columns in block.items():
            rows = zip(*map(blocks.listed, columns), strict=True)
            metrics.setdefault(name, []).extend(tuple(map(repr, row)) for row in rows)
    return metrics


def same(first: dict[str, list[tuple[str, ...]]], second: dict[str, list[tuple[str, ...]]]) -> bool:
    def numbers(metrics: dict[str, list[tuple[str, ...]]]) -> str:
        return repr(
            {name: [[as_one(c) for c in row] for row in rows] for name, rows in metrics.items()}
        )

    def as_one(cell: str) -> str:
        return cell.removesuffix(".0") if cell != "-0.0" else cell

    return numbers(first) == numbers(second)


def check(data: bytes, size: int) -> None:
    try:
        expected = plainly(data)
    except ValueError as error:
        with pytest.raises(ValueError, match=str(error)):
            in_blocks(data, size)
    else:
        assert same(in_blocks(data, size), expected)


@settings(deadline=None, max_examples=80)
@given(LINES | SAME_NAME, st.booleans(), st.booleans(), st.sampled_from([1, 7, 10_000]))
def test_blocks_have_the_numbers_of_the_plain_reader(lines, header, end, size):
    text = (series.HEADER if header else "") + "".join(f"{line}\n" for line in lines)
    check((text if end else text.removesuffix("\n")).encode("utf-8", "surrogatepass"), size)


CELLS = NUMBERS | BROKEN


@settings(deadline=None, max_examples=40)
@given(LINES, st.tuples(CELLS, st.just("a"), CELLS, CELLS).map(",".join) | st.text(), LINES)
def test_a_damaged_line_is_the_one_of_the_plain_reader(before, line, after):
    check("\n".join([*before, line, *after]).encode("utf-8", "surrogatepass"), 10_000)


def test_many_lines_in_several_blocks():
    dice = np.random.default_rng(0)
    names = [f"metric{number}" for number in range(30)]
    lines = [
        series.line(names[number % 30], value, number // 30, number / 1000)
        for number, value in enumerate(
            (dice.normal(size=20_000) * 10.0 ** dice.integers(-9, 9)).tolist()
        )
    ]
    data = (series.HEADER + "".join(lines)).encode()
    assert in_blocks(data, 1 << 16) == plainly(data)


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2],
        [1.5, 2.5],
        [1, 2.5],
        [],
        [2**53 + 1, 0.5],
        [2**63, 1],
        [2**63, -1],
        [2**70, 0.5],
        [float("nan")],
    ],
)
def test_columns_are_joined_as_numpy_makes_an_array_of_the_numbers(numbers):
    text = "".join(series.line("loss", value, 0, 0.0) for value in numbers)
    for size in (1, 10_000):
        parts = [text.encode()[at : at + size] for at in range(0, len(text), size)]
        column = blocks.GrowingColumn()
        for block in blocks.blocks(parts):
            column.add(block["loss"].values)
        joined = column.array()
        expected = np.array(numbers)
        assert (joined.dtype, repr(joined.tolist())) == (expected.dtype, repr(expected.tolist()))
