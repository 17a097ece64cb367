"""Start a sweep: ``git track sweep`` without a further verb."""

from __future__ import annotations

import argparse
import shlex
import sys

from gittrack import git
from gittrack.cli.commands.sweep import _request, _running
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.core.secrets import redact_command
from gittrack.launch import template
from gittrack.record import recovery
from gittrack.show.terminal import sweeps, text
from gittrack.sweeping import prepare, runner


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a new sweep."""
    parser.usage = f"{parser.prog} [FILE | -S KEY=VALUES... -m METRIC] [OPTIONS] [-- COMMAND...]"
    parser.add_argument("file", nargs="?", metavar="FILE", help="a sweep file")
    parser.set_defaults(command=[])
    _request.add_options(parser)
    add = _running.add_options(parser).add_argument
    add("--timeout", metavar="SPAN", help="end a trial that takes longer: 90s, 30min, 2h")
    add("--retries", type=int, metavar="K", help="try a trial that failed K times more (0)")
    add("--no-verify", action="store_true", help="do not ask the pre-run hook; the runs say so")
    add("--dry-run", action="store_true", help="say what would be run, and stop")


def run(args: argparse.Namespace) -> int:
    """Start the sweep; 0 if it came to its end and has a best trial."""
    repo = git.find()
    config = git.parse_config(repo.config().output())
    asked = _request.request(args)._replace(config=config)
    opened = prepare.opened(asked)
    if args.seed is not None and opened.plan.method == "grid":
        raise TrackError(
            "--seed is of no effect on a grid, where nothing is drawn",
            f"for the seed of the trials: -S seed={args.seed}",
            code=2,
        )
    how = _running.settings(args)
    _print_plan(opened)
    if args.dry_run:
        _print_search(opened)
        return 0
    for warning in recovery.failures(recovery.recover(repo)):
        print_note(f"warning: {text.escape(warning)}")
    session = _running.Session(repo, opened)
    return session.run(
        lambda: runner.start(repo, asked, opened, _running.with_links(repo, how), session.talk)
    )


def _print_plan(opened: prepare.Opened) -> None:
    plan = opened.plan
    for remark in opened.remarks:
        print_note(f"note: {text.escape(remark)}")
    mode = plan.resource.mode if plan.resource else None
    rows, about = opened.strategy.table(), plan.method == "asha"
    budget = sweeps.budget(rows, opened.resource, mode, about=about)
    separator = "\n" if budget.count("\n") > 1 else " "
    print_result(f"{sweeps.objective(plan.method, plan.metric, plan.goal)}:{separator}{budget}")
    sys.stdout.flush()


def _print_search(opened: prepare.Opened) -> None:
    """Print the range of each param, and the command of the first trial."""
    plan = opened.plan
    width = max(map(len, map(text.escape, plan.space)))
    for name, distribution in plan.space.items():
        print_result(f"  {text.escape(name):<{width}}  {text.escape(distribution.text())}\n")
    trial = opened.strategy.ask((), (), 1)[0]
    params = runner.params_of(opened.base, trial, opened.resource)
    words = template.fill(plan.command, params, "PARAMS.yaml")
    print_result(f"for example:  {text.escape(shlex.join(redact_command(words)))}\n")
