"""List the events of a model in the order of the numbers in its tags: who did what, when and why."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands.model import _damage
from gittrack.cli.options import add_formats
from gittrack.cli.output import print_note, print_result
from gittrack.core.registry import names
from gittrack.models import promote
from gittrack.read.registry.models import Registry
from gittrack.show.data import model_json
from gittrack.show.terminal import table
from gittrack.show.terminal.models import listings, problems


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model history``."""
    parser.add_argument("model", metavar="NAME", help="the model")
    parser.add_argument("--stage", metavar="STAGE", help="only the events of this stage")
    add_formats(parser, "json", "csv", "md")


def run(args: argparse.Namespace) -> int:
    """Print the events."""
    if args.stage:
        names.check_stage(args.stage)
    state = Registry(git.find())
    model = state.model(args.model)
    events = promote.history(model, args.stage)
    if args.style == "json":
        print_result(model_json.dump([model_json.event(model, event) for event in events]))
    elif not events:
        print_note(f"{model.name} has never been in {args.stage}")
    else:
        print_result(table.render(listings.history(model, events), args.style))
    if args.style == "text":
        print_result(problems.warnings([model]))
    return _damage.status(state)
