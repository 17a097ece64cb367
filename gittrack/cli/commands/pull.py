"""Bring runs, annotations, sweeps and models of a git remote here. Nothing here is overwritten or deleted."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _bar, _share
from gittrack.cli.commands._share import count
from gittrack.cli.options import add_experiment, add_where, positive
from gittrack.cli.output import print_note, print_result
from gittrack.share import pull
from gittrack.share.choosing.options import PullOptions
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.text import escape


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track pull``."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="only these runs, by their ids; the last word can be a remote",
    )
    add_experiment(parser)
    add_where(parser)
    parser.add_argument("--sweep", metavar="S", help="only the trials of this sweep")
    parser.add_argument(
        "-n", type=positive, metavar="N", help="only the N newest runs of the remote"
    )
    parser.add_argument(
        "--no-artifacts",
        action="store_true",
        help="leave out large files; git track get brings one when it is needed",
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would come")
    parser.add_argument("--remote", metavar="NAME", help="the remote (track.remote, else origin)")
    parser.add_argument(
        "-y",
        "--yes",
        action="store_true",
        help=f"remove also if others removed more than {pull.ASK_ABOVE} runs",
    )


def run(args: argparse.Namespace) -> int:
    """Bring the runs; return 1 if something is in conflict."""
    repo = git.find()
    addresses, remote = _share.split_remote(repo, args.runs, args.remote)
    choice = PullOptions(
        *(tuple(addresses), args.experiment, args.n, not args.no_artifacts),
        where=args.where,
        sweep=args.sweep,
    )
    if args.dry_run:
        print_result(f"would bring: {_summary(pull.plan(repo, choice, remote=remote))}")
        return 0
    done = pull.pull(
        repo,
        choice,
        remote=remote,
        may_remove=lambda number: args.yes or _share.may_remove(number, pull.ASK_ABOVE),
        watch=_bar.watch,
    )
    for run_id, person, at in done.removed:
        print_note(f"{escape(person)} removed {short_id(run_id)} ({at[:10]}): it is in the trash")
    for run_id, reason in done.retained[: pull.ASK_ABOVE]:
        print_note(f"{short_id(run_id)} was removed by others and stays here: {escape(reason)}")
    for name, difference in done.conflicts[: pull.ASK_ABOVE]:
        print_note(f"conflict: {escape(name)}: {escape(difference)}")
    if len(done.conflicts) > pull.ASK_ABOVE:
        print_note(f"and {len(done.conflicts) - pull.ASK_ABOVE} more conflicts")
    _share.print_unavailable(done.unavailable)
    print_result(_summary(done))
    return 1 if done.conflicts else 0


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
