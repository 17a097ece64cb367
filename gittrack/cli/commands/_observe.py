"""The options of ``git track run`` that take params and metrics from a program that nobody edited."""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.launch.observe.options import ObserveOptions

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add(
        "--auto",
        action="store_true",
        default=None,
        help="record frameworks, and arguments as params args.*, of an unmodified Python program",
    )
    add(
        "--no-auto", dest="auto", action="store_false", help="not that, although track.auto is true"
    )
    add(
        "--metrics",
        action="append",
        default=[],
        metavar="FILE",
        help="take metrics from a file of the command: JSON, JSON lines or CSV; repeatable",
    )
    add("--scrape", action="store_true", help="take values from printed lines: loss: 0.31, acc=0.9")


def options(args: argparse.Namespace, repo: git.Repo) -> ObserveOptions:
    """Return what is taken from the command.  Raises TrackError if the options exclude each other."""
    if args.auto and args.no_seed_hook:
        raise TrackError(
            "--auto needs the start hook, which --no-seed-hook turns off", "leave one of them out"
        )
    pattern = None
    if args.scrape:
        from gittrack.launch.observe import console_lines  # noqa: PLC0415 - most runs scrape nothing

        pattern = git.parse_config(repo.config().output()).get("track.scrape")
        console_lines.compile_pattern(pattern)  # before anything runs
    auto = False if args.no_seed_hook else args.auto
    return ObserveOptions(auto, args.metrics, args.scrape, pattern)
