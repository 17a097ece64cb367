"""Add tags to a run with +TAG and remove tags with -TAG; without TAG, print the tags of the run."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs
from gittrack.cli.options import add_run
from gittrack.cli.output import print_result
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.read.runs import reader
from gittrack.record import annotate
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track tag``."""
    parser.usage = "git track tag RUN [+TAG|-TAG]..."
    add_run(parser)
    parser.add_argument(
        "tags", nargs=argparse.REMAINDER, metavar="TAG", help="+TAG adds a tag, -TAG removes it"
    )


def run(args: argparse.Namespace) -> int:
    """Change the tags and print the new ones. Raises TrackError for a tag that cannot be removed."""
    for word in args.tags:
        if word in ("+", "-"):
            raise TrackError(
                "the name of a tag is empty", "write the name after the sign: +baseline"
            )
        if word[:1] not in ("+", "-"):
            raise TrackError(
                f"{word!r} is neither +TAG nor -TAG",
                f"write +{word} to add it, -{word} to remove it",
            )
    repo = git.find()
    (raw,) = _runs.find(repo, [args.run])
    before = reader.decode(repo, raw).tags
    add = [word[1:] for word in args.tags if word[0] == "+"]
    remove = [word[1:] for word in args.tags if word[0] == "-"]
    for name in remove:
        if name not in before:
            hint = f"it has: {', '.join(before)}" if before else "it has no tags"
            raise TrackError(f"the run has no tag {name!r}", did_you_mean(name, before, hint))
    if args.tags:
        annotate.tag(repo, [_runs.target(raw)], add, remove)
    after = [name for name in dict.fromkeys((*before, *add)) if name not in remove]
    print_result(f"{_runs.label(repo, raw)}  tags: {text.escape(', '.join(after)) or '-'}\n")
    return 0
