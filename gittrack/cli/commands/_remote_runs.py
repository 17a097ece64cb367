"""``git track ls --remote``: the runs that a remote has and that are not here, by their names only."""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.cli.options import check_exclusive
from gittrack.cli.output import more_runs_line, print_note, print_result
from gittrack.core import layout
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs import live_elsewhere
from gittrack.share import live_runs, remotes
from gittrack.share.archives import looking
from gittrack.share.choosing.here import runs_here
from gittrack.show.data import jsonable
from gittrack.show.terminal.columns import short_id, status_text
from gittrack.show.terminal.text import columns


def show(repo: git.Repo, args: argparse.Namespace) -> int:
    """Print the runs that ``git track pull`` would bring, the newest first."""
    reason = "a remote tells only the ids of its runs; pull them first"
    for option in ("where", "sort", "columns", "all_params", "archived"):
        name = "-w" if option == "where" else f"--{option.replace('_', '-')}"
        check_exclusive(reason, ("--remote", True), (name, bool(getattr(args, option))))
    check_exclusive(reason, ("--remote", True), (f"--{args.style}", args.style in ("csv", "md")))
    remote = looking.with_members(repo, remotes.look(repo))
    live_runs.receive(repo, remote)
    going_on = live_elsewhere.of_remote(repo, remote.name)
    here = runs_here(repo)
    names = [layout.parse_run_ref(ref) for ref in remote.below(layout.RUNS) if ref not in here]
    runs = sorted((name for name in names if name), key=lambda name: name[1], reverse=True)
    if args.experiment:
        inside = f"{layout.experiment_slug(args.experiment)}/"
        runs = [run for run in runs if f"{run[0]}/".startswith(inside)]
    runs = runs[::-1] if args.reverse else runs
    listed = runs[: args.n]
    if args.style == "json":
        print_result(jsonable.dump([_plain(experiment, run_id) for experiment, run_id in listed]))
        return 0
    _print_live(going_on)
    if not runs:
        print_note(f"all runs of {remote.name} are here already")
        return 0
    rows = [("ID", "EXPERIMENT", "STARTED")]
    rows += [(short_id(run_id), experiment, _started(run_id)) for experiment, run_id in listed]
    print_result("".join(f"{line}\n" for line in columns(rows)))
    print_result(more_runs_line(len(runs) - len(listed), len(runs)))
    print_result("bring them: git track pull; or one: git track pull ID\n")
    return 0


def _print_live(infos: Sequence[RunInfo]) -> None:
    """Print the runs that go on on other machines; they are in `git track ls` too from now on."""
    if infos:
        rows = [
            (short_id(info.id), info.experiment, status_text(info, time.time())) for info in infos
        ]
        print_result("".join(f"{line}\n" for line in columns([("LIVE", "", ""), *rows])) + "\n")


def _plain(experiment: str, run_id: str) -> dict[str, str]:
    return {"id": run_id, "experiment": experiment, "started": _started(run_id)}


def _started(run_id: str) -> str:
    """Return the time in an id: ``2026-02-27 14:30:22 UTC``."""
    day, time = run_id[:8], run_id[9:15]
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]}:{time[4:]} UTC"
