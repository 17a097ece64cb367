"""Remove for good what has been in the trash for long, and what killed processes and past sweeps have left.

Left are folders of the journal, worktrees of reruns, folders that sweeps work in, and content of the store
that no run names.  Runs that a ref, a tag or a note names stay.  --keep-best moves all but the best runs to
the trash.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from gittrack import git
from gittrack.analysis import direction
from gittrack.cli.commands import _runs
from gittrack.cli.options import add_goal, check_exclusive, positive
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.core.query import durations
from gittrack.read.runs import query
from gittrack.record import recovery, session
from gittrack.show.terminal import text
from gittrack.tidy import collect, stored_content, trash

_MONTH = 30 * 86400.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track gc``."""
    parser.add_argument("--older-than", type=_span, metavar="AGE", help="in the trash (30d)")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be removed, and stop"
    )
    parser.add_argument(
        "--keep-best", type=positive, metavar="N", help="move all but the N best runs to the trash"
    )
    parser.add_argument("--by", metavar="METRIC", help="the metric that --keep-best goes by")
    add_goal(parser)
    parser.add_argument("-e", "--experiment", help="--keep-best among the runs of this experiment")


def run(args: argparse.Namespace) -> int:
    """Say how much would go, then remove it; 1 where something could not be removed."""
    repo = git.find()
    if (args.keep_best is None) != (args.by is None):
        print_note("error: --keep-best and --by belong together")
        print_note("hint: git track gc --keep-best 10 --by val_accuracy")
        return 2
    best = ("--keep-best", args.keep_best is not None)
    for name, there in ((f"--{args.goal}", args.goal), ("-e", args.experiment)):
        if there and not best[1]:
            raise TrackError(f"{name} is for --keep-best only", "leave it out", code=2)
    age = ("--older-than", args.older_than is not None)
    check_exclusive("clear the trash by itself: git track gc --older-than AGE", best, age)
    if args.keep_best is not None:
        return _keep_best(repo, args)
    older_than = _MONTH if args.older_than is None else args.older_than
    found = collect.plan(repo, older_than, time.time())
    print_result(_told(found, older_than))
    if args.dry_run:
        going = found.runs or found.leftovers or found.content.sizes
        print_result("nothing was removed: --dry-run\n" if going else "")
        return 0
    session.warn(recovery.failures(recovery.recover(repo)))
    stayed = collect.carry_out(repo, found)
    for folder in stayed:
        print_note(f"error: {text.escape(folder)} could not be removed")
        print_note("hint: see what is in the way, and try again: git track gc")
    return 1 if stayed else 0


def _told(found: collect.Collection, older_than: float) -> str:
    size = text.size(found.run_bytes)
    lines = []
    if found.runs:
        lines.append(f"{_count(len(found.runs))} of the trash: {size}, freed by the next git gc")
        lines += [f"  {raw.id}  {raw.experiment}" for raw in found.runs]
    lines += _left(found.leftovers)
    lines += _content(found.content)
    if found.younger:
        days = f"{older_than / 86400:g} days"
        lines.append(f"kept: {_count(found.younger)} in the trash for less than {days}")
    lines += [f"kept: {item.subject}: {text.escape(item.reason)}" for item in found.exempt]
    return "".join(f"{line}\n" for line in lines or ["nothing to remove"])


def _left(found: collect.Leftovers) -> Iterator[str]:
    """Yield a line for each kind of leftovers, and their names where a person might know them."""
    of_files, of_rooms, of_trees = map(text.size, found.sizes)
    if found.folders:
        yield f"{len(found.folders)} leftover folders of the journal and the cache: {of_files}"
    if found.workdirs:
        yield f"working folders of sweeps that nobody runs: {len(found.workdirs)}, {of_rooms}"
    if found.trees:
        yield f"worktrees that killed processes left: {len(found.trees)}, {of_trees}"
        yield from (f"  {text.escape(one.home)}" for one in found.trees if one.home)


def _content(content: stored_content.Unnamed) -> Iterator[str]:
    """Yield what can go of the content store, and what stays for another reason than that a run names it."""
    if content.sizes:
        size = text.size(sum(content.sizes.values()))
        yield f"content of the store that no run names: {_files(len(content.sizes))}, {size}"
    if content.fresh:
        yield f"kept: content of the store that no run names: {_files(content.fresh)} of the last hour"
    if content.doubt:
        yield f"kept: all content of the store: {text.escape(content.doubt)}"


def _files(number: int) -> str:
    return f"{number} file{'' if number == 1 else 's'}"


def _keep_best(repo: git.Repo, args: argparse.Namespace) -> int:
    ranking = query.top(repo, args.by, goal=args.goal, experiment=args.experiment)
    better = direction.require_known(ranking.direction)
    ranked = ranking.runs[: ranking.ranked]
    rest = [raw for raw in ranked[args.keep_best :] if raw.commit is not None]
    reasons = collect.named_elsewhere(repo, rest)
    chosen = [raw for raw in rest if raw.id not in reasons]
    kept = len(ranked) - len(chosen) - len(reasons)
    reason = f"{'smallest' if better.smallest else 'largest'}, because {better.reason}"
    by = text.escape(args.by) + ("" if args.goal else f" ({text.escape(reason)})")
    print_result(f"the best {kept} of {_count(len(ranked))} by {by} stay\n")
    if unranked := ranking.infinite + ranking.nan:
        print_result(f"kept: {_count(unranked)} with NaN or infinity, which cannot be ranked\n")
    print_result(
        "".join(f"kept: {run_id}: {text.escape(why)}\n" for run_id, why in reasons.items())
    )
    if not chosen:
        print_result("nothing to move to the trash\n")
        return 0
    print_result("".join(f"to the trash: {_runs.label(repo, raw)}\n" for raw in chosen))
    if args.dry_run:
        print_result("nothing was moved: --dry-run\n")
        return 0
    trash.remove(repo, chosen)
    print_result(
        "git track restore brings them back; git track gc removes them for good after 30 days\n"
    )
    return 0


def _count(number: int) -> str:
    return f"{number} run{'' if number == 1 else 's'}"


def _span(word: str) -> float:
    try:
        return durations.seconds(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
