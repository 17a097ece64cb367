"""The model registry: versions are annotated tags on run commits, stages are refs, history is git's.

NAME@VERSION is resnet18@3, resnet18@v3.0.0 or resnet18@latest; NAME@STAGE is resnet18@production.
The tags follow GTO's grammar, so that its commands, and rules written for it, work here as well.
"""

from __future__ import annotations

import argparse

from gittrack.cli import parsing

# Each has its file here, imported only when it is asked for.
VERBS = {
    "register": "make a run the next version of a model",
    "promote": "put a version into a stage, past its gates",
    "demote": "take a version out of its stages",
    "ls": "list the models, or the versions of one",
    "show": "everything about one version",
    "history": "what happened to a model, in order",
    "get": "bring the artifacts of a version here, digests checked",
    "diff": "what changed between two versions",
    "deprecate": "mark a version as not to be used any more",
    "rm": "remove a version that never reached a stage",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what follows ``git track model``; each verb has options of its own."""
    parser.usage = f"{parser.prog} VERB ..."
    parser.add_argument(
        "verb", nargs="?", choices=tuple(VERBS), metavar="VERB", help=f"one of {', '.join(VERBS)}"
    )
    parser.epilog = parsing.verbs_help(parser.prog, VERBS)
    parser.set_defaults(print_help=parser.format_help)


def run(args: argparse.Namespace) -> int:
    """Print what there is; 2, because no verb was given."""
    print(args.print_help(), end="")
    return 2
