"""Put the table of all runs together: those of the index, those that are not in it, and live ones."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.functools import partial
from gittrack.read.index import overlay, selecting
from gittrack.read.index.order import Order
from gittrack.read.index.table import RunTable
from gittrack.read.index.update import Current
from gittrack.read.runs import listing, reader
from gittrack.read.runs.reader import Raw


def assembled(
    repo: git.Repo, current: Current, live: Sequence[Raw], tip: str | None
) -> RunTable | None:
    """Return the table of all runs; None if only git can tell which there are.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    current : Current
        The index, and the state of the refs.
    live : sequence of Raw
        The live runs, here and elsewhere.
    tip : str or None
        The commit of the notes.
    """
    manifest = current.opened.manifest
    total = manifest.rows
    unread = [
        listing.raw_of_line(line, folded=line in manifest.unread_folded) for line in manifest.unread
    ]
    placed: dict[tuple[str, str], int] = {}
    for name, oid in current.files.loose.items():
        if name.startswith(layout.RUNS):
            parsed = layout.parse_run_ref(name)
            if parsed is None:
                return None
            row = manifest.loose_rows.get(f"{oid} {name}")
            if row is None:
                row = total + len(unread)
                unread.append(Raw(parsed[1], parsed[0], name, oid))
            placed[parsed[1], parsed[0]] = row
    others = reader.bodies(repo, unread) if unread else []
    for row, raw in enumerate(unread[: len(manifest.unread)], total):
        placed.setdefault((raw.id, raw.experiment), row)
    order = Order(current.opened, manifest.ranges)
    for raw in live:
        key = (raw.id, raw.experiment)
        if key in placed or order.position(*key)[1]:
            resumed = raw.info is not None and raw.info.status == "running" and not raw.snapshot
            if not resumed:
                continue
        placed[key] = total + len(others)
        others.append(raw)
    ranges = order.with_rows(placed)
    complete = partial(selecting.with_bodies, repo)
    annotations = overlay.overlay(repo, current.opened, tip) if tip else None
    if annotations is None:
        lines = listing.annotation_lines(repo, tip)
        return RunTable(current.opened, others, ranges, lines, complete=complete)
    notes = annotations.notes_of_commits([raw.commit for raw in others])
    return RunTable(current.opened, others, ranges, notes, annotations, complete)
