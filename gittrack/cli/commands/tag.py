"""Add tags to a run with +TAG, take them away with -TAG; without any, show the tags that it has."""

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
        "tags", nargs=argparse.REMAINDER, metavar="TAG", help="+TAG adds it, -TAG takes it away"
    )


def run(args: argparse.Namespace) -> int:
    """Change the tags and show what they are now."""
    for word in args.tags:
        if word in ("+", "-"):
            raise TrackError("the name of a tag is empty", "use a short word")
        if word[:1] not in ("+", "-"):
            raise TrackError(
                f"{word!r} is neither +TAG nor -TAG",
                f"write +{word} to add it, -{word} to take it away",
            )
    repo = git.find()
    (raw,) = _runs.find(repo, [args.run])
    had = reader.decode(repo, raw).tags
    add = [word[1:] for word in args.tags if word[0] == "+"]
    remove = [word[1:] for word in args.tags if word[0] == "-"]
    for name in remove:
        if name not in had:
            known = f"it has: {', '.join(had)}" if had else "it has none"
            raise TrackError(f"the run has no tag {name!r}", did_you_mean(name, had, known))
    if args.tags:
        annotate.tag(repo, [_runs.target(raw)], add, remove)
    kept = [name for name in dict.fromkeys((*had, *add)) if name not in remove]
    print_result(f"{_runs.label(repo, raw)}  tags: {text.escape(', '.join(kept)) or '-'}\n")
    return 0
