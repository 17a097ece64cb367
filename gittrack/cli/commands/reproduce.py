"""Run a recorded run again, from its commit, and say whether it came out the same.

A disposable worktree gets exactly the code that ran, uncommitted changes included; the recorded params,
seed and data go with it.  The first word of the output is the verdict: EXACT, CLOSE, DIFFERENT, UNKNOWN
(there was nothing to compare), FAILED, or NOT RUN.  The exit status is 0 where it is as good as --verify
asks, else 3.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from gittrack import git
from gittrack.analysis import verdict
from gittrack.analysis.verdict import Verdict
from gittrack.cli.commands import _consent, _verdict
from gittrack.cli.options import add_formats, add_run, check_exclusive, positive
from gittrack.cli.output import print_note, print_result
from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.launch import config
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import evidence, rerun
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
        help="run it K times, and compare those too",
    )
    parser.add_argument("--keep", action="store_true", help="keep the worktree")
    parser.add_argument(
        "--in-place",
        action="store_true",
        help="run it in your own tree, which must be at the same code",
    )
    parser.add_argument(
        "-S",
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a param knowingly",
    )
    parser.add_argument(
        "--trust", metavar="COMMIT", help="run what this run commit records, without being asked"
    )
    parser.add_argument(
        "--no-verify", action="store_true", help="do not ask the pre-run hook; the run says so"
    )
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Rerun, compare, print the verdict."""
    check_exclusive(
        "in place there is no worktree", ("--in-place", args.in_place), ("--keep", args.keep)
    )
    repo = git.find()
    first = RunRecord(repo, resolve.resolve(repo, args.run))
    if first.info.commit is None:
        raise TrackError(f"the run {first.id} is not committed yet", "wait for its end")
    asked = _verdict.demands(repo, args)
    _consent.check(repo, first, args.trust, asked.links)
    changed = config.override(first.info.params, args.set) if args.set else None
    try:
        made = _reruns(repo, first, args, asked, changed)
    except Impossible as error:
        _tell(args, Verdict(verdict.NOT_RUN, error.message), [first], more=error.hint)
        return _verdict.UNMET
    runs = [RunRecord(repo, resolve.resolve(repo, result.id)) for result in made]
    found = [_judged(first, again, asked) for again in runs]
    worst = _verdict.worst(found)
    chosen = runs[found.index(worst)]
    same = _same(runs, asked)
    why = evidence.reasons(repo, first, chosen) if worst.may_have_reasons else []
    _tell(args, worst, [first, chosen], why, _more(args, worst, [first, chosen], why, same), same)
    for result in made:
        if result.worktree:
            print_note(_verdict.kept(first, result))
    return 0 if worst.meets(asked.level) else _verdict.UNMET


def _reruns(
    repo: git.Repo,
    first: RunRecord,
    args: argparse.Namespace,
    asked: _verdict.Demands,
    changed: dict[str, Any] | None,
) -> list[rerun.Result]:
    """Run it as often as asked; fewer times where somebody stops it."""
    made: list[rerun.Result] = []
    wish = rerun.RerunRequest(
        changed,
        keep=args.keep,
        in_place=args.in_place,
        verify=not args.no_verify,
        links=asked.links,
    )
    while len(made) < args.runs and not any(result.stopped for result in made):
        made.append(rerun.rerun(repo, first, wish, _warn))
    return made


def _warn(remark: str) -> None:
    print_note(f"warning: {text.escape(remark)}")


def _same(runs: list[RunRecord], asked: _verdict.Demands) -> bool | None:
    """Say whether several reruns came out the same; None where nobody can tell, such as of one alone."""
    if len(runs) < 2 or not all(one.info.finished for one in runs):
        return None
    found = [_judged(runs[0], one, asked) for one in runs[1:]]
    if any(one.divergences or one.artifacts for one in found):
        return False
    unsure = any(one.unknown or one.level == verdict.UNKNOWN for one in found)
    return None if unsure else True


def _judged(a: RunRecord, b: RunRecord, asked: _verdict.Demands) -> Verdict:
    return evidence.judge(a, b, rtol=asked.rtol, atol=asked.atol, volatile=asked.volatile)


def _more(
    args: argparse.Namespace,
    found: Verdict,
    pair: list[RunRecord],
    why: list[str],
    same: bool | None,
) -> str:
    """Return what else there is to say: what was changed, how a rerun failed, whether reruns agree."""
    lines = [f"changed knowingly: {' '.join(map(text.escape, args.set))}"] if args.set else []
    lines += _without_effect(args, pair)
    if found.level == verdict.FAILED:
        tail = pair[1].log.rstrip("\n").split("\n")[-10:]
        lines += [f"  {text.escape(line)}" for line in tail if line]
    differs = found.level in (verdict.CLOSE, verdict.DIFFERENT) and not found.reason
    if differs:
        lines += evidence.uncontrolled(*pair)
    if same is not None:
        lines.append(
            f"the {args.runs} reruns are {'the same' if same else 'not the same'}: "
            f"the program itself is {'' if same else 'not '}deterministic here"
        )
    elif differs and not why and args.runs == 1:
        lines.append(
            "the environment is the same: rerun twice more with --runs 3 to see whether the program itself "
            "is deterministic"
        )
    return "\n".join(lines)


def _without_effect(args: argparse.Namespace, pair: list[RunRecord]) -> list[str]:
    """Return a line for each param that was changed here and is another one again in the new run."""
    wanted = config.pick(config.override(pair[0].info.params, args.set), args.set)
    known = commit_message.dotted(pair[1].info.params)
    return [
        f"warning: the script says that its {text.escape(key)} is {known[key]!r}: the change had no effect; "
        "let it take its params from gittrack.params()"
        for key, value in commit_message.dotted(wanted).items()
        if key in known and not nested.same(known[key], value)
    ]


def _tell(
    args: argparse.Namespace,
    found: Verdict,
    pair: list[RunRecord],
    why: Sequence[str] = (),
    more: str = "",
    same: bool | None = None,
) -> None:
    ids = [run.id for run in pair]
    if args.style == "json":
        whole = verdicts.jsonable(found, ids[0], ids[1] if len(ids) > 1 else None, why)
        print_result(jsonable.dump({**whole, "changed": args.set, "deterministic": same}))
        return
    last = " again: ".join(map(short_id, ids)) if len(ids) > 1 else ""
    print_result(verdicts.page(found, why, "\n".join(line for line in (more, last) if line)))
