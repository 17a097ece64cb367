"""List the experiments: how many runs each has, how they ended, and when the latest one started."""

from __future__ import annotations

import argparse

from gittrack.cli.commands import _inventory


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track experiments``."""
    _inventory.arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    return _inventory.show(args, "experiments")
