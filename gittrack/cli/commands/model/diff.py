"""Compare the runs of two versions of a model.  A and B are versions or stages."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import diff
from gittrack.read.registry import versions
from gittrack.read.registry.models import Registry
from gittrack.read.runs.record import RunRecord


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model diff``."""
    parser.add_argument("model", metavar="NAME", help="the model")
    parser.add_argument("a", metavar="A", help="a version or a stage")
    parser.add_argument("b", metavar="B", help="another version or stage")
    diff.sections(parser)


def run(args: argparse.Namespace) -> int:
    """Print the difference."""
    repo = git.find()
    state = Registry(repo)
    chosen = [state.find(f"{args.model}@{word}") for word in (args.a, args.b)]
    return diff.between(
        repo, [RunRecord(repo, versions.run_of(repo, version)) for version in chosen], args
    )
