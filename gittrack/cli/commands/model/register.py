"""Make a run a version of a model: an annotated tag, NAME@v3.0.0, on the run commit.

Versions count up by whole numbers.  The message of the tag records metrics, artifacts, who and why.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_note, print_result
from gittrack.models import register
from gittrack.read.registry import version_artifacts, versions
from gittrack.read.runs import resolve
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model register``."""
    parser.add_argument("model", metavar="NAME", help="the model, new or existing")
    parser.add_argument("run", metavar="RUN", help="id, prefix, name, commit, @ or EXPERIMENT@")
    parser.add_argument(
        "--version", metavar="X.Y.Z", help="the version (default: the next whole number)"
    )
    parser.add_argument(
        "--artifact",
        action="append",
        default=[],
        metavar="PATH",
        help="an artifact that belongs to the model; may be repeated (default: all)",
    )
    parser.add_argument("-m", "--message", default="", metavar="MESSAGE", help="why")


def run(args: argparse.Namespace) -> int:
    """Register the run and print the version."""
    repo = git.find()
    raw = resolve.resolve(repo, args.run)
    _, version = register.register(
        repo, args.model, raw, version=args.version, artifacts=args.artifact, why=args.message
    )
    print_result(f"{version.model} {version.short}\n")
    if not version.facts.get("artifacts"):
        print_note(f"{version.model} {version.short} has no artifacts: the run recorded none")
    for absent in version_artifacts.missing_artifacts(
        repo, version, versions.run_of(repo, version)
    ):
        print_note(text.escape(f"warning: the artifact {absent.path} is not here: {absent.why}"))
    return 0
