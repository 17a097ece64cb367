"""The part of git track reproduce that runs other seeds and compares means: --seeds and --margin."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.analysis import verdict
from gittrack.analysis.verdict import CONSISTENT, Verdict
from gittrack.cli.commands import _consistency_page as pages
from gittrack.cli.commands import _verdict
from gittrack.cli.options import check_exclusive, positive
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Mapping
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import consistency, rerun
from gittrack.reproduce.rerun_worktree import Impossible
from gittrack.show.data import jsonable
from gittrack.show.terminal import text, verdicts

_MOST_SEEDS = 1000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --seeds and --margin."""
    parser.add_argument(
        "--seeds",
        type=positive,
        metavar="K",
        help="run it with K other seeds, and compare the mean of each --margin metric",
    )
    parser.add_argument(
        "--margin",
        action="append",
        default=[],
        metavar="METRIC=X",
        help="with --seeds: the largest difference of the means that does not matter",
    )


def margins(args: argparse.Namespace, first: RunRecord) -> dict[str, float]:
    """Return the margin of each metric; empty without --seeds.  Raises TrackError."""
    if args.seeds is None and not args.margin:
        return {}
    if args.seeds is None or not args.margin:
        raise TrackError(
            "--seeds and --margin belong together",
            "write both: --seeds 5 --margin val_acc=0.005",
            code=2,
        )
    if args.seeds > _MOST_SEEDS:
        raise TrackError(
            f"--seeds {args.seeds} is more than {_MOST_SEEDS:,}", "use fewer seeds", code=2
        )
    check_exclusive("--seeds changes only the seed", ("--seeds", args.seeds), ("--set", args.set))
    check_exclusive(
        "--seeds already runs several times", ("--seeds", args.seeds), ("--runs", args.runs > 1)
    )
    margins = dict(map(_margin, args.margin))
    consistency.check_metrics(first, list(margins))
    return margins


def _margin(word: str) -> tuple[str, float]:
    name, _, number = word.rpartition("=")
    try:
        margin = float(number)
    except ValueError:
        margin = 0.0
    if not (name and 0 < margin < float("inf")):
        raise TrackError(
            f"--margin {word} is not METRIC=X with a number above 0",
            "an example: --margin val_acc=0.005",
            code=2,
        )
    return name, margin


def run(
    repo: git.Repo,
    first: RunRecord,
    margins: Mapping[str, float],
    args: argparse.Namespace,
    required: _verdict.Demands,
) -> int:
    """Run the run with other seeds, and print the verdict; return 3 if it is not CONSISTENT."""
    originals = consistency.originals_of(repo, first)
    request = rerun.RerunRequest(
        keep=args.keep, in_place=args.in_place, verify=not args.no_verify, links=required.links
    )
    seeds = consistency.unused_seeds(repo, first, args.seeds)
    try:
        reruns = consistency.rerun_with_seeds(repo, first, request, seeds, _warn)
    except Impossible as error:
        not_run = Verdict(verdict.NOT_RUN, error.message)
        if args.style == "json":
            print_result(jsonable.dump(verdicts.jsonable(not_run, first.id, None)))
        else:
            print_result(verdicts.page(not_run, (), error.hint))
        return _verdict.UNMET
    result = consistency.judge(originals, reruns, margins)
    if args.style == "json":
        print_result(jsonable.dump(pages.jsonable(result.level, *_infos(result), result.metrics)))
    else:
        print_result(pages.page(result.level, *_infos(result), result.metrics))
    accepted = (CONSISTENT,) if required.level != "none" else verdict.LEVELS["none"]
    return 0 if result.level in accepted else _verdict.UNMET


def _infos(result: consistency.Consistency) -> tuple[list[RunInfo], list[RunInfo]]:
    originals, reruns = ([run.info for run in runs] for runs in (result.originals, result.reruns))
    return originals, reruns


def _warn(message: str) -> None:
    print_note(f"warning: {text.escape(message)}")
