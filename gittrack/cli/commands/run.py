"""Run a command and record it: params, metrics, console output, exit code, code and environment.

The command keeps its own stdin, stdout and stderr; git track run ends with its exit code.

These words in COMMAND are replaced by the configuration; {{ is a literal {.
  {args}            --batch-size 64 --debug --lr 0.003   (no false, no null)
  {pairs}           --batch_size=64 --debug=True --lr=0.003
  {flags}           --batch_size=64 --debug --lr=0.003   (no false)
  {overrides}       batch_size=64 debug=true lr=0.003    (Hydra)
  {params}          the path of a YAML file with the configuration
  {args_json}       the configuration as JSON
  {args_json_file}  the path of a JSON file with the configuration

The command gets these environment variables:
  GITTRACK_PARAMS   the path of a YAML file with the resolved configuration
  GITTRACK_METRICS  the path of a file to which it can append points,
                    as JSON lines: {"step": 3, "val_loss": 0.4}
  GITTRACK_RUN      the id of the run; a script with the Python API joins it
  GITTRACK_SEED     the seed: --seed, or the configuration's
"""

from __future__ import annotations

import os
import sys

from gittrack import git
from gittrack.cli.commands import _observe
from gittrack.cli.options import add_engine, add_sharing, positive
from gittrack.cli.output import print_note
from gittrack.cli.plain_arguments import REST
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.launch import config, launcher
from gittrack.launch.command_plan import AssignedParams, CommandPlan, Controller, ExplicitParams
from gittrack.record import inputs, recovery, session
from gittrack.record.machine import environment
from gittrack.record.publish.writer import Published
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id, summary_line

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse

_NOTHING_LOGGED = (
    "hint: the run has no params and no metrics: give params with -S lr=0.1 and {args} in the command, "
    "and metrics by lines in the file $GITTRACK_METRICS or by gittrack.log(); of a program that nobody "
    "edits, --auto, --scrape and --metrics FILE take them"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track run``."""
    add = parser.add_argument
    parser.usage = "git track run [OPTIONS] -- COMMAND..."
    add("-e", "--experiment", help="the experiment (track.experiment, or 'default')")
    add("-n", "--name", help="a name for the run")
    add("-t", "--tag", action="append", default=[], metavar="TAG", help="a tag; repeatable")
    add("-m", "--note", help="a note")
    add("-g", "--group", help="the group that the run belongs to")
    _add_controls(parser)
    add(
        "-p",
        "--params",
        action="append",
        default=[],
        metavar="FILE",
        help="configuration, YAML or JSON (params.yaml); repeatable, a later file overrides",
    )
    add(
        "-S",
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a value; +KEY=VALUE adds one; repeatable",
    )
    add(
        "--input",
        action="append",
        default=[],
        metavar="PATH",
        help="data to fingerprint; repeatable",
    )
    add(
        "--output",
        action="append",
        default=[],
        metavar="PATH",
        help="a file or folder to keep; repeatable",
    )
    _observe.add_options(parser)
    add(
        "--skip-existing",
        action="store_true",
        help="do not run if a finished run has the same code, command, params, inputs and seed",
    )
    add(
        "--no-verify", action="store_true", help="do not run the pre-run hook; the run records this"
    )
    add("--dry-run", action="store_true", help="print what would run, and stop")
    add_sharing(parser)
    add_engine(parser)
    add("command", nargs=REST, metavar="COMMAND", help="the command and its arguments")


def _add_controls(parser: argparse.ArgumentParser) -> None:
    """Declare the options that decide about bits."""
    add = parser.add_argument
    add(
        "--seed",
        type=int,
        metavar="N",
        help="the seed of random, NumPy, torch and TensorFlow, GITTRACK_SEED, PYTHONHASHSEED",
    )
    add(
        "--threads",
        type=positive,
        metavar="N",
        help="threads of OpenMP, OpenBLAS, MKL and similar libraries: sums depend on their number",
    )
    add(
        "--no-seed-hook",
        action="store_true",
        help="run Python without the start hook, which seeds libraries and reports which files are read",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command; return its exit code."""
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    launcher.check_command(command)
    if args.engine is not None:
        from gittrack.cli.commands import _elsewhere  # noqa: PLC0415 - most runs are here

        return _elsewhere.run(args)
    params = _seeded(args, config.resolve(args.params, args.set))
    request = session.RunRequest(
        experiment=args.experiment,
        name=args.name,
        params=params,
        tags=args.tag,
        note=args.note,
        group=args.group,
        seed=args.seed if args.seed is not None else _seed(params),
        command=command,
        verify=not args.no_verify,
        push=args.push,
        live=args.live,
    )
    repo = git.find()
    if args.dry_run:
        for path in args.input:
            inputs.kind(path, inputs.display_path(path, repo.work_tree or ""))
        from gittrack.cli.commands import _dry_run  # noqa: PLC0415 - most runs are run

        return _dry_run.show(request)
    _recover(repo)
    if args.live is not None:
        from gittrack.share.background import live  # noqa: PLC0415 - most runs are not shown live

        print_note(text.escape(live.sentence(repo, args.live)))
    plan = CommandPlan(
        request,
        args.input,
        args.output,
        controller=_controller(args, repo),
        controls=dict.fromkeys(environment.THREADS, str(args.threads)) if args.threads else {},
        explicit=_explicit_params(args, params),
        assigned=_assigned(args, params),
        hook=not args.no_seed_hook,
        not_code=[inputs.display_path(path, repo.work_tree or "") for path in args.metrics],
        observe=_observe.options(args, repo),
    )
    if args.name:  # now, because another version may be installed while the command runs
        from gittrack.cli.commands import _same_name  # noqa: F401, PLC0415
    result = launcher.launch(repo, plan, _warn)
    if result.skipped is not None:
        print_note(f"run {short_id(result.skipped)} has done the same already: nothing was run")
        return 0
    _print_end(repo, result)
    return result.exit_code


def _print_end(repo: git.Repo, result: launcher.LaunchResult) -> None:
    """Print what was recorded, and what the user should know about it."""
    sys.stdout.flush()
    for warning in result.notes:
        _warn(warning)
    for line in result.observed:
        print_note(text.escape(line))
    if result.published is None:
        print_note(
            f"hint: the run is kept in {result.journal}; commit it later with: git track recover"
        )
    else:
        print_note(summary_line(result.published.info))
        if not result.published.info.params and not result.published.info.metrics:
            print_note(_NOTHING_LOGGED)
        if result.published.info.name:
            from gittrack.cli.commands import _same_name  # noqa: PLC0415 - few runs have a name

            for warning in _same_name.warnings(repo, result.published.info):
                _warn(warning)
    if result.pushes:
        from gittrack.share.background import automatic  # noqa: PLC0415 - most runs are not pushed

        print_note(text.escape(automatic.sentence(repo)))


def _explicit_params(args: argparse.Namespace, params: Mapping[str, Any]) -> ExplicitParams | None:
    """Return the params of the command line, for a script with its own configuration; None: all params."""
    if args.params:
        return None
    explicit = config.pick(params, args.set)
    seed = args.seed if args.seed is not None else _seed(explicit)
    return ExplicitParams(explicit, seed)


def _assigned(args: argparse.Namespace, params: Mapping[str, Any]) -> AssignedParams:
    """Return the names of the params, by where they come from."""
    options = config.names(args.set)
    # The real paths now, because the command may remove its folder.
    files = [os.path.realpath(path) for path in config.files_of(args.params)]
    keys = [commit_message.key_text(key) for key in params] if files else []
    return AssignedParams(options, [key for key in keys if key not in options], files)


def _seeded(args: argparse.Namespace, params: dict[str, Any]) -> dict[str, Any]:
    """Return the params, in which ``--seed`` overrides the seed of a file but not that of ``-S``."""
    if args.seed is None or "seed" not in params or "seed" in config.pick(params, args.set):
        return params
    return {**params, "seed": args.seed}


def _seed(params: Mapping[str, Any]) -> int | None:
    seed = params.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) else None


def _controller(args: argparse.Namespace, repo: git.Repo) -> Controller:
    """Return what decides about the command: `--skip-existing` looks at earlier runs."""
    if not args.skip_existing:
        return Controller()
    from gittrack.cli.commands import _skip_existing  # noqa: PLC0415 - 5 ms that reading runs takes

    return _skip_existing.SkipExisting(repo)


def _recover(repo: git.Repo) -> None:
    """Commit the runs of processes that were killed, as every new run does."""
    results = recovery.recover(repo)
    for result in results:
        if isinstance(result, Published):
            print_note(
                f"recovered {result.info.id} ({result.info.status}) of an earlier, vanished process"
            )
    for warning in recovery.failures(results):
        _warn(warning)


def _warn(message: str) -> None:
    print_note(f"warning: {text.escape(message)}")
