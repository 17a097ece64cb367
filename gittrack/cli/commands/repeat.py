"""Run a run again with other seeds: the same code and the same configuration except for the seed.

Afterwards, git track top METRIC --over seed shows whether a difference between configurations is more than
noise. That needs at least three seeds for each configuration. The same seeds in both show
smaller differences.
"""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _consent, _verdict
from gittrack.cli.options import add_run, positive
from gittrack.cli.output import print_note, print_result
from gittrack.core.errors import TrackError
from gittrack.read.runs import resolve
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import consistency, rerun, rerun_worktree
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id

_MOST_SEEDS = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track repeat``."""
    add_run(parser)
    parser.add_argument(
        "--seeds", type=positive, default=5, metavar="K", help="the number of seeds (5)"
    )
    _consent.arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run it with K seeds that no run of this configuration has; return 1 if one of them failed."""
    if args.seeds > _MOST_SEEDS:
        raise TrackError(
            f"--seeds {args.seeds} is more than {_MOST_SEEDS:,}",
            "use fewer seeds, and repeat the command",
            code=2,
        )
    repo = git.find()
    first = RunRecord(repo, resolve.resolve(repo, args.run))
    if first.info.commit is None:
        raise TrackError(f"the run {first.id} is not committed yet", "wait until it has ended")
    links = rerun_worktree.links(repo)
    _consent.check(repo, first, args.trust, links)
    failed = 0
    for seed in consistency.unused_seeds(repo, first, args.seeds):
        result = rerun.rerun(
            repo,
            first,
            rerun.RerunRequest(seed=seed, links=links, verify=not args.no_verify),
            lambda message: print_note(f"warning: {text.escape(message)}"),
        )
        failed += result.exit_code != 0
        ending = "finished" if result.exit_code == 0 else f"ended with {result.exit_code}"
        print_result(f"seed {seed}: run {short_id(result.id)} {ending}\n")
        recorded = RunRecord(repo, resolve.resolve(repo, result.id)).params.get("seed", seed)
        if recorded != seed:
            print_note(
                f"warning: the script reports the seed {recorded}, so {seed} had no effect; read the params "
                "of the script from gittrack.params(), or its seed from GITTRACK_SEED"
            )
        if result.worktree:
            print_note(_verdict.worktree_note(first, result))
        if result.stopped:
            return 1
    print_result(
        "compare them: git track top METRIC --over seed\n"
        "it says 'more than noise' only from 3 finished runs a side on: see docs/numbers.md\n"
    )
    return 1 if failed else 0
