"""Which runs are in a chunk together."""

from __future__ import annotations

import pytest

from gittrack.read.index.writing import appending


@pytest.mark.parametrize(
    ("newest", "folded", "sizes"),
    [
        (0, 0, []),
        (4096, 0, [4096]),
        (10_000, 0, [2500] * 4),  # two processes have the same work
        (1500, 9000, [1500, 4000, 4000, 1000]),  # a file of the archive is in one chunk
        (0, 4500, [4000, 500]),
    ],
)
def test_chunks_are_of_equal_size_or_have_whole_files_of_the_archive(newest, folded, sizes):
    lines = [str(number) for number in range(newest + folded)]
    parts = appending.divided(lines, {*lines[newest:]})
    assert [len(part) for part in parts] == sizes
    assert [line for part in parts for line in part] == lines
