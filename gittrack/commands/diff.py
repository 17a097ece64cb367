"""What differs between two runs: params, metrics, inputs, environment, and the code itself."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.commands._common import add_formats, out, paint_lines
from gittrack.read import compare, resolve
from gittrack.read.record import RunRecord
from gittrack.show import difference, jsonable

_ONLY = {
    "run": "only command, seed, tags, status and the like",
    "env": "only environment and packages",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track diff``."""
    parser.add_argument("a", metavar="RUN_A")
    parser.add_argument("b", metavar="RUN_B")
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
    repo = git.find()
    a, b = (RunRecord(repo, resolve.resolve(repo, address)) for address in (args.a, args.b))
    found = compare.diff(repo, a, b)
    if args.style == "json":
        whole = difference.jsonable(found)
        keys = ["a", "b", *args.sections] if args.sections else list(whole)
        out(jsonable.dump({key: whole[key] for key in keys}))
    else:
        page = difference.page(found, args.sections or (), args.style)
        signs = {"+": "green", "-": "red", "@": "dim"}
        out(paint_lines(page, [signs.get(line[:1], "") for line in page.splitlines()]))
    return 0
