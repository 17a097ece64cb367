"""Put a version into a stage: staging, production or any other; the version that was in it is archived.

--require and the query in track.gate.STAGE must hold for the run of the version.  They can use its metrics,
params and facts, and verdict, the best result of git track reproduce.  A pre-promote hook can refuse.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_note, print_result
from gittrack.models import promote
from gittrack.show.terminal import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track model promote``."""
    parser.add_argument("model", metavar="NAME@VERSION", help="the version, or NAME@STAGE")
    parser.add_argument("stage", metavar="STAGE", help="staging, production or any other name")
    parser.add_argument("-m", "--message", default="", metavar="MESSAGE", help="why")
    parser.add_argument(
        "--require",
        metavar="QUERY",
        help="promote only if this holds: \"val_accuracy >= 0.95 and verdict == 'EXACT'\"",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="skip track.gate.STAGE and the checks for artifacts, finished runs and committed code; "
        "the tag records this",
    )


def run(args: argparse.Namespace) -> int:
    """Promote the version and print what changed."""
    repo = git.find()
    done = promote.promote(
        repo, args.model, args.stage, why=args.message, require=args.require, force=args.force
    )
    if done.hook_output.strip():
        print_note(text.escape(done.hook_output.rstrip("\n"), keep="\n\t"))
    stays = done.came_from == done.stage
    moved = f"stays in {done.stage}" if stays else f"{done.came_from} -> {done.stage}"
    line = f"{done.version.model} {done.version.short}: {moved}"
    if done.replaced is not None:
        same = [
            version for version in done.model.versions if version.commit == done.replaced.commit
        ]
        is_now = f"is {_is(same[-1].stage)} now" if same else "was never registered"
        line += f", replaces {done.replaced.short}, which {is_now}"
    print_result(line + "\n")
    return 0


def _is(stage: str) -> str:
    return stage if stage in ("archived",) else f"in {stage}"
