"""Where the listed runs are in the chunks of the index, and in which order.

If nothing but refs of runs changed, the folded runs are where they were, and only the others are placed.  If
none is folded, and all runs that were listed are still the oldest ones, only the new ones are placed.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.read.index.chunk import COMMITS, EXPERIMENTS, IDS, RunChunk
from gittrack.read.index.order import Order, Ranges, parted
from gittrack.read.index.store import Index, Manifest
from gittrack.read.index.writing.listed import ListedRefs, digest, newest_first
from gittrack.read.runs import listing


class RunsToPlace(NamedTuple):
    """The runs that have to be placed, and which of them an index has.

    Parameters
    ----------
    manifest : Manifest
        The manifest of that index; an empty one if the index is made again.
    lines : list of str
        The lines of the runs, newest first.
    folded : frozenset of str
        Those of them that are folded.
    rows : dict
        {line: row} of runs in the index.
    order : Order or None
        The runs that are where they were; then ``lines`` has only the others.
    """

    manifest: Manifest
    lines: list[str]
    folded: frozenset[str]
    rows: dict[str, int]
    order: Order | None = None


def runs_to_place(repo: git.Repo, index: Index | None, listed: ListedRefs) -> RunsToPlace:
    """Return what an index has of the runs that git lists.

    Raises Damaged or GitError if the archive cannot be read.
    """
    continued = (_behind_new_ones(index, listed) or _continued(index, listed)) if index else None
    if continued is not None:
        return continued
    lines, folded = listed.with_folded(repo)
    rows = _lines(index.chunks, ()) if index else {}
    if index is None or len(rows) > 2 * len(lines):  # most of it is not needed any more
        return RunsToPlace(Manifest(), lines, folded, {})
    return RunsToPlace(index.manifest, lines, folded, rows)


def _behind_new_ones(index: Index, listed: ListedRefs) -> RunsToPlace | None:
    """Return the same if no run is folded, and all that were listed are behind the new ones; else None."""
    manifest = index.manifest
    is_large = manifest.rows > 2 * len(listed.lines)  # most of it is not needed any more
    if not manifest.digest or listed.folding or is_large:
        return None
    newest = manifest.newest
    new = [line for line in listed.lines if line[-24:] > newest]
    before = [line for line in listed.lines if line[-24:] <= newest]
    if not listed.loose.issubset(new) or digest(before) != manifest.digest:
        return None
    rows = _lines(index.chunks, tuple(sorted(manifest.ranges)))
    order = Order(index, manifest.ranges)
    return RunsToPlace(manifest, newest_first(new), frozenset(), rows, order)


def _continued(index: Index, listed: ListedRefs) -> RunsToPlace | None:
    """Return the same if the folded runs are those of the manifest, and are most of all; else None.

    They are if archive and trash are as they were, no ref of a run was deleted, and no new one is of a folded
    run.
    """
    manifest = index.manifest
    folded_rows, with_refs = parted(manifest.ranges, manifest.folded)
    count = sum(end - start for start, end in folded_rows)
    is_same = manifest.folding != "" and manifest.folding == listed.folding
    if not is_same or len(listed.lines) > count:
        return None
    if manifest.rows > 2 * (count + len(listed.lines)):
        return None
    rows = _lines(index.chunks, manifest.folded)
    positions = {row for start, end in with_refs for row in range(start, end)}
    earlier = {_name(line) for line, row in rows.items() if row in positions}
    earlier |= {_name(line) for line in {*manifest.unread}.difference(manifest.unread_folded)}
    earlier |= {name for name in manifest.hidden if name.startswith(layout.RUNS)}
    names = {_name(line): _key(line) for line in listed.lines}
    order = Order(index, folded_rows)
    unread_folded = {_name(line) for line in manifest.unread_folded}
    if not earlier.issubset(names) or not unread_folded.isdisjoint(names):
        return None
    if any(order.position(*names[name])[1] for name in names.keys() - earlier):
        return None
    lines = newest_first(listed.lines)
    return RunsToPlace(manifest, lines, frozenset(), rows, order)


def _name(line: str) -> str:
    return line.partition(" ")[2]


def _key(line: str) -> tuple[str, str]:
    run_id, experiment, _, _ = listing.parts(line)
    return run_id, experiment


class Placed(NamedTuple):
    """The fields of a manifest that say where the listed runs are."""

    ranges: Ranges
    folded: Ranges
    unread: tuple[str, ...]
    unread_folded: tuple[str, ...]
    loose_rows: Mapping[str, int]
    newest: str


def placed(runs: RunsToPlace, loose: Mapping[str, str]) -> Placed:
    """Return where the runs are, after the new ones got rows.

    Parameters
    ----------
    runs : RunsToPlace
        The runs, and the rows of those that have one.
    loose : mapping
        {ref: id} of the loose refs.
    """
    rows, packed = runs.rows, []
    unread, loose_rows = [], {}
    loose_lines = {f"{oid} {name}" for name, oid in loose.items()}
    for line in runs.lines:
        row = rows.get(line)
        if line in loose_lines:
            if row is not None:
                loose_rows[line] = row
        elif row is None:
            unread.append(line)
        else:
            packed.append(line)
    newest = listing.run_id(packed[0]) if packed else ""
    if runs.order is not None:
        before = runs.manifest
        ranges = runs.order.with_rows({_key(line): rows[line] for line in packed})
        unread += before.unread_folded
        folded, unread_folded = before.folded, tuple(before.unread_folded)
        newest = max(newest, before.newest)
        return Placed(_joined(ranges), folded, tuple(unread), unread_folded, loose_rows, newest)
    ranges = _joined((rows[line], rows[line] + 1) for line in packed)
    ascending = sorted(rows[line] for line in runs.folded if line in rows)
    folded = _joined((row, row + 1) for row in ascending)
    unread_folded = tuple(line for line in unread if line in runs.folded)
    return Placed(ranges, folded, tuple(unread), unread_folded, loose_rows, newest)


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges of rows in their order; a range that begins where the one before ends is joined to it."""
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _lines(chunks: Sequence[RunChunk], without: Ranges) -> dict[str, int]:
    """Return {line: row} of the runs in chunks, except those in some ranges of rows."""
    lines: dict[str, int] = {}
    first = 0
    for chunk in chunks:
        _, some = parted([(first, first + chunk.rows)], without)
        if some:
            ids, commits = chunk.content(IDS).decode(), chunk.content(COMMITS).decode()
            width = len(commits) // chunk.rows
            experiments = chunk.values(EXPERIMENTS) or []
            for start, end in some:
                for row in range(start - first, end - first):
                    ref = f"{layout.RUNS}{experiments[row]}/{ids[24 * row : 24 * row + 24]}"
                    lines[f"{commits[width * row : width * row + width]} {ref}"] = first + row
        first += chunk.rows
    return lines
