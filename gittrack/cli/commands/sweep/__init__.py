"""Try many configurations of one command; every trial is a run.

git track sweep FILE                     a sweep file: W&B's keys, and ours
git track sweep -S KEY=VALUES -m METRIC -- COMMAND...
git track sweep ls                       the sweeps that there are
git track sweep show SWEEP               how one stands: the leaderboard
git track sweep resume SWEEP             go on where it stopped, also in another clone
git track sweep stop SWEEP               ask the process that runs it to stop

VALUES are 0.1,0.01 or range(16,129,16) (the end left out) for a grid, or uniform(0,0.5) loguniform(1e-5,1e-1)
randint(1,8) normal(0,1) choice(adam,sgd) with --random or --halving. A SWEEP is an id, the beginning of
one or of its 8 hex digits, a name, or @ (the latest).
"""

from __future__ import annotations

import argparse
from typing import Any

from gittrack.cli.commands.sweep import _look, _run
from gittrack.cli.output import add_formats, apart, positive
from gittrack.core.errors import TrackError

_ACTIONS = {
    "ls": _look.listing,
    "show": _look.show,
    "resume": _run.resume,
    "stop": _run.stop,
}
_RUNNING = {"jobs", "gpus", "isolate"}
# The options that each action knows; a new sweep knows all but those of the others.
_KNOWN = {
    "ls": {"style"},
    "show": {"style", "plot", "fanova", "n"},
    "resume": {*_RUNNING, "accept_code", "trust", "command"},
    "stop": {"now"},
}
_OTHERS = {"style", "plot", "fanova", "accept_code", "trust", "now"}

_WRITTEN = {"n": "-n", "goal": "--min and --max", "style": "--json and --csv"}
_WRITTEN |= {"command": "a command after --"}
_ONE = "ask for one after the other"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep``."""
    parser.usage = "git track sweep [FILE | -S KEY=VALUES... -m METRIC] [OPTIONS] [-- COMMAND...]"
    add = parser.add_argument
    add("what", nargs="?", metavar="FILE", help="a sweep file; or ls, show, resume, stop")
    add("sweep", nargs="?", metavar="SWEEP", help="id, prefix, name, or @ for the latest")
    parser.set_defaults(command=[])
    asks = parser.add_argument_group("what to try")
    _asks(asks)
    hows = parser.add_argument_group("how to run it")
    _hows(hows.add_argument)
    add("--now", action="store_true", help="stop: end the running trials, too")
    add("--accept-code", action="store_true", help="resume: go on though the code has changed")
    add("--trust", metavar="COMMIT", help="resume: run what this sweep commit says, unasked")
    add("--plot", metavar="FILE", help="show: draw the search into FILE.html or FILE.png")
    add("--fanova", action="store_true", help="show: importance by Optuna's fANOVA, not by ranks")
    add_formats(parser, "json", "csv")


def _asks(group: argparse._ArgumentGroup) -> None:
    add, goal = group.add_argument, group.add_mutually_exclusive_group().add_argument
    repeated: dict[str, Any] = {"action": "append", "default": []}
    add("-S", "--set", **repeated, metavar="KEY=VALUES", help="a param and what it can be")
    add("-m", "--metric", metavar="METRIC", help="what is to become small, or large with --max")
    for word, const, told in (("min", "minimize", "smaller"), ("max", "maximize", "larger")):
        told = f"the {told} the better"
        goal(f"--{word}", dest="goal", action="store_const", const=const, help=told)
    add("--random", type=positive, metavar="N", help="N random configurations, instead of a grid")
    add("--halving", action="store_true", help="successive halving; needs --resource")
    add(
        "--resource",
        metavar="NAME=MIN,MAX",
        help="the param that halving deals out, such as epochs=1,81; a third number is eta (3)",
    )
    add("-n", type=positive, metavar="TRIALS", help="at most so many trials; show: so many lines")
    add("--seed", type=int, metavar="N", help="the seed of the search (0)")
    add("--name", help="a name for the sweep, to address it by")
    add("-e", "--experiment", help="the experiment of the runs (track.experiment, or 'default')")
    add(
        "-p",
        "--params",
        **repeated,
        metavar="FILE",
        help="configuration that the sweep's params are laid over (params.yaml)",
    )
    add("--input", **repeated, metavar="PATH", help="data to fingerprint; repeatable")
    add("--output", **repeated, metavar="PATH", help="a file or folder to keep of each trial")


def _hows(add: argparse._ActionStr) -> None:  # type: ignore[name-defined]
    add("-j", "--jobs", type=positive, metavar="N", help="so many trials at once (1)")
    add("--gpus", metavar="0,1", help="deal these GPUs out to the trials, one each")
    add("--isolate", action="store_true", help="each trial in a worktree of its own")
    add("--timeout", metavar="SPAN", help="end a trial that takes longer: 90s, 30min, 2h")
    add("--retries", type=int, metavar="K", help="try a trial that failed K times more (0)")
    add("--no-verify", action="store_true", help="do not ask the pre-run hook; the runs say so")
    add("--dry-run", action="store_true", help="say what would be run, and stop")


def run(args: argparse.Namespace) -> int:
    """Do what is asked; 0 where it came to its end."""
    action = _ACTIONS.get(args.what or "")
    _check(args, args.what if action else None)
    if action is None:
        return _run.start(args)
    return action(args)


def _check(args: argparse.Namespace, action: str | None) -> None:
    """Raise TrackError for an option that the action has no use for, and for a missing address."""
    unset: tuple[object, ...] = (None, [], "text")
    given = {key for key, value in vars(args).items() if value is not False and value not in unset}
    given -= {"what", "sweep"} if action else {"what", "sweep", "command"}
    wrong = given - _KNOWN[action] if action else given & _OTHERS
    if wrong:
        name = min(wrong)
        option = _WRITTEN.get(name, "--" + name.replace("_", "-"))
        what = f"sweep {action}" if action else "a new sweep"
        raise TrackError(f"{what} has no use for {option}", "see: git track sweep -h", code=2)
    if action not in (None, "ls") and args.sweep is None:
        raise TrackError("which sweep?", f"name one: git track sweep {action} @", code=2)
    if action in (None, "ls") and args.sweep is not None:
        raise TrackError(
            f"{args.sweep!r} is one word too many",
            "see: git track sweep -h (the command comes after --)",
            code=2,
        )
    json, csv = ("--json", args.style == "json"), ("--csv", args.style == "csv")
    plot, fanova, lines = ("--plot", args.plot), ("--fanova", args.fanova), ("-n", args.n)
    apart(_ONE, plot, json, csv)
    if action == "show":
        apart("the CSV has no importance; the JSON has: --json", csv, fanova)
        apart("leave -n out: it is of all trials", lines, plot)
        apart("leave -n out: it is of all trials", lines, json)
    accept = ("--accept-code", args.accept_code)
    apart("leave one out: --isolate runs the code as it was", ("--isolate", args.isolate), accept)
