"""The experiments: how many runs each has, how they ended, and when the latest one was started."""

from __future__ import annotations

import argparse

from gittrack.commands import _census


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track experiments``."""
    _census.arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    return _census.show(args, "experiments")
