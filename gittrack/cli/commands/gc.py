"""Delete runs that have been in the trash for 30 days, and leftovers of killed processes and past sweeps.

Leftovers are journal folders, worktrees of reruns, working directories of sweeps, and content of the store
that no run names. Runs that a ref, a tag or a note names are kept. With --keep-best, nothing is deleted:
all runs except the best ones are moved to the trash. With --fold, nothing is deleted either: runs that ended
long ago lose their refs, so that git stays fast, and an archive on refs/archive/runs keeps them.
"""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.analysis import direction
from gittrack.cli.commands import _bar, _fold, _runs
from gittrack.cli.options import add_goal, check_exclusive, positive
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.core.query import durations
from gittrack.core.standard.collections import Iterator
from gittrack.read.runs import query
from gittrack.record import recovery
from gittrack.record.active import warning
from gittrack.show.terminal import text
from gittrack.tidy import collect, stored_content, trash, uploaded_content

_MONTH = 30 * 86400.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track gc``."""
    parser.add_argument(
        "--older-than",
        type=_span,
        metavar="AGE",
        help="delete runs that have been in the trash for longer than this (30d); with --fold: fold"
        " runs that ended longer ago",
    )
    parser.add_argument(
        "--fold",
        action="store_true",
        help="keep old runs in an archive instead of by a ref each; all verbs work on them as before",
    )
    parser.add_argument(
        "--uploaded",
        action="store_true",
        help="only delete large files here that the remote has too; git track get brings one back",
    )
    parser.add_argument(
        "--unfold", action="store_true", help="give all folded runs their refs again"
    )
    parser.add_argument("--dry-run", action="store_true", help="only print what would be removed")
    parser.add_argument(
        "--keep-best",
        type=positive,
        metavar="N",
        help="move all runs except the N best ones to the trash",
    )
    parser.add_argument(
        "--by", metavar="METRIC", help="the metric that ranks the runs for --keep-best"
    )
    add_goal(parser)
    parser.add_argument(
        "-e", "--experiment", help="with --keep-best: rank only the runs of this experiment"
    )


def run(args: argparse.Namespace) -> int:
    """Print what will be removed, then remove it; return 1 if something could not be removed."""
    repo = git.find()
    if (args.keep_best is None) != (args.by is None):
        print_note("error: --keep-best and --by belong together")
        print_note("hint: git track gc --keep-best 10 --by val_accuracy")
        return 2
    best = ("--keep-best", args.keep_best is not None)
    for name, is_given in ((f"--{args.goal}", args.goal), ("-e", args.experiment)):
        if is_given and not best[1]:
            raise TrackError(f"{name} is for --keep-best only", "leave it out", code=2)
    age = ("--older-than", args.older_than is not None)
    check_exclusive("empty the trash in a second command: git track gc --older-than AGE", best, age)
    folding = ("--fold", args.fold)
    unfolding = ("--unfold", args.unfold)
    check_exclusive("use two commands", ("--uploaded", args.uploaded), best, age)
    check_exclusive("use two commands", ("--uploaded", args.uploaded), unfolding, best, folding)
    check_exclusive("use two commands", ("--uploaded", args.uploaded), unfolding, best, age)
    if args.keep_best is not None:
        return _keep_best(repo, args)
    if args.unfold:
        return _fold.undo(repo, args.dry_run)
    if args.fold:
        return _fold.run(repo, _MONTH if args.older_than is None else args.older_than, args.dry_run)
    if args.uploaded:
        return _remove_uploaded(repo, args)
    older_than = _MONTH if args.older_than is None else args.older_than
    garbage = collect.plan(repo, older_than, time.time())
    print_result(_describe(garbage, older_than))
    if args.dry_run:
        going = garbage.runs or garbage.leftovers or garbage.content.sizes
        print_result("nothing was removed: --dry-run\n" if going else "")
        return 0
    warning.warn(recovery.failures(recovery.recover(repo)))
    remaining = collect.carry_out(repo, garbage)
    for folder in remaining:
        print_note(f"error: {text.escape(folder)} could not be removed")
        print_note("hint: check its permissions and try again: git track gc")
    return 1 if remaining else 0


def _remove_uploaded(repo: git.Repo, args: argparse.Namespace) -> int:
    uploaded = uploaded_content.find(repo)
    size = text.size(sum(content.size for content in uploaded.contents))
    number = _files(len(uploaded.contents))
    store = text.escape(uploaded.store)
    if not uploaded.contents:
        print_result("nothing to remove\n")
        return 0
    print_result(f"large files that {store} has too: {number}, {size}\n")
    if args.dry_run:
        print_result("nothing was removed: --dry-run\n")
        return 0
    failures = uploaded_content.remove(repo, uploaded.contents, _bar.watch)
    for content, reason in failures.items():
        print_note(f"kept: {content.digest[:12]}, which {store} lost: {text.escape(reason)}")
    print_result("git track get RUN PATH brings one back\n")
    return 1 if failures else 0


def _describe(garbage: collect.Collection, older_than: float) -> str:
    size = text.size(garbage.run_bytes)
    lines = []
    if garbage.runs:
        lines.append(f"{_count(len(garbage.runs))} of the trash: {size}, freed by the next git gc")
        lines += [f"  {raw.id}  {raw.experiment}" for raw in garbage.runs]
    lines += _describe_leftovers(garbage.leftovers)
    lines += _describe_content(garbage.content)
    if garbage.younger:
        days = f"{older_than / 86400:g} days"
        lines.append(f"kept: {_count(garbage.younger)} in the trash for less than {days}")
    lines += [f"kept: {item.subject}: {text.escape(item.reason)}" for item in garbage.exempt]
    return "".join(f"{line}\n" for line in lines or ["nothing to remove"])


def _describe_leftovers(leftovers: collect.Leftovers) -> Iterator[str]:
    """Yield a line for each kind of leftovers, and the paths of worktrees that a user may know."""
    of_files, of_workdirs, of_trees = map(text.size, leftovers.sizes)
    if leftovers.folders:
        yield f"{len(leftovers.folders)} leftover folders of the journal and the cache: {of_files}"
    if leftovers.workdirs:
        yield f"working folders of sweeps that nobody runs: {len(leftovers.workdirs)}, {of_workdirs}"
    if leftovers.trees:
        yield f"worktrees that killed processes left: {len(leftovers.trees)}, {of_trees}"
        yield from (f"  {text.escape(tree.home)}" for tree in leftovers.trees if tree.home)


def _describe_content(content: stored_content.Unnamed) -> Iterator[str]:
    """Yield lines on content that no run names: what is removed, and what is kept and why."""
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
    count = len(ranked) - len(chosen) - len(reasons)
    reason = f"{'smallest' if better.smallest else 'largest'}, because {better.reason}"
    by = text.escape(args.by) + ("" if args.goal else f" ({text.escape(reason)})")
    print_result(f"the best {count} of {_count(len(ranked))} by {by} stay\n")
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
