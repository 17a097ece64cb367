"""List the metrics of runs: in how many runs each is, and the range of its last values."""

from __future__ import annotations

import argparse

from gittrack.cli.commands import _inventory


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track metrics``."""
    _inventory.arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    return _inventory.show(args, "metrics")
