"""The model registry: versions are annotated tags on run commits, stages are refs, history is git's.

NAME@VERSION is resnet18@3, resnet18@v3.0.0 or resnet18@latest; NAME@STAGE is resnet18@production.
The tags follow the grammar of GTO, so its commands and CI rules work with them.
"""

from __future__ import annotations

import argparse

from gittrack.cli import parsing

# Each verb has a file in this folder, which is imported only for that verb.
VERBS = {
    "register": "make a run the next version of a model",
    "promote": "put a version into a stage if its gates pass",
    "demote": "remove a version from its stages",
    "ls": "list the models, or the versions of one",
    "show": "everything about one version",
    "history": "what happened to a model, in order",
    "get": "write the artifacts of a version to a folder; digests are checked",
    "diff": "what changed between two versions",
    "deprecate": "mark a version that must not be used any more",
    "rm": "remove a version that never was in a stage",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb of ``git track model``; each verb declares its own options."""
    parser.usage = f"{parser.prog} VERB ..."
    parser.add_argument(
        "verb", nargs="?", choices=tuple(VERBS), metavar="VERB", help=f"one of {', '.join(VERBS)}"
    )
    parser.epilog = parsing.verbs_help(parser.prog, VERBS)
    parser.set_defaults(print_help=parser.format_help)


def run(args: argparse.Namespace) -> int:
    """Print the verbs; return 2, because none was given."""
    print(args.print_help(), end="")
    return 2
