"""Show what differs between runs: params, metrics, inputs, environment, and the code itself.

Two runs are shown as lists of changes with a patch of the code, more runs as a table.
"""

from __future__ import annotations

from gittrack import git
from gittrack.cli.options import add_formats, check_exclusive
from gittrack.cli.output import has_colours, paint_lines, print_result, table_width
from gittrack.core.errors import TrackError
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.read.runs import compare, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.data import jsonable
from gittrack.show.terminal import diff_many, difference

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse

_ONLY = {
    "run": "only the command, seed, tags, status and other facts",
    "env": "only the environment and the packages",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track diff``."""
    parser.usage = "git track diff RUN RUN [RUN...] [OPTIONS]"
    parser.add_argument("runs", nargs="+", metavar="RUN", help="two runs, or more")
    sections(parser)


def sections(parser: argparse.ArgumentParser) -> None:
    """Declare the options that select the parts of a difference, and the format."""
    for name in ("params", "metrics", "media", "run", "code", "env", "inputs"):
        parser.add_argument(
            f"--{name}",
            dest="sections",
            action="append_const",
            const=name,
            help=_ONLY.get(name, f"only the {name}"),
        )
    add_formats(parser, "json", "md")


def run(args: argparse.Namespace) -> int:
    """Print the differences. Raises TrackError for fewer than two runs."""
    if len(args.runs) < 2:
        raise TrackError("diff needs at least two runs", "name another run, such as @", code=2)
    repo = git.find()
    records = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    return _among(records, args) if len(records) > 2 else between(repo, records, args)


def between(repo: git.Repo, records: list[RunRecord], args: argparse.Namespace) -> int:
    """Print the difference of two runs."""
    changes = compare.diff(repo, *records)
    if args.style == "json":
        whole = difference.jsonable(changes)
        keys = ["a", "b", *args.sections] if args.sections else list(whole)
        print_result(jsonable.dump({key: whole[key] for key in keys}))
    else:
        pictures = has_colours() and (table_width(args.style) or 0) >= difference.PICTURES_WIDTH
        page = difference.page(changes, args.sections or (), args.style, pictures=pictures)
        signs = {"+": "green", "-": "red", "@": "dim"}
        print_result(paint_lines(page, [signs.get(line[:1], "") for line in page.splitlines()]))
    return 0


def _among(records: list[RunRecord], args: argparse.Namespace) -> int:
    patches = ("--code", "code" in (args.sections or ()))
    check_exclusive("compare two runs to see a patch", patches, ("--md", args.style == "md"))
    comparison = compare.table(records)
    if args.style == "json":
        whole = diff_many.jsonable(comparison)
        keys = ["runs", *args.sections] if args.sections else list(whole)
        print_result(jsonable.dump({key: whole[key] for key in keys}))
    else:
        print_result(diff_many.page(comparison, args.sections or (), args.style))
    return 0
