"""List the models and the versions in their stages; with NAME the versions of that model, newest first."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands.model import _damage
from gittrack.cli.options import add_formats
from gittrack.cli.output import (
    hidden_columns_line,
    paint_lines,
    print_note,
    print_result,
    table_width,
)
from gittrack.read.registry.models import Registry
from gittrack.read.registry.signatures import of_versions
from gittrack.show.data import model_json
from gittrack.show.terminal import table
from gittrack.show.terminal.models import listings, problems


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model ls``."""
    parser.add_argument("model", nargs="?", metavar="NAME", help="the versions of this model")
    add_formats(parser, "json", "csv", "md")


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    repo = git.find()
    state = Registry(repo)
    if args.model:
        selected = [state.model(args.model)]
    else:  # an overview does not know whether a version that is in no stage was in one before
        selected = state.every() if args.style == "json" else state.overview()
    latest = [model.latest for model in selected if model.latest]
    listed = list(reversed(selected[0].versions)) if args.model else latest
    signatures = of_versions(repo, listed)
    if args.style == "json":
        if args.model:
            rows = [model_json.version(version, signatures) for version in listed]
        else:
            rows = [model_json.model(model, signatures) for model in selected]
        print_result(model_json.dump(rows))
    elif not selected:
        print_note("no model is registered here; register one: git track model register NAME RUN")
    else:
        exact, width = args.style == "csv", table_width(args.style)
        if args.model:
            content = listings.versions(listed, signatures, exact=exact, width=width)
        else:
            content = listings.listing(selected, signatures, exact=exact, width=width)
        whole = table.render(content, args.style)
        if args.style == "text":
            whole = (
                paint_lines(whole, ["bold"])
                + hidden_columns_line(content.left_out)
                + problems.warnings(selected)
            )
        print_result(whole)
    return _damage.status(state)
