"""Show everything about one run: params, metrics, inputs, artifacts, code and machine."""

from __future__ import annotations

import time

from gittrack import git
from gittrack.analysis.smoothing import MAX_SERIES, sparklines
from gittrack.cli.options import add_formats, add_run
from gittrack.cli.output import print_result
from gittrack.core import layout
from gittrack.core.run.run_info import CRASHED, DAMAGED, FAILED, KILLED
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.show.data import jsonable
from gittrack.show.terminal import detail

if TYPE_CHECKING:  # a plain command line is read without it
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track show``."""
    add_run(parser)
    add_formats(parser, "json")


def run(args: argparse.Namespace) -> int:
    """Print the run; return 1 if it is damaged."""
    repo = git.find()
    record = RunRecord(repo, resolve.resolve(repo, args.run))
    info = record.info
    if info.status == DAMAGED:
        env, inputs, outputs, diff = {}, [], [], {}
    else:
        env, inputs, outputs, diff = record.env, record.inputs, record.outputs, record.diff
    if info.status == DAMAGED and args.style != "json":
        print_result(detail.page(info, env, inputs, outputs, diff, time.time()))
    elif args.style == "json":
        more = {"env": env, "inputs": inputs, "outputs": outputs, "diff": diff}
        print_result(jsonable.dump({**jsonable.run(info), **more}))
    else:
        short = record.files().get(layout.SERIES, MAX_SERIES + 1) <= MAX_SERIES
        curves = sparklines(record.read(layout.SERIES)) if short else {}
        print_result(detail.page(info, env, inputs, outputs, diff, time.time(), curves))
        if info.status in (FAILED, KILLED, CRASHED):
            print_result(detail.end_of_log(info, record.log))
    return 1 if info.status == DAMAGED else 0
