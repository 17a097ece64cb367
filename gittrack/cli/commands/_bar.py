"""The progress of large files that come or go: a bar on a terminal."""

from __future__ import annotations

import sys

from gittrack.core.standard.collections import Callable


def watch(size: int) -> Callable[[int], object]:
    """Return what counts the bytes of large files: a bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        return lambda count: None
    from tqdm import tqdm  # noqa: PLC0415

    bar = tqdm(total=size, unit="B", unit_scale=True, unit_divisor=1024, leave=False)

    def count(number: int) -> None:
        bar.update(number)
        if bar.n >= size:
            bar.close()

    return count
