"""Commit the runs of processes that died, with everything that they logged. It is safe to repeat."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import OnAnotherHost
from gittrack.record import recovery
from gittrack.record.publish.writer import Published


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track recover``."""
    parser.add_argument(
        "--force",
        action="store_true",
        help="also commit recent runs of other hosts; make sure that their processes have ended",
    )


def run(args: argparse.Namespace) -> int:
    """Recover the runs and print what happened to each; return 1 if one could not be committed."""
    results = recovery.recover(git.find(), force=args.force)
    failed = 0
    for result in results:
        if isinstance(result, Published):
            print_result(
                f"recovered {result.info.id} of {result.info.experiment} ({result.info.status})\n"
            )
            for line in result.notes:
                print_note(f"  {line}")
        elif isinstance(result[1], OnAnotherHost):
            print_note(str(result[1]))
        else:
            failed += 1
            folder, error = result
            reason = str(error) or type(error).__name__
            print_note(f"error: {folder.name} could not be committed: {reason}")
            print_note(f"hint: the journal is kept in {folder}; look for damage: git track doctor")
    if not results:
        print_result("nothing to recover\n")
    return 1 if failed else 0
