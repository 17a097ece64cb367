"""The part of git track reproduce and verify that proves the cause of a difference: --why."""

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
from gittrack.reproduce.causes import reasons, suspects, why
from gittrack.reproduce.rerun_request import RerunRequest
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --why, --network and --budget."""
    parser.add_argument(
        "--why",
        action="store_true",
        help="if it is DIFFERENT: find the cause by reruns, each with one condition as it was recorded",
    )
    parser.add_argument("--network", action="store_true", help="with --why: pip may fetch packages")
    parser.add_argument(
        "--budget", metavar="TIME", help="with --why: the longest total time, such as 30min"
    )


def check(args: argparse.Namespace) -> None:
    """Raise TrackError for options that do not belong together, before anything runs."""
    if not args.why:
        if args.network or args.budget:
            raise TrackError("--network and --budget belong to --why", "add --why", code=2)
        return
    changing = (("--set", getattr(args, "set", None)), ("--seeds", getattr(args, "seeds", None)))
    for option, value in (*changing, ("--json", _json(args))):
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
    base: RunRecord,
    result: Verdict,
    args: argparse.Namespace,
    required: _verdict.Demands,
) -> None:
    """Print the plan, run ``base`` again with one suspect at a time put back, and print the cause."""
    if result.level != DIFFERENT:
        print_result(f"--why: nothing to do, because the verdict is {result.level}\n")
        return
    first, different = pair
    rows = reasons.reasons(repo, first, different)
    candidates = suspects.suspects(rows, first.info, base.info, network=args.network)
    print_result(_plan(base, candidates))
    in_place = getattr(args, "in_place", False)
    question = why.Question(
        *(first, different, base),
        RerunRequest(in_place=in_place, verify=not args.no_verify, links=required.links),
        lambda a, b: _verdict.judge(a, b, required),
        "exact" if required.level == "none" else required.level,
    )
    finding = why.find_cause(
        repo,
        question,
        candidates,
        budget=_seconds(args.budget) if args.budget else None,
        say=lambda message: print_note(f"warning: {text.escape(message)}"),
        report=lambda trial: print_result(f"  {_line(trial)}\n"),
    )
    print_result(f"{text.escape(finding.sentence)}\n")


def _line(trial: why.SuspectRerun) -> str:
    """Return the verdict of a trial, or why there is none."""
    name = text.escape(str(trial.suspect.reason))
    if trial.run is None or trial.verdict is None:
        return f"not possible  {name}: {text.escape(trial.problem)}"
    return f"{trial.verdict.level}  {name}  run {short_id(trial.run.id)}"


def _plan(base: RunRecord, candidates: tuple[suspects.Suspect, ...]) -> str:
    """Return what will be run again, how long it takes, and what needs the network."""
    possible = [suspect for suspect in candidates if not suspect.obstacle]
    count = len(possible) + 1
    duration = text.duration((base.info.duration or 0.0) * count)
    downloads = sum(bool(suspect.requirement) for suspect in possible)
    network = f"; the network for {downloads} of them" if downloads else ""
    lines = [f"plan: at most {count} rerun{'' if count == 1 else 's'}, about {duration}{network}"]
    lines.append(f"  {suspects.NOTHING.name}")
    for suspect in possible:
        needs = f" (network: pip install {suspect.requirement})" if suspect.requirement else ""
        lines.append(f"  put back: {text.escape(str(suspect.reason))}{needs}")
    lines += [
        f"  not tried: {text.escape(str(suspect.reason))}: {suspect.obstacle}"
        for suspect in candidates
        if suspect.obstacle
    ]
    return "".join(f"{line}\n" for line in lines)
