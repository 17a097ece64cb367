"""Start a sweep: ``git track sweep`` without a verb."""

from __future__ import annotations

import argparse
import shlex
import sys

from gittrack import git
from gittrack.cli.commands.sweep import _engine, _request, _running
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.core.secrets import redact_command
from gittrack.launch import template
from gittrack.record import recovery
from gittrack.show.terminal import sweeps, text
from gittrack.sweeping import jobs, prepare, runner
from gittrack.sweeping.prepare import PreparedSweep


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a new sweep."""
    parser.usage = (
        f"{parser.prog} [FILE | -S KEY=VALUES... -m METRIC] [OPTIONS]\n"
        "                       [-- COMMAND...]"
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a sweep file")
    parser.set_defaults(command=[])
    _request.add_options(parser)
    add = _running.add_options(parser).add_argument
    add("--timeout", metavar="SPAN", help="end a trial that takes longer: 90s, 30min, 2h")
    add("--retries", type=int, metavar="K", help="run a trial that fails up to K times more (0)")
    add(
        "--no-verify", action="store_true", help="do not run the pre-run hook; the runs record that"
    )
    add("--dry-run", action="store_true", help="print what would run, and run nothing")


def run(args: argparse.Namespace) -> int:
    """Start the sweep; return 0 if it is done and has a best trial."""
    repo = git.find()
    config = git.parse_config(repo.config().output())
    request = _request.request(args)._replace(config=config)
    prepared = prepare.prepare(request)
    if args.seed is not None and prepared.plan.method == "grid":
        raise TrackError(
            "--seed has no effect on a grid, because nothing is drawn",
            f"to set the seed of the trials: -S seed={args.seed}",
            code=2,
        )
    options = _running.run_options(args)
    engine = _engine.options_of(args)
    options = _engine.with_engine(repo, options, engine, prepared.plan)
    _print_plan(prepared)
    if args.dry_run:
        _print_search(prepared)
        return 0
    for warning in recovery.failures(recovery.recover(repo)):
        print_note(f"warning: {text.escape(warning)}")
    process = _running.SweepProcess(repo, prepared, engine)
    return process.run(
        lambda: runner.start(
            repo, request, prepared, _running.with_links(repo, options), process.callbacks
        )
    )


def _print_plan(prepared: PreparedSweep) -> None:
    """Print the remarks, and the budget table."""
    plan = prepared.plan
    for remark in prepared.remarks:
        print_note(f"note: {text.escape(remark)}")
    mode = plan.resource.mode if plan.resource else None
    rows, about = prepared.strategy.table(), plan.method == "asha"
    budget = sweeps.budget(rows, prepared.resource, mode, about=about)
    separator = "\n" if budget.count("\n") > 1 else " "
    print_result(f"{sweeps.objective(plan.method, plan.metric, plan.goal)}:{separator}{budget}")
    sys.stdout.flush()


def _print_search(prepared: PreparedSweep) -> None:
    """Print the range of each param, and the command of the first trial."""
    plan = prepared.plan
    width = max(map(len, map(text.escape, plan.space)))
    for name, distribution in plan.space.items():
        print_result(f"  {text.escape(name):<{width}}  {text.escape(distribution.text())}\n")
    trial = prepared.strategy.ask((), (), 1)[0]
    params = jobs.params_of(prepared.base, trial, prepared.resource)
    words = template.fill(plan.command, params, "PARAMS.yaml")
    print_result(f"for example:  {text.escape(shlex.join(redact_command(words)))}\n")
