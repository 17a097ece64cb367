"""Begin a sweep, go on with one, stop one."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from gittrack import git
from gittrack.cli.commands import _consent
from gittrack.cli.commands.sweep import _end
from gittrack.cli.commands.sweep._progress import Progress, Stopper
from gittrack.cli.output import note, out
from gittrack.core import yaml_write
from gittrack.core.errors import TrackError
from gittrack.record import recovery
from gittrack.reproduce import rerun_worktree
from gittrack.search.file import command_line
from gittrack.show.terminal import sweeps, text
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import find, prepare, runner, state, workdir
from gittrack.sweeping.stored import Sweep

_METRIC = "write -m val_loss, and --max where more is better"


def start(args: argparse.Namespace) -> int:
    """Begin a sweep and run it."""
    asked = _asked(args)
    found = prepare.opened(asked)
    if args.seed is not None and found.plan.method == "grid":
        raise TrackError(
            "--seed is of no effect on a grid, where nothing is drawn",
            f"for the seed of the trials: -S seed={args.seed}",
            code=2,
        )
    how = _how(args)
    repo = git.find()
    _table(found)
    if args.dry_run:
        return 0
    for warning in recovery.kept(recovery.recover(repo)):
        note(f"warning: {text.escape(warning)}")
    session = _Session(repo, found)
    return session.run(lambda: runner.start(repo, asked, found, _linked(repo, how), session.talk))


def resume(args: argparse.Namespace) -> int:
    """Go on with a sweep."""
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    found = prepare.reopened(sweep, args.command)
    _consent.check_sweep(sweep, args.trust)
    how = _how(args)._replace(accept=args.accept_code)
    if repo.work_tree is None:
        raise TrackError("a sweep cannot be run in a bare repository", "work in a clone of it")
    folder = os.path.join(repo.work_tree, sweep.facts.get("cwd") or ".")
    if not os.path.isdir(folder):
        raise TrackError(
            f"the folder {sweep.facts['cwd']} of the sweep is not here",
            f"check its code out: git switch --detach {sweep.code}",
        )
    os.chdir(folder)
    prepare.check_command(sweep, found)
    session = _Session(repo, found)
    return session.run(lambda: runner.resume(repo, sweep, found, _linked(repo, how), session.talk))


def stop(args: argparse.Namespace) -> int:
    """Ask the process that runs a sweep to stop."""
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    workdir.ask_to_stop(repo.common_dir, sweep.id, workdir.NOW if args.now else workdir.FINISH)
    told = "its running trials are ended" if args.now else "its running trials may finish"
    out(f"asked sweep {short_id(sweep.id)} to stop: {told}\n")
    return 0


class _Session:
    """One process that runs a sweep: what is told meanwhile, and at the end."""

    def __init__(self, repo: git.Repo, found: prepare.Opened) -> None:
        self.repo, self.found = repo, found
        self.sweep: Sweep | None = None
        self.stopper = Stopper()
        self.progress = Progress(found.strategy, found.plan.metric)
        self.talk = runner.Talk(self.progress, lambda: self.stopper.how, self.begun)

    def begun(self, sweep: Sweep, begun: state.State) -> None:
        """Say what begins; the first trial comes next."""
        self.sweep = sweep
        name = f" {text.escape(sweep.name)}" if sweep.name else ""
        known = f"goes on, ended by now: {len(begun.outcomes):,}" if begun.outcomes else "begins"
        note(f"sweep {short_id(sweep.id)}{name} {known}")
        self.progress.resumed(begun.outcomes)

    def run(self, go: Callable[[], bool]) -> int:
        """Run the sweep and say how it ended; return the exit status."""
        began = time.monotonic()
        try:
            done = go()
        except TrackError as error:
            self.progress.close()
            if self.sweep is not None and "resume" not in error.hint:
                again = f"git track sweep resume {short_id(self.sweep.id)}"
                error.hint = f"{error.hint}; then go on: {again}" if error.hint else again
            elif self.sweep is not None and error.hint.endswith("resume"):
                error.hint = f"{error.hint}: git track sweep resume {short_id(self.sweep.id)}"
            raise
        self.progress.close()
        assert self.sweep is not None
        return self._over(self.sweep, done, time.monotonic() - began)

    def _over(self, sweep: Sweep, done: bool, seconds: float) -> int:
        sys.stderr.flush()
        finished = _end.report(self.repo, sweep, self.found, done=done, seconds=seconds)
        if done:
            return 0 if finished else 1
        note(f"it is not done; go on: git track sweep resume {short_id(sweep.id)}")
        number = self.stopper.number
        return 128 + number if number is not None else 1


def _asked(args: argparse.Namespace) -> prepare.Asked:
    """Return what the command line asks for."""
    common = {
        "command": tuple(args.command),
        "files": tuple(args.params),
        "name": args.name,
        "experiment": args.experiment,
        "inputs": tuple(args.input),
        "outputs": tuple(args.output),
        "verify": not args.no_verify,
    }
    more = _more(args)
    if args.what is None:
        return prepare.Asked(
            yaml_write.dump({**_inline(args), **more}), "the command line", **common
        )
    if args.set or args.random or args.halving or args.resource:
        raise TrackError(
            "a sweep file says itself what to try", "leave out -S, --random, --halving, --resource"
        )
    try:
        with open(args.what, "rb") as file:
            content = file.read()
    except OSError as error:
        raise TrackError(
            f"the sweep file {args.what} cannot be read: {error.strerror}",
            "or say it here: git track sweep -S lr=0.1,0.01 -m val_loss -- COMMAND...",
        )
    return prepare.Asked(content, args.what, more, **common)


def _more(args: argparse.Namespace) -> dict[str, Any]:
    """Return the keys of a sweep file that options stand for."""
    more: dict[str, Any] = {"run_cap": args.n, "seed": args.seed}
    trial = {"timeout": args.timeout, "retries": args.retries}
    more["trial"] = {key: value for key, value in trial.items() if value is not None}
    if args.what is not None and (args.metric or args.goal):
        raise TrackError(
            "a sweep file says itself what its metric is", "leave out -m, --min, --max"
        )
    return {key: value for key, value in more.items() if value not in (None, {})}


def _inline(args: argparse.Namespace) -> dict[str, Any]:
    """Return the sweep file that ``-S`` and its like stand for."""
    if not args.set:
        raise TrackError(
            "there is nothing to try", "name a sweep file, or a param: -S lr=0.1,0.01", code=2
        )
    if not args.metric:
        raise TrackError("the sweep has no metric", _METRIC, code=2)
    if args.random and args.halving:
        raise TrackError("--random and --halving are two methods", "choose one", code=2)
    metric = {"name": args.metric, **({"goal": args.goal} if args.goal else {})}
    data: dict[str, Any] = {"method": "grid", "metric": metric}
    if args.random:
        data |= {"method": "random", "configs": args.random}
    if args.halving:
        data["method"] = "halving"
    if args.resource:
        data["resource"] = _resource(args.resource)
    return {**data, "parameters": command_line.parameters(args.set)}


def _resource(word: str) -> dict[str, Any]:
    name, equals, numbers = word.partition("=")
    found = numbers.split(",")
    if not (name and equals and len(found) in (2, 3) and all(one.isdigit() for one in found)):
        raise TrackError(f"--resource {word} is not NAME=MIN,MAX", "write --resource epochs=1,81")
    return {"name": name, **dict(zip(("min", "max", "eta"), map(int, found), strict=False))}


def _how(args: argparse.Namespace) -> runner.How:
    gpus = tuple(one.strip() for one in (args.gpus or "").split(",") if one.strip())
    if args.gpus is not None and not gpus:
        raise TrackError("--gpus names none", "write --gpus 0,1", code=2)
    jobs = args.jobs or max(1, len(gpus))
    return runner.How(jobs, gpus, args.isolate)


def _linked(repo: git.Repo, how: runner.How) -> runner.How:
    return how._replace(links=rerun_worktree.links(repo)) if how.isolate else how


def _table(found: prepare.Opened) -> None:
    plan = found.plan
    for remark in found.remarks:
        note(f"note: {text.escape(remark)}")
    mode = plan.resource.mode if plan.resource else None
    made = sweeps.budget(found.strategy.table(), found.resource, mode)
    apart = "\n" if made.count("\n") > 1 else " "
    out(f"{plan.method}, {plan.goal} {text.escape(plan.metric)}:{apart}{made}")
    sys.stdout.flush()
