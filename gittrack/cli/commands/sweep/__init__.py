"""Try many configurations of one command; every trial is a run.

FILE is a sweep file: it has the keys of W&B's sweep files, and some more. Without FILE, -S and -m say what
to try and what to rank by.

VALUES are 0.1,0.01 or range(16,129,16) (without the end) for a grid; with --random or --halving also
uniform(0,0.5) loguniform(1e-5,1e-1) randint(1,8) normal(0,1) choice(adam,sgd).
"""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

# Each verb has its module here; without a verb, start.py starts a sweep.
VERBS = {
    "resume": "continue a sweep where it stopped, also in another clone",
    "stop": "ask the process that runs a sweep to stop",
    "ls": "list the sweeps",
    "show": "the leaderboard of a sweep",
}


def run(args: argparse.Namespace) -> int:
    """Start a sweep."""
    from gittrack.cli.commands.sweep import start  # noqa: PLC0415 - the other verbs start nothing

    return start.run(args)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep`` without a verb: it starts a sweep."""
    from gittrack.cli import parsing  # noqa: PLC0415 - a listing needs no parser
    from gittrack.cli.commands.sweep import start  # noqa: PLC0415 - the other verbs start nothing

    start.arguments(parser)
    parser.epilog = parsing.verbs_help(parser.prog, VERBS)
