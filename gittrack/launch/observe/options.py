"""What a launcher takes from a command that nobody edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class ObserveOptions(NamedTuple):
    """What is taken from a command.

    Parameters
    ----------
    auto
        Whether frameworks and parsers of arguments are recorded by the start hook.
    metrics
        Paths of files with metrics that the command writes.
    scrape
        Whether values are taken from printed lines.
    pattern
        A regular expression of the user for printed lines; see `console_lines`.
    """

    auto: bool = False
    metrics: Sequence[str] = ()
    scrape: bool = False
    pattern: str | None = None
