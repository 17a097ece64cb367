"""Bring what a remote has, and print what came, what others removed, and conflicts."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _bar, _share
from gittrack.cli.commands._share_words import count
from gittrack.cli.output import print_note, print_result
from gittrack.share import pull, unchanged
from gittrack.share.choosing.options import ASK_ABOVE, PullOptions
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.text import escape


def run(
    repo: git.Repo,
    args: argparse.Namespace,
    choice: PullOptions,
    remote: str | None,
    sides: unchanged.Sides | None,
) -> int:
    """Bring the runs; return 1 if something is in conflict."""
    if args.dry_run:
        planned = pull.plan(repo, choice, remote=remote)
        _print_conflicts(planned)
        print_result(f"would bring: {_summary(planned)}")
        return 0
    done = pull.pull(
        repo,
        choice,
        remote=remote,
        may_remove=lambda number: args.yes or _share.may_remove(number, ASK_ABOVE),
        watch=_bar.watch,
        sides=sides,
    )
    for run_id, person, at in done.removed:
        print_note(f"{escape(person)} removed {short_id(run_id)} ({at[:10]}): it is in the trash")
    for run_id, reason in done.retained[:ASK_ABOVE]:
        print_note(f"{short_id(run_id)} was removed by others and stays here: {escape(reason)}")
    _print_conflicts(done)
    _share.print_unavailable(done.unavailable)
    print_result(_summary(done))
    return 1 if done.conflicts else 0


def _print_conflicts(done: pull.Pulled) -> None:
    for name, difference in done.conflicts[:ASK_ABOVE]:
        print_note(f"conflict: {escape(name)}: {escape(difference)}")
    if len(done.conflicts) > ASK_ABOVE:
        print_note(f"and {len(done.conflicts) - ASK_ABOVE} more conflicts")


def _summary(done: pull.Pulled) -> str:
    parts = [f"{len(done.new)} new"]
    parts += [f"{len(done.resumed)} resumed"] if done.resumed else []
    parts += [f"{len(done.restored)} restored"] if done.restored else []
    parts += [f"{len(done.removed)} removed by others"] if done.removed else []
    parts += [f"{count(len(done.models), 'event')} of models"] if done.models else []
    parts += [count(done.files, "large file")] if done.files else []
    parts += [count(len(done.conflicts), "conflict")] if done.conflicts else []
    parts += [f"{done.live} going on elsewhere (git track ls)"] if done.live else []
    return f"{', '.join(parts)} from {escape(done.remote)}\n"
