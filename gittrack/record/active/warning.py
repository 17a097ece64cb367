"""Warnings of runs, which go through the logging of the program."""

from __future__ import annotations

import sys

from gittrack.core.standard.collections import Sequence


def warn(warnings: Sequence[str]) -> None:
    """Log warnings; they go to stderr unless the logging of the program is configured otherwise."""
    if not warnings:
        return
    try:
        import logging  # noqa: PLC0415 - 5 ms that only a warning needs
    except OSError:  # a program without a free descriptor, which did not import it before
        if sys.stderr is not None:
            sys.stderr.writelines(f"gittrack: {warning}\n" for warning in warnings)
        return
    for warning in warnings:
        logging.getLogger("gittrack").warning("%s", warning)
