"""Print the remote that runs go to and what it has; --probe tries whether it takes hidden refs."""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.cli.commands._share import shown_url
from gittrack.cli.commands._share_words import count
from gittrack.cli.output import print_note, print_result
from gittrack.core import layout
from gittrack.share import live_runs, probe, registry, remotes
from gittrack.share.archives import looking
from gittrack.share.background import waiting
from gittrack.share.choosing.here import runs_here
from gittrack.share.hosts.limits import limits_of
from gittrack.show.terminal.text import age, columns, escape

_AS_BRANCHES = """runs go there as branches below gittrack/ from now on (remote.{0}.gittrackRefs)
git fetch brings these branches too; whoever does not want them types once:
  git config --add remote.{0}.fetch '^refs/heads/gittrack/*'"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track remote``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="the remote")
    parser.add_argument(
        "--probe", action="store_true", help="push one ref there, and delete it again"
    )


def run(args: argparse.Namespace) -> int:
    """Print the remote; return 1 if a probe shows that it does not take runs."""
    repo = git.find()
    if args.probe:
        return _probe(repo, args.name)
    remote = looking.with_members(repo, remotes.look(repo, args.name))
    here = runs_here(repo)
    runs = remote.below(layout.RUNS)
    rows = [
        ("remote", f"{escape(remote.name)} ({shown_url(remote.url)})"),
        ("runs", f"{len(runs)} there, {len(here)} here"),
        ("to push", count(len(here.keys() - runs.keys()), "run")),
        ("to pull", count(len(runs.keys() - here.keys()), "run")),
        *((("stored", "as branches below gittrack/"),) if remote.names.as_branches else ()),
        ("live", count(len(live_runs.going_on(remote)), "run")),
        ("sweeps", str(len(remote.below(layout.SWEEPS)))),
        ("models", count(len(registry.event_tags(remote.refs)), "event")),
    ]
    limits = limits_of(remote.url).words
    rows += [("limits", limits)] if limits else []
    rows += _waiting(repo)
    print_result("".join(f"{line}\n" for line in columns(rows)))
    return 0


def _waiting(repo: git.Repo) -> list[tuple[str, str]]:
    """Return the rows about what is pushed in the background and is not there yet."""
    runs, failure = waiting.listed(repo), waiting.last_failure(repo)
    rows = []
    if runs:
        rows += [("waiting", f"{count(len(runs), 'run')}; send them now: git track push")]
    if failure is not None:
        rows += [("last try", f"{age(time.time() - failure.at)}: {escape(failure.reason)}")]
    return rows


def _probe(repo: git.Repo, name: str | None) -> int:
    answer = probe.probe(repo, name)
    rows = [("remote", f"{escape(answer.remote)} ({shown_url(answer.url)})")]
    rows += [("refs/runs/", _verdict(answer.direct))]
    if answer.branches is not None:
        rows += [("branches", _verdict(answer.branches))]
    rows += [("limits", answer.limits)] if answer.limits else []
    print_result("".join(f"{line}\n" for line in columns(rows)))
    if answer.branches == "":
        print_note(_AS_BRANCHES.format(escape(answer.remote)))
    return 0 if answer.accepts else 1


def _verdict(refusal: str) -> str:
    return f"refused: {escape(refusal)}" if refusal else "accepted and listed"
