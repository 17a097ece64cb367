"""``git track rm --everywhere``: ask, remove runs from a remote, and print what stays where."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _runs, _share
from gittrack.cli.commands._share import shown_url
from gittrack.cli.commands._share_words import count
from gittrack.cli.output import print_note, print_result
from gittrack.core import layout
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs import resolve
from gittrack.read.runs.reader import Raw
from gittrack.share import everywhere, remotes
from gittrack.share.hosts import leftovers
from gittrack.share.remotes import Remote
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.text import escape


def remove(repo: git.Repo, args: argparse.Namespace) -> int:
    """Remove the runs; return 1 if the remote still has one of them."""
    runs = [_find(repo, address) for address in args.runs]
    everywhere.check(repo, runs)
    remote = remotes.look(repo, args.remote)
    number = sum(layout.run_ref(raw.experiment, raw.id) in remote.refs for raw in runs)
    labels = ", ".join(_runs.label(repo, raw) for raw in runs)
    print_note(
        f"{labels}: {number} of {count(len(runs), 'run')} on {escape(remote.name)} "
        f"({shown_url(remote.url)})"
    )
    if args.dry_run:
        return 0
    question = "remove them there and from all clones, for ever?"
    if not args.yes and not _share.ask(question):
        raise TrackError("nothing was removed", "only here: git track rm RUN")
    removed = everywhere.remove(repo, runs, remote)
    for run in removed:
        if run.refused:
            print_note(f"{escape(remote.name)} keeps {short_id(run.id)}: {escape(run.refused)}")
        else:
            print_result(f"removed {short_id(run.id)} from {escape(remote.name)}\n")
    _print_rest(repo, remote, removed)
    return 1 if any(run.refused for run in removed) else 0


def _find(repo: git.Repo, address: str) -> Raw:
    """Return the run of an address; a run that is in the trash already is fine too."""
    try:
        return resolve.resolve(repo, address)
    except NoSuchRun as error:
        try:
            return resolve.resolve(repo, address, trashed=True)
        except NoSuchRun:
            raise error from None


def _print_rest(repo: git.Repo, remote: Remote, removed: Sequence[everywhere.Removed]) -> None:
    """Print where something of the runs may still be."""
    lines = [f"commits: {' '.join(run.commit[:12] for run in removed)}"]
    lines += [leftovers.of_host(remote.url)]
    lines += ["their tags, notes and names stay in the history of refs/notes/runs"]
    same = dict.fromkeys(short_id(other) for run in removed for other in run.same_code)
    if same:
        lines += [f"other runs have the same uncommitted files: {' '.join(list(same)[:5])}"]
    if any(run.large for run in removed):
        lines += ["their large files stay in the store of the remote"]
    others = sorted(remotes.names_of(repo) - {remote.name})
    if others:
        lines += [f"other remotes may have them: --remote {escape(' or '.join(others))}"]
    lines += [
        "other clones move them to the trash when they pull; here and there, delete them now:"
    ]
    print_note("what may be left:\n" + "".join(f"  {line}\n" for line in lines).rstrip())
    print_note("    git track gc --older-than 0d")
