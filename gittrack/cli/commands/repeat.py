"""Run a run again under other seeds: the same code, the same config but for the seed.

Afterwards: git track top METRIC --over seed. It says whether a difference is more than noise, from three
seeds a side on; equal seeds on both sides show smaller differences.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _consent, _verdict
from gittrack.cli.options import add_run, positive
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.read.runs import query, reader, resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import rerun, rerun_worktree
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id

_MOST_SEEDS = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track repeat``."""
    add_run(parser)
    parser.add_argument("--seeds", type=positive, default=5, metavar="K", help="how many (5)")
    parser.add_argument(
        "--trust", metavar="COMMIT", help="run what this run commit records, without being asked"
    )
    parser.add_argument(
        "--no-verify", action="store_true", help="do not ask the pre-run hook; the runs say so"
    )


def run(args: argparse.Namespace) -> int:
    """Run it under K seeds that no run of this config has had; 1 where one of them failed."""
    if args.seeds > _MOST_SEEDS:
        raise TrackError(
            f"--seeds {args.seeds} is more than {_MOST_SEEDS:,}",
            "repeat the run in smaller steps",
            code=2,
        )
    repo = git.find()
    first = RunRecord(repo, resolve.resolve(repo, args.run))
    if first.info.commit is None:
        raise TrackError(f"the run {first.id} is not committed yet", "wait for its end")
    links = rerun_worktree.links(repo)
    _consent.check(repo, first, args.trust, links)
    used = _used(repo, first)
    start = (first.info.seed if first.info.seed is not None else -1) + 1
    seeds = [seed for seed in range(start, start + args.seeds + len(used)) if seed not in used]
    failed = 0
    for seed in seeds[: args.seeds]:
        done = rerun.rerun(
            repo,
            first,
            rerun.RerunRequest(seed=seed, links=links, verify=not args.no_verify),
            lambda remark: print_note(f"warning: {text.escape(remark)}"),
        )
        failed += done.exit_code != 0
        told = "finished" if done.exit_code == 0 else f"ended with {done.exit_code}"
        print_result(f"seed {seed}: run {short_id(done.id)} {told}\n")
        own = RunRecord(repo, resolve.resolve(repo, done.id)).params.get("seed", seed)
        if own != seed:
            print_note(
                f"warning: the script says that its seed is {own}: let it take its params from "
                "gittrack.params(), or its seed from GITTRACK_SEED"
            )
        if done.worktree:
            print_note(_verdict.kept(first, done))
        if done.stopped:
            return 1
    print_result("compare them: git track top METRIC --over seed\n")
    return 1 if failed else 0


def _used(repo: git.Repo, first: RunRecord) -> set[int]:
    """Return the seeds that runs with the same code, command and params but for the seed have had."""
    found = query.listing(repo, experiment=first.info.experiment, query="has(seed)")
    infos = [reader.decode(repo, raw) for raw in found.runs]
    mine = rerun.without_seed(first.info)
    return {
        info.seed for info in infos if info.seed is not None and rerun.without_seed(info) == mine
    }
