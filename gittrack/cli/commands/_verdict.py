"""What reproduce and verify share: options, settings, and the exit status of a verdict."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from gittrack import git
from gittrack.analysis import verdict
from gittrack.analysis.volatile import VOLATILE
from gittrack.core import settings
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import evidence, rerun

UNMET = 3  # the exit status if a verdict is worse than --verify requires


class Demands(NamedTuple):
    """The verdict that is required, and the measures for it."""

    level: str
    rtol: float
    atol: float
    volatile: tuple[str, ...]
    links: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of both verbs."""
    parser.add_argument(
        "--verify",
        choices=tuple(verdict.LEVELS),
        default="exact",
        help="the verdict that is required for exit status 0 (exact)",
    )
    parser.add_argument(
        "--rtol",
        type=_tolerance,
        default=verdict.RTOL,
        metavar="X",
        help="relative tolerance (1e-5)",
    )
    parser.add_argument(
        "--atol",
        type=_tolerance,
        default=verdict.ATOL,
        metavar="X",
        help="absolute tolerance (1e-8)",
    )


def demands(repo: git.Repo, args: argparse.Namespace) -> Demands:
    """Return the demands of the options and the settings."""
    config = git.parse_config(repo.config().output())
    volatile = settings.words(config, "track.volatile") or VOLATILE
    links = settings.words(config, "track.link")
    return Demands(args.verify, args.rtol, args.atol, tuple(volatile), links)


def judge(first: RunRecord, other: RunRecord, required: Demands) -> verdict.Verdict:
    """Return the verdict on two runs, by the tolerances of the options and the settings."""
    return evidence.judge(
        first, other, rtol=required.rtol, atol=required.atol, volatile=required.volatile
    )


def worktree_note(first: RunRecord, again: rerun.Result) -> str:
    """Return a line on the worktree that a rerun left, and a hint if files may be missing in it."""
    line = f"the worktree is kept in {again.worktree}"
    if again.exit_code != 0 and first.info.finished:
        line += (
            "\nhint: the worktree has only those ignored files that are inputs (git track run --input "
            "PATH) or that the setting track.link names"
        )
    return line


def worst(verdicts: Sequence[verdict.Verdict]) -> verdict.Verdict:
    """Return the verdict that is furthest from EXACT."""
    return max(verdicts, key=lambda candidate: verdict.ORDER.index(candidate.level))


def _tolerance(word: str) -> float:
    try:
        tolerance = float(word)
    except ValueError:
        tolerance = -1.0
    if not 0 <= tolerance < float("inf"):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of at least 0")
    return tolerance
