"""What differs between two runs: params, metrics, inputs, environment, and the code itself."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.options import add_formats, check_exclusive
from gittrack.cli.output import paint_lines, print_result
from gittrack.core.errors import TrackError
from gittrack.read.runs import compare, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.data import jsonable
from gittrack.show.terminal import diff_many, difference

_ONLY = {
    "run": "only command, seed, tags, status and the like",
    "env": "only environment and packages",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track diff``."""
    parser.usage = "git track diff RUN RUN [RUN...] [OPTIONS]"
    parser.add_argument("runs", nargs="+", metavar="RUN", help="two, or more for a table")
    sections(parser)


def sections(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say which parts of a difference are shown, and how."""
    for name in ("params", "metrics", "run", "code", "env", "inputs"):
        parser.add_argument(
            f"--{name}",
            dest="sections",
            action="append_const",
            const=name,
            help=_ONLY.get(name, f"only the {name}"),
        )
    add_formats(parser, "json", "md")


def run(args: argparse.Namespace) -> int:
    """Print the difference."""
    if len(args.runs) < 2:
        raise TrackError("one run alone does not differ", "name another one, such as @", code=2)
    repo = git.find()
    records = [RunRecord(repo, resolve.resolve(repo, address)) for address in args.runs]
    return _several(records, args) if len(records) > 2 else between(repo, records, args)


def between(repo: git.Repo, records: list[RunRecord], args: argparse.Namespace) -> int:
    """Print the difference of two runs."""
    found = compare.diff(repo, *records)
    if args.style == "json":
        whole = difference.jsonable(found)
        keys = ["a", "b", *args.sections] if args.sections else list(whole)
        print_result(jsonable.dump({key: whole[key] for key in keys}))
    else:
        page = difference.page(found, args.sections or (), args.style)
        signs = {"+": "green", "-": "red", "@": "dim"}
        print_result(paint_lines(page, [signs.get(line[:1], "") for line in page.splitlines()]))
    return 0


def _several(records: list[RunRecord], args: argparse.Namespace) -> int:
    patches = ("--code", "code" in (args.sections or ()))
    check_exclusive("only two runs have a patch to show", patches, ("--md", args.style == "md"))
    found = compare.table(records)
    if args.style == "json":
        whole = diff_many.jsonable(found)
        keys = ["runs", *args.sections] if args.sections else list(whole)
        print_result(jsonable.dump({key: whole[key] for key in keys}))
    else:
        print_result(diff_many.page(found, args.sections or (), args.style))
    return 0
