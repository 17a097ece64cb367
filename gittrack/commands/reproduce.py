"""Run a recorded run again, from its commit, and say whether it came out the same.

A disposable worktree gets exactly the code that ran, uncommitted changes included; the recorded params,
seed and data go with it.  The first word of the output is the verdict: EXACT, CLOSE, DIFFERENT, FAILED, or
NOT RUN.  The exit status is 0 where it is as good as --verify asks, else 3.
"""

from __future__ import annotations

import argparse
from typing import Any

from gittrack import git
from gittrack.commands import _consent, _verdict
from gittrack.commands._common import add_formats, note, out, positive
from gittrack.core import verdict
from gittrack.core.errors import TrackError
from gittrack.core.verdict import Verdict
from gittrack.launch import config
from gittrack.read import resolve
from gittrack.read.record import RunRecord
from gittrack.reproduce import evidence, rerun
from gittrack.show import jsonable, text, verdicts
from gittrack.show.columns import short_id


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track reproduce``."""
    parser.add_argument("run", metavar="RUN", help="id, prefix, name, commit, @ or EXPERIMENT@")
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
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Rerun, compare, print the verdict."""
    repo = git.find()
    first = RunRecord(repo, resolve.resolve(repo, args.run))
    if first.info.commit is None:
        raise TrackError(f"the run {first.id} is not committed yet", "wait for its end")
    _consent.check(first, args.trust)
    asked = _verdict.demands(repo, args)
    changed = config.override(first.info.params, args.set) if args.set else None
    try:
        made = [_once(repo, first, args, asked, changed) for _ in range(args.runs)]
    except rerun.Impossible as error:
        _tell(args, Verdict(verdict.NOT_RUN, error.message), first, None, [], error.hint)
        return _verdict.UNMET
    runs = [RunRecord(repo, resolve.resolve(repo, result.id)) for result in made]
    found = [_judged(first, again, asked) for again in runs]
    worst = _verdict.worst(found)
    chosen = runs[found.index(worst)]
    why = evidence.reasons(repo, first, chosen) if worst.level != verdict.EXACT else []
    _tell(args, worst, first, chosen, why, _more(args, worst, runs, why, asked))
    for result in made:
        if result.kept:
            note(f"the worktree is kept in {result.kept}")
    return 0 if worst.meets(asked.level) else _verdict.UNMET


def _once(
    repo: git.Repo,
    first: RunRecord,
    args: argparse.Namespace,
    asked: _verdict.Demands,
    changed: dict[str, Any] | None,
) -> rerun.Result:
    return rerun.rerun(
        repo,
        first,
        changed=changed,
        keep=args.keep,
        links=asked.links,
        say=lambda remark: note(f"warning: {text.escape(remark)}"),
    )


def _judged(a: RunRecord, b: RunRecord, asked: _verdict.Demands) -> Verdict:
    return evidence.judge(a, b, rtol=asked.rtol, atol=asked.atol, volatile=asked.volatile)


def _more(
    args: argparse.Namespace,
    found: Verdict,
    runs: list[RunRecord],
    why: list[str],
    asked: _verdict.Demands,
) -> str:
    """Return what else there is to say: what was changed, how a rerun failed, whether reruns agree."""
    lines = [f"changed knowingly: {' '.join(map(text.escape, args.set))}"] if args.set else []
    if found.level == verdict.FAILED:
        tail = runs[-1].log.rstrip("\n").split("\n")[-10:]
        lines += [f"  {text.escape(line)}" for line in tail if line]
    if len(runs) > 1:
        same = all(_judged(runs[0], one, asked).level == verdict.EXACT for one in runs[1:])
        lines.append(
            f"the {len(runs)} reruns are {'the same' if same else 'not the same'}: "
            f"the program itself is {'' if same else 'not '}deterministic here"
        )
    elif found.level in (verdict.CLOSE, verdict.DIFFERENT) and not why:
        lines.append(
            "the environment is the same: rerun twice more with --runs 3 to see whether the program itself "
            "is deterministic"
        )
    return "\n".join(lines)


def _tell(
    args: argparse.Namespace,
    found: Verdict,
    first: RunRecord,
    again: RunRecord | None,
    why: list[str],
    more: str,
) -> None:
    if args.style == "json":
        whole = verdicts.jsonable(found, first.id, again.id if again else None, why)
        out(jsonable.dump({**whole, "changed": args.set}))
        return
    pair = f"{short_id(first.id)} again: {short_id(again.id)}" if again else ""
    out(verdicts.page(found, why, "\n".join(line for line in (more, pair) if line)))
