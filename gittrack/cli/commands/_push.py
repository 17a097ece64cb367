"""Print what a push sends, ask before the first one, send it, and print what the remote refused."""

from __future__ import annotations

import argparse

from gittrack import git
from gittrack.cli.commands import _bar, _runs, _share, _share_words
from gittrack.cli.commands._share import shown_url
from gittrack.cli.commands._share_words import count
from gittrack.cli.options import check_exclusive
from gittrack.cli.output import print_note, print_result
from gittrack.core.standard.collections import Collection
from gittrack.read.runs import reader
from gittrack.share import large_files, push, unchanged
from gittrack.share.choosing import here
from gittrack.share.oversized import WAY_OUT
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.text import escape, size

_MOST_LINES = 5


def run(
    repo: git.Repo, args: argparse.Namespace, remote_name: str | None, sides: unchanged.Sides | None
) -> int:
    """Send the runs; return 1 if the remote refused something."""
    planned = push.plan(
        repo,
        _chosen(repo, args),
        remote=remote_name,
        everything=args.all,
        models=args.model,
        artifacts=not args.no_artifacts,
        sides=sides,
    )
    if planned.sends_something:
        print_note(_described(planned))
    elif args.dry_run:
        print_note(f"{escape(planned.remote.name)} has all these runs already")
    _print_oversized(planned)
    if args.dry_run:
        return 0
    remote, url = planned.remote.name, planned.remote.url
    _share.check_consent(repo, remote, url, yes=args.yes, needed=planned.sends_something)
    done = push.push(repo, planned, watch=_bar.watch)
    print_result(_summary(done, planned.pulled))
    _print_refusals(done, {run_id for run_id, _ in planned.oversized.values()})
    return 1 if done.refused else 0


def _chosen(repo: git.Repo, args: argparse.Namespace) -> list[reader.Raw] | None:
    """Return the runs that the user chose; None for all."""
    filters = {"-e": args.experiment, "-w": args.where, "--sweep": args.sweep}
    conditions = [name for name, value in filters.items() if value is not None]
    for name in conditions:
        check_exclusive("name runs, or give conditions", ("RUN", args.runs), (name, True))
    if args.runs:
        return _runs.find(repo, args.runs)
    if conditions:
        return here.choose(repo, experiment=args.experiment, where=args.where, sweep=args.sweep)
    return [] if args.model else None


def _described(planned: push.PushPlan) -> str:
    """Return what goes to the remote, and what goes with it without being named by the user."""
    remote = planned.remote
    lines = [f"to {escape(remote.name)} ({shown_url(remote.url)}):"]
    parts = [count(len(planned.runs), "run")] if planned.runs else []
    parts += [count(len(planned.sweeps), "sweep")] if planned.sweeps else []
    parts += ["annotations of all runs"] if planned.annotated else []
    parts += (
        [f"{count(planned.events, 'event')} of models, with their runs"] if planned.events else []
    )
    parts += ["the archive of folded runs"] if planned.folded else []
    lines += [f"  {', '.join(parts)}"] if parts else []
    if planned.outdated:
        lines.append(
            f"  deletes {count(planned.outdated, 'ref')} there, of runs that are in its archive"
        )
    if planned.commits:
        lines.append(f"  with them {count(len(planned.commits), 'commit')} that it does not have:")
        lines += [
            f"    {oid[:9]} {escape(text)[:60]}" for oid, text in planned.commits[:_MOST_LINES]
        ]
        if len(planned.commits) > _MOST_LINES:
            lines.append(f"    and {len(planned.commits) - _MOST_LINES} more")
    if planned.uncommitted:
        files = sum(number for _, number in planned.uncommitted)
        lines.append(
            f"  with them {count(files, 'uncommitted file')} "
            f"of {count(len(planned.uncommitted), 'run')}: {_ids(planned.uncommitted)}"
        )
    large = planned.large
    if large.contents:
        number = count(len(large.contents), "large file")
        lines.append(
            f"  before them {number}, {size(large.size)}, to {escape(large.store or planned.remote.name)}"
        )
    if large.absent:
        lines.append(f"  without {count(large.absent, 'large file')} that are not here")
    return "\n".join(lines)


def _print_oversized(planned: push.PushPlan) -> None:
    """Print the runs that the remote would not take, and what to do about them."""
    runs = list(planned.oversized.values())
    for run_id, reason in runs[:_MOST_LINES]:
        print_note(f"not sent: {short_id(run_id)}: {escape(reason)}")
    if len(runs) > _MOST_LINES:
        print_note(f"not sent: {len(runs) - _MOST_LINES} more runs, for the same kind of reason")
    if runs:
        print_note(f"hint: {WAY_OUT}")


def _print_refusals(done: push.Pushed, printed: Collection[str]) -> None:
    """Print what the remote refused, one line for each reason, except the runs that are printed already."""
    reasons: dict[str, list[str]] = {}
    rest = [(name, reason) for name, reason in done.refused if name not in printed]
    for name, reason in rest:
        reasons.setdefault(reason, []).append(name)
    for reason, names in list(reasons.items())[:_MOST_LINES]:
        listing = escape(" ".join(names[:_MOST_LINES]))
        more = f" and {len(names) - _MOST_LINES} more" if len(names) > _MOST_LINES else ""
        print_note(f"{escape(done.remote)} refused {listing}{more}: {escape(reason)}")
    if len(reasons) > _MOST_LINES:
        print_note(f"and more, for {len(reasons) - _MOST_LINES} other reasons")
    if any(reason.startswith(large_files.UNSENT) for reason in reasons):
        way = "choose a store: git config track.store FOLDER; or leave them out: --no-artifacts"
        print_note(f"hint: for large files, {way}")
    elif rest and not (done.runs or done.sweeps or done.annotated or done.models):
        print_note(f"see what it takes: git track remote {escape(done.remote)} --probe")


def _ids(runs: tuple[tuple[str, int], ...]) -> str:
    ids = " ".join(short_id(run_id) for run_id, _ in runs[:_MOST_LINES])
    return ids + (" ..." if len(runs) > _MOST_LINES else "")


def _summary(done: push.Pushed, pulled: int) -> str:
    parts = [count(len(done.runs), "run")] if done.runs else []
    parts += [count(done.sweeps, "sweep")] if done.sweeps else []
    parts += [count(done.files, "large file")] if done.files else []
    parts += ["annotations"] if done.annotated else []
    parts += [count(len(done.models), "event") + " of models"] if done.models else []
    if not parts and not done.refused:
        return escape(_share_words.nothing_to_push(done.remote, pulled)) + "\n"
    rest = _share_words.left_out(pulled)
    if not parts:
        return f"{escape(done.remote)} took nothing{rest}\n"
    return f"pushed {', '.join(parts)} to {escape(done.remote)}{rest}\n"
