"""List the models with what is in which stage; with NAME the versions of that one, newest first."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands.model import _damage
from gittrack.cli.output import add_formats, left_out, note, out, paint_lines, room
from gittrack.read.registry.models import Registry
from gittrack.read.registry.signatures import of_versions
from gittrack.show.data import model_json
from gittrack.show.terminal import models, table


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model ls``."""
    parser.add_argument("model", nargs="?", metavar="NAME", help="the versions of this model")
    add_formats(parser, "json", "csv", "md")


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    repo = git.find()
    state = Registry(repo)
    selected = [state.model(args.model)] if args.model else state.overview()
    latest = [one.latest for one in selected if one.latest]
    listed = list(reversed(selected[0].versions)) if args.model else latest
    signatures = of_versions(repo, listed)
    if args.style == "json":
        one = model_json.version if args.model else model_json.model
        things = listed if args.model else selected
        out(model_json.dump([one(thing, signatures) for thing in things]))  # type: ignore[arg-type]
    elif not selected:
        note("no models are registered here yet; register one: git track model register NAME RUN")
    else:
        exact, width = args.style == "csv", room(args.style)
        if args.model:
            content = models.versions(listed, signatures, exact=exact, width=width)
        else:
            content = models.listing(selected, signatures, exact=exact, width=width)
        whole = table.render(content, args.style)
        if args.style == "text":
            whole = (
                paint_lines(whole, ["bold"])
                + left_out(content.left_out)
                + models.warnings(selected)
            )
        out(whole)
    return _damage.status(state)
