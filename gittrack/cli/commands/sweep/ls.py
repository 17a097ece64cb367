"""List the sweeps, newest first, and the progress of each."""

from __future__ import annotations

import time

from gittrack import git
from gittrack.cli.options import add_formats
from gittrack.cli.output import hidden_columns_line, print_note, print_result, table_width
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.show.data import jsonable
from gittrack.show.terminal import sweeps, table
from gittrack.sweeping import prepare, state, stored
from gittrack.sweeping.view import current_view

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track sweep ls``."""
    add_formats(parser, "json", "csv")


def run(args: argparse.Namespace) -> int:
    """Print the sweeps; 1 if one cannot be read."""
    repo = git.find()
    sweep_refs = stored.list_refs(repo)
    readable = stored.readable(repo, sweep_refs)
    views, broken = [], len(sweep_refs) - len(readable)
    runs = state.by_sweep(repo, elsewhere=True)
    for sweep in readable:
        try:
            prepared = prepare.prepare_again(sweep)
            views.append(current_view(repo, sweep, prepared, runs.get(sweep.id, [])))
        except TrackError as error:
            broken += 1
            print_note(f"warning: the sweep {sweep.id} cannot be shown: {error.message}")
    if args.style == "json":
        print_result(jsonable.dump([sweeps.jsonable(view) for view in views]))
    elif not sweep_refs:
        print_note("no sweep was started here yet; see: git track sweep -h")
    else:
        exact, width = args.style == "csv", table_width(args.style)
        listing = sweeps.listing(views, time.time(), exact=exact, width=width)
        print_result(table.render(listing, args.style) + hidden_columns_line(listing.left_out))
    readable_ids = {sweep.id for sweep in readable}
    damaged = [
        ref.name for ref in sweep_refs if layout.parse_sweep_ref(ref.name) not in readable_ids
    ]
    if damaged:
        names = f"{', '.join(damaged[:3])}{', ...' if len(damaged) > 3 else ''}"
        print_note(f"warning: damaged, {len(damaged)} of {len(sweep_refs)} sweeps: {names}")
    return 1 if broken else 0
