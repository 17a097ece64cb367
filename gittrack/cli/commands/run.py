"""Run a command and record it: params, metrics, console, exit code, code state, environment.

The command keeps its own stdin, stdout and stderr, and git track run ends with its exit code.
In COMMAND, {params} is the path of the resolved configuration, {args} is --lr 0.003 ...,
{overrides} is lr=0.003 ... (Hydra), {pairs} is --lr=0.003 ..., and {flags} the same with true as a
bare flag and false left out (both as in W&B's sweeps); {args_json} is the configuration as JSON,
{args_json_file} the path of a file with it; a literal { is {{.

The command finds in its environment:
  GITTRACK_PARAMS   a YAML file with the resolved configuration
  GITTRACK_METRICS  a file to append points to, as JSON lines: {"step": 3, "val_loss": 0.4}
  GITTRACK_RUN      the id of the run; a script that uses the Python API joins this run
  GITTRACK_SEED     the seed: --seed, or the configuration's
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from gittrack import git
from gittrack.cli.options import positive
from gittrack.cli.output import print_note, print_result
from gittrack.core import yaml_write
from gittrack.core.secrets import redact_command
from gittrack.launch import config, launcher, template
from gittrack.launch.guest import Guest
from gittrack.read.runs import query, reader, resolve
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.record import inputs, recovery, session
from gittrack.record.machine import environment
from gittrack.record.publish.writer import Published
from gittrack.show.terminal import detail, text
from gittrack.show.terminal.columns import short_id

_NOTHING_LOGGED = (
    "hint: the run has no params and no metrics: give params with -S lr=0.1 and {args} in the command, "
    "and metrics by lines in the file $GITTRACK_METRICS or by gittrack.log()"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track run``."""
    add = parser.add_argument
    parser.usage = "git track run [OPTIONS] -- COMMAND..."
    add("-e", "--experiment", help="the experiment (track.experiment, or 'default')")
    add("-n", "--name", help="a name for the run, to address it by")
    add("-t", "--tag", action="append", default=[], metavar="TAG", help="a tag; repeatable")
    add("-m", "--note", help="a remark")
    add("-g", "--group", help="the group that the run belongs to")
    add("--seed", type=int, metavar="N", help="the seed; also GITTRACK_SEED and PYTHONHASHSEED")
    add(
        "--threads",
        type=positive,
        metavar="N",
        help="threads of OpenMP, OpenBLAS, MKL and the like: a sum depends on their number",
    )
    add(
        "-p",
        "--params",
        action="append",
        default=[],
        metavar="FILE",
        help="configuration, YAML or JSON (params.yaml); repeatable, the later wins",
    )
    add(
        "-S",
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override; +KEY=VALUE adds; repeatable",
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
    add(
        "--skip-existing",
        action="store_true",
        help="run nothing where a finished run was asked the same: code, command, params, inputs, seed",
    )
    add("--no-verify", action="store_true", help="do not ask the pre-run hook; the run says so")
    add("--dry-run", action="store_true", help="say what would be run, and stop")
    add("command", nargs=argparse.REMAINDER, metavar="COMMAND")


def run(args: argparse.Namespace) -> int:
    """Run the command; return its exit code."""
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    launcher.check_command(command)
    params = _seeded(args, config.resolve(args.params, args.set))
    request = session.Request(
        experiment=args.experiment,
        name=args.name,
        params=params,
        tags=args.tag,
        note=args.note,
        group=args.group,
        seed=args.seed if args.seed is not None else _seed(params),
        command=command,
        verify=not args.no_verify,
    )
    repo = git.find()
    if args.dry_run:
        for path in args.input:
            inputs.kind(path, inputs.display_path(path, repo.work_tree or ""))
        return _dry_run(request)
    _recover(repo)
    plan = launcher.Plan(
        request,
        args.input,
        args.output,
        guest=_SkipExisting(repo) if args.skip_existing else Guest(),
        controls=dict.fromkeys(environment.THREADS, str(args.threads)) if args.threads else {},
        given=_given(args, params),
    )
    result = launcher.launch(repo, plan, _warn)
    if result.skipped is not None:
        print_note(f"run {short_id(result.skipped)} has done the same already: nothing was run")
        return 0
    sys.stdout.flush()
    for remark in result.notes:
        _warn(remark)
    if result.published is None:
        print_note(
            f"hint: the run is kept in {result.journal}; commit it later with: git track recover"
        )
    else:
        print_note(detail.summary_line(result.published.info))
        if not result.published.info.params and not result.published.info.metrics:
            print_note(_NOTHING_LOGGED)
        _say_clash(repo, result.published)
    return result.exit_code


def _given(args: argparse.Namespace, params: Mapping[str, Any]) -> launcher.Given | None:
    """Return what was said here, for a script that has a configuration of its own; None for all of it."""
    if args.params:
        return None
    said = config.pick(params, args.set)
    seed = args.seed if args.seed is not None else _seed(said)
    return launcher.Given(said, seed)


def _seeded(args: argparse.Namespace, params: dict[str, Any]) -> dict[str, Any]:
    """Let ``--seed`` stand above a seed in a file, which the script may well read."""
    if args.seed is None or "seed" not in params or "seed" in config.pick(params, args.set):
        return params
    return {**params, "seed": args.seed}


def _seed(params: Mapping[str, Any]) -> int | None:
    seed = params.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) else None


class _SkipExisting(Guest):
    """Runs nothing if a finished run has the same recipe."""

    def __init__(self, repo: git.Repo) -> None:
        self.repo = repo

    def run_with(self, recipe: str) -> str | None:
        """Return the id of the latest finished run with this recipe."""
        where = f'status == "finished" and asked == "{recipe}"'
        repo = self.repo
        runs = query.listing(repo, query=where, archived=True).runs if _any(repo) else []
        # Of git itself: a run that was damaged since is no reason to run nothing.
        intact = (raw.id for raw in runs if reader.bodies(repo, [raw])[0].body is not None)
        return next(intact, None)


def _any(repo: git.Repo) -> bool:
    runs = source_of(repo).select(Request(summaries=False)).runs
    return any(raw.commit for raw in runs)


def _dry_run(request: session.Request) -> int:
    filled = template.fill(request.command, request.params, "PARAMS.yaml")
    print_result(f"would run: {text.escape(shlex.join(redact_command(filled)))}\n")
    if request.seed is not None:
        print_result(f"with seed: {request.seed}\n")
    if request.params:
        print_result("with params:\n")
        made = yaml_write.dump(request.params, sort=True).decode()
        print_result("".join(f"  {text.escape(line)}\n" for line in made.splitlines()))
    return 0


def _recover(repo: git.Repo) -> None:
    """Commit what earlier runs left in the journal, as the beginning of a run always does."""
    results = recovery.recover(repo)
    for result in results:
        if isinstance(result, Published):
            print_note(
                f"recovered {result.info.id} ({result.info.status}) of an earlier, vanished process"
            )
    for warning in recovery.failures(results):
        _warn(warning)


def _say_clash(repo: git.Repo, published: Published) -> None:
    """Say that another run bears the name too: the name alone then addresses neither."""
    info = published.info
    others = resolve.named(repo, info.name) if info.name else []
    taken = next((one for one in others if one.id != info.id), None)
    if taken is not None:
        name = text.escape(info.name or "")
        _warn(f"{name} is also the name of {taken.id}; rename one: git track rename RUN NAME")


def _warn(message: str) -> None:
    print_note(f"warning: {text.escape(message)}")
