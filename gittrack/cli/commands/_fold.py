"""``git track gc --fold``: print which runs are folded and which stay, and fold them."""

from __future__ import annotations

import time

from gittrack import git
from gittrack.cli.output import print_note, print_result
from gittrack.core import layout
from gittrack.folding import archive, visible
from gittrack.tidy import commit_graph, fold, fold_plan

_STAY = {
    "newer": "ended later",
    "going on": "going on",
    "in a stage": "in a stage of a model",
    "waiting to be pushed": "waiting to be pushed",
    "a new result": "a result that its sweep has not taken yet",
    "cannot be read": "cannot be read by this version: see git track doctor",
}


def run(repo: git.Repo, older_than: float, dry_run: bool) -> int:
    """Fold the runs that ended longer ago; return 1 if some of them still have a ref."""
    plan = fold_plan.plan(repo, older_than, time.time())
    days = f"{older_than / 86400:g} days"
    lines = [f"kept as refs: {_count(number)} {_STAY[why]}" for why, number in plan.stay.items()]
    head = f"runs that ended more than {days} ago: {len(plan.members)}"
    print_result("".join(f"{line}\n" for line in [head, *lines]))
    if dry_run or not plan.members:
        print_result("nothing was folded: --dry-run\n" if plan.members else "nothing to fold\n")
        return 0
    done = fold.fold(repo, plan.members)
    print_result(f"folded: {_count(done.runs)}, which {layout.ARCHIVE} keeps\n")
    config = git.parse_config(repo.config().output())
    commit_graph.write(repo, config, [], archive.chain(repo, archive.tip(repo)))
    if done.remaining:
        print_note(f"{_count(done.remaining)} still have their refs too, because {done.reason}")
        print_note("hint: complete it later: git track gc --fold")
    return 1 if done.remaining else 0


def undo(repo: git.Repo, dry_run: bool) -> int:
    """Give all folded runs their refs again."""
    if dry_run:
        tip = archive.tip(repo)
        refs = archive.commits(repo, archive.read(repo, tip)) if tip else {}
        runs = len(visible.commits_of(repo, refs.keys()))
        print_result(f"folded: {_count(runs)}\nnothing was changed: --dry-run\n")
        return 0
    print_result(f"{_count(fold.unfold(repo))} got a ref again\n")
    return 0


def _count(number: int) -> str:
    return f"{number} run{'' if number == 1 else 's'}"
