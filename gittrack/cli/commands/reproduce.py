"""Run a recorded run again from its commit, and compare the results.

The command runs in a temporary worktree with exactly the code that ran, uncommitted changes included, and
with the recorded params, seed and inputs. The first word of the output is the verdict: EXACT, CLOSE (within
the tolerances), DIFFERENT, UNKNOWN (there is nothing to compare), FAILED, or NOT RUN. The exit status is 0
if the verdict is at least as good as --verify requires, else 3.
"""

from __future__ import annotations

import argparse
from typing import Any

from gittrack import git
from gittrack.analysis import verdict
from gittrack.analysis.verdict import Verdict
from gittrack.cli.commands import _consent, _consistency, _verdict, _why
from gittrack.cli.options import add_formats, add_run, check_exclusive, positive
from gittrack.cli.output import print_note, print_result
from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Sequence
from gittrack.launch import config
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.record import annotate
from gittrack.reproduce import rerun
from gittrack.reproduce.causes import reason, reasons, unrecorded
from gittrack.reproduce.rerun_worktree import Impossible
from gittrack.show.data import jsonable
from gittrack.show.terminal import text, verdicts
from gittrack.show.terminal.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track reproduce``."""
    add_run(parser)
    _verdict.arguments(parser)
    parser.add_argument(
        "--runs",
        type=positive,
        default=1,
        metavar="K",
        help="run the run K times, and compare the reruns with each other, too",
    )
    parser.add_argument("--keep", action="store_true", help="keep the worktree")
    parser.add_argument(
        "--in-place",
        action="store_true",
        help="run in your own work tree, which must have the same code",
    )
    parser.add_argument(
        "--env",
        action="store_true",
        help="make the environment again from the lock file that the run kept, and use it",
    )
    parser.add_argument(
        "-S",
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a param for the rerun",
    )
    _consistency.arguments(parser)
    _why.arguments(parser)
    _consent.arguments(parser)
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Rerun the run and print the verdict; return 3 if it is worse than --verify requires."""
    check_exclusive(
        "--in-place makes no worktree", ("--in-place", args.in_place), ("--keep", args.keep)
    )
    check_exclusive(
        "--env is for reruns in a worktree",
        ("--env", args.env),
        ("--in-place", args.in_place),
    )
    for option, value in (("--why", args.why), ("--seeds", args.seeds)):
        check_exclusive(
            f"{option} uses the present environment", ("--env", args.env), (option, value)
        )
    repo = git.find()
    first = RunRecord(repo, resolve.resolve(repo, args.run))
    if first.info.commit is None:
        raise TrackError(f"the run {first.id} is not committed yet", "wait until it has ended")
    required = _verdict.demands(repo, args)
    margins = _consistency.margins(args, first)
    _why.check(args)
    _consent.check(repo, first, args.trust, required.links)
    if margins:
        return _consistency.run(repo, first, margins, args, required)
    changed = config.override(first.info.params, args.set) if args.set else None
    try:
        results = _reruns(repo, first, args, required, changed)
    except Impossible as error:
        not_run = Verdict(verdict.NOT_RUN, error.message)
        _print_verdict(args, not_run, [first], details=error.hint)
        return _verdict.UNMET
    reruns = [RunRecord(repo, resolve.resolve(repo, result.id)) for result in results]
    judgements = [_verdict.judge(first, again, required) for again in reruns]
    worst = _verdict.worst(judgements)
    pair = [first, reruns[judgements.index(worst)]]
    deterministic = _is_deterministic(reruns, required)
    rows = reasons.reasons(repo, *pair)
    why = reason.lines(rows) if worst.may_have_reasons else []
    exceptions = reason.although(rows) if worst.level == verdict.EXACT else []
    details = "\n".join([*exceptions, _details(args, worst, pair, why, deterministic)]).strip("\n")
    _print_verdict(args, worst, pair, why, details, deterministic)
    if not args.set:
        _record(repo, first, reruns, required)
    for result in results:
        if result.worktree:
            print_note(_verdict.worktree_note(first, result))
    if args.why:
        _why.run(repo, (first, pair[1]), first, worst, args, required)
    return 0 if worst.meets(required.level) else _verdict.UNMET


def _record(
    repo: git.Repo, first: RunRecord, reruns: Sequence[RunRecord], required: _verdict.Demands
) -> None:
    """Record the verdicts as annotations of the run, by the tolerances that gates use."""
    standard = required._replace(rtol=verdict.RTOL, atol=verdict.ATOL)
    target = annotate.Target(first.id, first.info.commit)
    try:
        for again in reruns:
            judgement = _verdict.judge(first, again, standard).judgement(again.id)
            annotate.record_verdict(repo, target, judgement)
    except TrackError as error:
        _warn(f"the verdict was printed but not recorded: {error.message}")


def _reruns(
    repo: git.Repo,
    first: RunRecord,
    args: argparse.Namespace,
    required: _verdict.Demands,
    changed: dict[str, Any] | None,
) -> list[rerun.Result]:
    """Run the run again ``--runs`` times, or less often if the user stops it."""
    results: list[rerun.Result] = []
    request = rerun.RerunRequest(
        changed,
        keep=args.keep,
        in_place=args.in_place,
        verify=not args.no_verify,
        links=required.links,
        rebuild=args.env,
    )
    while len(results) < args.runs and not any(result.stopped for result in results):
        results.append(rerun.rerun(repo, first, request, _warn))
    return results


def _warn(message: str) -> None:
    print_note(f"warning: {text.escape(message)}")


def _is_deterministic(reruns: list[RunRecord], required: _verdict.Demands) -> bool | None:
    """Return whether all reruns have the same results; None if that is unknown, as for a single rerun."""
    if len(reruns) < 2 or not all(run.info.finished for run in reruns):
        return None
    judgements = [_verdict.judge(reruns[0], other, required) for other in reruns[1:]]
    if any(
        judgement.level in (verdict.CLOSE, verdict.DIFFERENT) and not judgement.unknown
        for judgement in judgements
    ):
        return False
    unsure = any(
        judgement.unknown or judgement.level == verdict.UNKNOWN for judgement in judgements
    )
    return None if unsure else True


def _details(
    args: argparse.Namespace,
    judgement: Verdict,
    pair: list[RunRecord],
    why: list[str],
    deterministic: bool | None,
) -> str:
    """Return the lines below a verdict: the changed params, the end of the log, whether reruns agree."""
    lines = [f"changed knowingly: {' '.join(map(text.escape, args.set))}"] if args.set else []
    lines += _changes_without_effect(args, pair)
    if judgement.level == verdict.FAILED:
        tail = pair[1].log.rstrip("\n").split("\n")[-10:]
        lines += [f"  {text.escape(line)}" for line in tail if line]
    if len(pair) > 1 and judgement.level != verdict.EXACT:
        lines += unrecorded.refused_writes(*pair)
    differs = judgement.level in (verdict.CLOSE, verdict.DIFFERENT) and not judgement.reason
    if differs:
        lines += unrecorded.uncontrolled(*pair)
    if deterministic is not None:
        lines.append(
            f"the {args.runs} reruns are {'the same' if deterministic else 'not the same'}: "
            f"the program itself is {'' if deterministic else 'not '}deterministic here"
        )
    elif differs and not why and args.runs == 1:
        lines.append(
            f"{unrecorded.not_recorded(*pair)}; add --runs 3 to see whether the program is deterministic"
        )
    return "\n".join(lines)


def _changes_without_effect(args: argparse.Namespace, pair: list[RunRecord]) -> list[str]:
    """Return a warning for each param that -S changed but that has another value in the new run."""
    changes = config.pick(config.override(pair[0].info.params, args.set), args.set)
    recorded = commit_message.dotted(pair[1].info.params)
    return [
        f"warning: the script reports {text.escape(key)} = {recorded[key]!r}, so the change had no effect; "
        "read the params of the script from gittrack.params()"
        for key, value in commit_message.dotted(changes).items()
        if key in recorded and not nested.same(recorded[key], value)
    ]


def _print_verdict(
    args: argparse.Namespace,
    judgement: Verdict,
    pair: list[RunRecord],
    why: Sequence[str] = (),
    details: str = "",
    deterministic: bool | None = None,
) -> None:
    ids = [run.id for run in pair]
    if args.style == "json":
        content = verdicts.jsonable(judgement, ids[0], ids[1] if len(ids) > 1 else None, why)
        print_result(
            jsonable.dump({**content, "changed": args.set, "deterministic": deterministic})
        )
        return
    last = " was run again as ".join(map(short_id, ids)) if len(ids) > 1 else ""
    lines = "\n".join(line for line in (details, last) if line)
    print_result(verdicts.page(judgement, why, lines))
