"""The options of what a new sweep tries."""

from __future__ import annotations

import argparse
from typing import Any

from gittrack.cli.options import positive
from gittrack.core.errors import TrackError
from gittrack.search.file import command_line
from gittrack.sweeping.prepare import SweepRequest


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say what to try."""
    group = parser.add_argument_group("what to try")
    add, goal = group.add_argument, group.add_mutually_exclusive_group().add_argument
    repeated: dict[str, Any] = {"action": "append", "default": []}
    add("-S", "--set", **repeated, metavar="KEY=VALUES", help="a param and its values")
    add("-m", "--metric", metavar="METRIC", help="the metric to minimize or maximize")
    for word, const, which in (("min", "minimize", "smallest"), ("max", "maximize", "largest")):
        goal(
            f"--{word}",
            dest="goal",
            action="store_const",
            const=const,
            help=f"the {which} value is the best",
        )
    add("--random", type=positive, metavar="N", help="N random configurations, instead of a grid")
    add("--halving", action="store_true", help="successive halving; needs --resource")
    add(
        "--resource",
        metavar="NAME=MIN,MAX",
        help="the param that halving increases, such as epochs=1,81; a third number is eta (3)",
    )
    add("-n", type=positive, metavar="TRIALS", help="run at most this many trials")
    add("--seed", type=int, metavar="N", help="the seed of the search (0)")
    add("--name", help="the name of the sweep")
    add("-e", "--experiment", help="the experiment of the runs (track.experiment, or 'default')")
    add(
        "-p",
        "--params",
        **repeated,
        metavar="FILE",
        help="configuration that the params of the sweep override (params.yaml)",
    )
    add("--input", **repeated, metavar="PATH", help="data to fingerprint; repeatable")
    add("--output", **repeated, metavar="PATH", help="a file or folder that each trial keeps")


def request(args: argparse.Namespace) -> SweepRequest:
    """Return the sweep that the command line asks for.  Raises TrackError."""
    common: dict[str, Any] = {
        "command": tuple(args.command),
        "files": tuple(args.params),
        "name": args.name,
        "experiment": args.experiment,
        "inputs": tuple(args.input),
        "outputs": tuple(args.output),
        "verify": not args.no_verify,
    }
    if args.file is None:
        content = {**_inline(args), **_overrides(args)}
        return SweepRequest(content, source="the command line", **common)
    _check_file_options(args)
    return SweepRequest(None, _read(args.file), args.file, _overrides(args), **common)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise TrackError(
            f"the sweep file {path} cannot be read: {error.strerror}",
            "check its name, or use options: git track sweep -S lr=0.1,0.01 -m val_loss -- COMMAND...",
        )


def _check_file_options(args: argparse.Namespace) -> None:
    """Raise TrackError for options that a sweep file replaces."""
    if args.set or args.random or args.halving or args.resource:
        raise TrackError(
            "-S, --random, --halving and --resource cannot be combined with a sweep file",
            "write them into the file, or leave them out",
        )
    if args.metric or args.goal:
        raise TrackError(
            "-m, --min and --max cannot be combined with a sweep file",
            "write them into the file: metric: {name: val_loss, goal: minimize}",
        )


def _overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Return the keys of a sweep file that options override."""
    trial = {"timeout": args.timeout, "retries": args.retries}
    keys = {
        "run_cap": args.n,
        "seed": args.seed,
        "trial": {key: value for key, value in trial.items() if value is not None},
    }
    return {key: value for key, value in keys.items() if value not in (None, {})}


def _inline(args: argparse.Namespace) -> dict[str, Any]:
    """Return the content of the sweep file that ``-S`` and other options describe."""
    if not args.set:
        raise TrackError(
            "there is nothing to try", "give a sweep file, or a param: -S lr=0.1,0.01", code=2
        )
    if not args.metric:
        raise TrackError("the sweep has no metric", "write -m val_loss, or -m score --max", code=2)
    if args.random and args.halving:
        raise TrackError("--random and --halving are two methods", "choose one", code=2)
    metric = {"name": args.metric, **({"goal": args.goal} if args.goal else {})}
    file: dict[str, Any] = {"method": "grid", "metric": metric}
    if args.random:
        file |= {"method": "random", "configs": args.random}
    if args.halving:
        file["method"] = "halving"
    if args.resource:
        file["resource"] = _resource(args.resource)
    return {**file, "parameters": command_line.parameters(args.set)}


def _resource(word: str) -> dict[str, Any]:
    name, equals, bounds = word.partition("=")
    numbers = bounds.split(",")
    if not (name and equals and len(numbers) in (2, 3) and all(map(str.isdecimal, numbers))):
        raise TrackError(f"--resource {word} is not NAME=MIN,MAX", "write --resource epochs=1,81")
    return {"name": name, **dict(zip(("min", "max", "eta"), map(int, numbers), strict=False))}
