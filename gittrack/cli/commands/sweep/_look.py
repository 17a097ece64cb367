"""Look at sweeps: which there are, and how one stands."""

from __future__ import annotations

import argparse
import time

from gittrack import git
from gittrack.cli.commands.sweep import _end, _search
from gittrack.cli.output import left_out, note, out, room
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.show.data import jsonable
from gittrack.show.terminal import sweeps, table
from gittrack.sweeping import find, prepare, state, stored


def listing(args: argparse.Namespace) -> int:
    """Print the sweeps, newest first; 1 where one cannot be read."""
    repo = git.find()
    every = stored.every(repo)
    readable = find.readable(repo, every)
    views, broken = [], len(every) - len(readable)
    runs = state.by_sweep(repo)
    for sweep in readable:
        try:
            found = prepare.reopened(sweep)
            views.append(_end.seen(repo, sweep, found, runs.get(sweep.id, [])))
        except TrackError as error:
            broken += 1
            note(f"warning: the sweep {sweep.id} cannot be shown: {error.message}")
    if args.style == "json":
        out(jsonable.dump([sweeps.jsonable(view) for view in views]))
    elif not every:
        note("no sweep was begun here yet; see: git track sweep -h")
    else:
        made = sweeps.listing(views, time.time(), exact=args.style == "csv", width=room(args.style))
        out(table.render(made, args.style) + left_out(made.left_out))
    found_whole = {sweep.id for sweep in readable}
    damaged = [ref.name for ref in every if layout.parse_sweep_ref(ref.name) not in found_whole]
    if damaged:
        told = f"{', '.join(damaged[:3])}{', ...' if len(damaged) > 3 else ''}"
        note(f"warning: damaged, {len(damaged)} of {len(every)} sweeps: {told}")
    return 1 if broken else 0


def show(args: argparse.Namespace) -> int:
    """Print how a sweep stands."""
    repo = git.find()
    sweep = find.find(repo, args.sweep)
    found = prepare.reopened(sweep)
    shown = _end.seen(repo, sweep, found)
    if args.plot:
        _search.draw(shown, args.plot, forest=args.fanova)
    elif args.style == "json":
        weights = _search.weights(shown, forest=args.fanova)
        importance = [one._asdict() for one in weights]
        out(jsonable.dump({**sweeps.jsonable(shown), "importance": importance}))
    elif args.style == "csv":
        out(table.render(sweeps.leaderboard(shown, args.n, exact=True), "csv"))
    else:
        limit = args.n or 20
        board = "".join(_end.leaderboard(shown, limit))
        explained = _search.lines(shown, forest=args.fanova)
        out(sweeps.headline(shown) + sweeps.going_on(shown) + board + explained)
    return 0
