"""List the params of runs: in how many runs each is, how many values it has, and their range."""

from __future__ import annotations

import argparse

from gittrack.cli.commands import _inventory


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track params``."""
    _inventory.arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    return _inventory.show(args, "params")
