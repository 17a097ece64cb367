"""The part of git track reproduce that proves the cause of a difference: --why."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.analysis.verdict import DIFFERENT, Verdict
from gittrack.cli.commands import _verdict
from gittrack.cli.options import check_exclusive
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.core.query import durations
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import rerun
from gittrack.reproduce.causes import reasons, why
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --why, --network and --budget."""
    parser.add_argument(
        "--why",
        action="store_true",
        help="if it is DIFFERENT: run it again with one suspect at a time put back as it was",
    )
    parser.add_argument("--network", action="store_true", help="with --why: pip may fetch packages")
    parser.add_argument(
        "--budget", metavar="TIME", help="with --why: start no rerun that ends after this: 30min"
    )


def check(args: argparse.Namespace) -> None:
    """Raise TrackError for options that do not belong together, before anything runs."""
    if not args.why:
        if args.network or args.budget:
            raise TrackError("--network and --budget belong to --why", "add --why", code=2)
        return
    for option, value in (("--set", args.set), ("--seeds", args.seeds), ("--json", _json(args))):
        check_exclusive("--why runs it again without a change", ("--why", True), (option, value))
    if args.budget:
        _seconds(args.budget)


def _seconds(budget: str) -> float:
    try:
        return durations.seconds(budget)
    except ValueError as error:
        raise TrackError(f"--budget: {error}", "an example: --budget 30min", code=2) from None


def _json(args: argparse.Namespace) -> bool:
    return bool(args.style == "json")


def run(
    repo: git.Repo,
    pair: tuple[RunRecord, RunRecord],
    result: Verdict,
    args: argparse.Namespace,
    required: _verdict.Demands,
) -> None:
    """Print the plan, run again, and print the cause."""
    if result.level != DIFFERENT:
        print_result(f"--why: nothing to do, because the verdict is {result.level}\n")
        return
    rows = reasons.reasons(repo, *pair)
    candidates = why.suspects(rows, network=args.network)
    print_result(_plan(pair[0], candidates))
    request = rerun.RerunRequest(
        in_place=args.in_place, verify=not args.no_verify, links=required.links
    )
    finding = why.find_cause(
        repo,
        pair,
        candidates,
        request,
        lambda a, b: _verdict.judge(a, b, required),
        level="exact" if required.level == "none" else required.level,
        budget=_seconds(args.budget) if args.budget else None,
        say=lambda message: print_note(f"warning: {text.escape(message)}"),
    )
    lines = [
        f"  {trial.verdict.level}  {text.escape(str(trial.suspect.reason))}  run {short_id(trial.run.id)}"
        for trial in finding.trials
    ]
    print_result("".join(f"{line}\n" for line in [*lines, text.escape(finding.sentence)]))


def _plan(first: RunRecord, candidates: tuple[why.Suspect, ...]) -> str:
    possible = [suspect for suspect in candidates if not suspect.obstacle]
    count = len(possible) + 1
    seconds = (first.info.duration or 0.0) * count
    lines = [
        f"plan: at most {count} rerun{'' if count == 1 else 's'}, about {text.duration(seconds)}"
    ]
    lines.append(f"  {why.NOTHING.name}")
    for suspect in possible:
        needs = f" (network: pip install {suspect.requirement})" if suspect.requirement else ""
        lines.append(f"  put back: {text.escape(str(suspect.reason))}{needs}")
    lines += [
        f"  not tried: {text.escape(str(suspect.reason))}: {suspect.obstacle}"
        for suspect in candidates
        if suspect.obstacle
    ]
    return "".join(f"{line}\n" for line in lines)
