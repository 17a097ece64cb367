"""The sources that read git itself: runs from refs and live journals, and runs in the trash."""

from __future__ import annotations

from itertools import pairwise

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import annotation_log
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.functools import partial
from gittrack.git import refs
from gittrack.read.runs import blocks, listing, reader, selection
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request, Selection

_DIGITS = 8  # at the end of an id


class RefsAndJournals:
    """All runs of a repository, committed and live ones; every call reads them again."""

    def __init__(self, repo: git.Repo) -> None:
        self.repo = repo

    def select(self, request: Request) -> Selection:
        """Return the runs that a request describes; only the bodies that it needs are read."""
        if request.order is not None or request.query is not None or request.facts:
            raws = listing.list_runs_with_summaries(self.repo, request.experiment)
            return selection.select(self.repo, self._completed(raws, request), request)
        heads = self._by_time(request)
        if not request.summaries:
            return heads
        if request.lazy and len(heads.runs) > blocks.LAZY:
            read = partial(blocks.with_bodies, self.repo)
            return heads._replace(runs=blocks.LazyRuns(heads.runs, read))
        runs = reader.bodies(self.repo, heads.runs)
        problems = (
            raw.problem for raw, before in zip(runs, heads.runs, strict=True) if not before.problem
        )
        damaged = heads.damaged + sum(problem is not None for problem in problems)
        return heads._replace(runs=self._completed(runs, request), damaged=damaged)

    def _completed(self, raws: list[Raw], request: Request) -> list[Raw]:
        """Return runs with complete bodies, unless they are very many, or objects in git are checked.

        One git process reads what is missing of all of them.
        """
        is_check, are_many = not request.cached, len(raws) > blocks.LAZY
        if is_check or are_many or not any(b"\ntruncated: " in (raw.body or b"") for raw in raws):
            return raws
        from gittrack.read.index import completion  # noqa: PLC0415 - few runs are truncated

        return completion.completed(self.repo, raws)

    def _by_time(self, request: Request) -> Selection:
        """Return the runs, without the bodies of committed ones."""
        is_lazy = request.lazy and not request.summaries and not request.offset
        if request.descending and (request.limit is not None or is_lazy):
            newest_runs = newest(self.repo, request)
            if newest_runs is not None:
                return newest_runs
        raws = listing.list_runs(self.repo, request.experiment)
        return selection.select(self.repo, raws, request)

    def find(self, address: str) -> list[Raw]:
        """Return the runs that an address can mean; the bodies are read only if it is not an id."""
        may_be_id = len(address) == _DIGITS or layout.is_id(address.rpartition("/")[2])
        runs = selection.by_id(listing.list_runs(self.repo), address) if may_be_id else []
        if not runs:
            raws = listing.list_runs_with_summaries(self.repo)
            runs = selection.by_name(raws, address) or selection.by_owner_and_name(raws, address)
            runs = runs or selection.by_prefix(raws, address)
        return reader.bodies(self.repo, runs)

    def named(self, name: str) -> list[Raw]:
        """Return the runs that have a name, archived ones left out."""
        return selection.current_named(listing.list_runs_with_summaries(self.repo), name)

    def of_commit(self, oid: str) -> list[Raw]:
        """Return the runs whose run commit has this full id."""
        raws = listing.list_runs(self.repo)
        return reader.bodies(self.repo, [raw for raw in raws if raw.commit == oid])

    def experiments(self) -> list[str]:
        """Return the names of all experiments that have runs, sorted."""
        return sorted({raw.experiment for raw in listing.list_runs(self.repo)})


def newest(repo: git.Repo, request: Request) -> Selection | None:
    """Return the newest runs, without the bodies of committed ones; None if only a full listing is right.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    request : Request
        A request for the newest runs, without a query and without facts.  Without a limit, each run is made
        only when it is needed: of very many, the lines of their refs take a third of the memory.
    """
    before = listing.live_ids(repo)
    refs_now = refs.listing(repo, *listing.namespaces(request.experiment))
    live = listing.live_runs(repo)
    vanished = set(before).difference(raw.id for raw in live)
    listed = listing.split(refs_now)
    if listed is None or vanished:  # a run may have been committed in between
        return None
    inside = f"{request.experiment}/" if request.experiment else ""
    running = [
        raw
        for raw in (*listing.live_elsewhere(repo, listing.snapshots(refs_now)), *live)
        if f"{raw.experiment}/".startswith(inside)
    ]
    folded = listing.folded_lines(repo, refs_now, request.experiment)
    lines, commit_of_notes = [*listed[0], *folded], listed[1]
    if running:
        names = {layout.run_ref(raw.experiment, raw.id) for raw in running}
        if any(line.partition(" ")[2] in names for line in lines):
            return None  # a committed run was resumed, or is still listed as live elsewhere
    without_ref = frozenset(folded)
    notes = listing.annotation_lines(repo, commit_of_notes)
    archived = set() if request.archived else _archived(notes)
    # Runs with the same id, which an interrupted push may leave, are in the order of their experiments.
    current = lines[::-1]
    if archived:
        current = [line for line in current if listing.commit(line) not in archived]
    current.sort(key=listing.run_id, reverse=True)
    if any(listing.run_id(line) == listing.run_id(older) for line, older in pairwise(current)):
        current.sort(key=_id_and_experiment, reverse=True)

    def runs_of(items: Sequence[str | Raw]) -> list[Raw]:
        """Return the runs, of which the committed ones are lines."""
        raws = (
            item if isinstance(item, Raw) else listing.raw_of_line(item, folded=item in without_ref)
            for item in items
        )
        return listing.annotated(list(raws), notes)

    runs: Sequence[Raw]
    if request.limit is None:
        runs = blocks.LazyRuns(_merged(current, running), partial(blocks.in_parts, runs_of))
    else:
        end = request.offset + request.limit
        runs = sorted((*running, *runs_of(current[:end])), reverse=True)[request.offset : end]
    return Selection(
        runs,
        total=len(current) + len(running),
        listed=len(lines) + len(running),
        archived=len(lines) - len(current),
        damaged=sum(raw.problem is not None for raw in running),
    )


def _merged(lines: Sequence[str], running: Sequence[Raw]) -> list[str | Raw]:
    """Return the lines of runs and runs, newest first; there are few of these."""
    items: list[str | Raw] = list(lines)
    for raw in running:
        older = (n for n, item in enumerate(items) if _id_and_experiment(item) < raw[:2])
        items.insert(next(older, len(items)), raw)
    return items


def _id_and_experiment(item: str | Raw) -> tuple[str, ...]:
    return (item if isinstance(item, Raw) else listing.parts(item))[:2]


def _archived(notes: Mapping[str, bytes]) -> set[str]:
    """Return the commits of the archived runs."""
    mark = annotation_log.ARCHIVE.encode()
    return {
        commit
        for commit, note in notes.items()
        if mark in note and annotation_log.is_archived(annotation_log.parse(note))
    }


class Trash:
    """The runs in the trash of a repository."""

    def __init__(self, repo: git.Repo) -> None:
        self.repo = repo

    def select(self, request: Request) -> Selection:
        """Return the runs that a request describes."""
        inside = f"{request.experiment}/" if request.experiment else ""
        raws = [raw for raw in self._all() if f"{raw.experiment}/".startswith(inside)]
        return selection.select(self.repo, raws, request)

    def find(self, address: str) -> list[Raw]:
        """Return the runs that an address can mean."""
        raws = self._all()
        ways = (
            *(selection.by_id, selection.by_name),
            *(selection.by_owner_and_name, selection.by_prefix),
        )
        return next((runs for way in ways if (runs := way(raws, address))), [])

    def named(self, name: str) -> list[Raw]:
        """Return the runs that have a name, archived ones left out."""
        return selection.current_named(self._all(), name)

    def of_commit(self, oid: str) -> list[Raw]:
        """Return the runs whose run commit has this full id."""
        return [raw for raw in self._all() if raw.commit == oid]

    def experiments(self) -> list[str]:
        """Return the names of all experiments that have runs here, sorted."""
        return sorted({raw.experiment for raw in self._all()})

    def _all(self) -> list[Raw]:
        return _trashed(self.repo)


def _trashed(repo: git.Repo) -> list[Raw]:
    """Return the runs in the trash, with their bodies, newest first."""
    runs = [
        Raw(parsed[1], parsed[0], ref, oid or None)
        for ref, oid in refs.below(repo, layout.TRASH)
        if (parsed := layout.parse_run_ref(ref, layout.TRASH)) is not None
    ]
    commit = next((oid for ref, oid in refs.below(repo, layout.NOTES) if ref == layout.NOTES), None)
    ordered = sorted(runs, key=lambda raw: raw.id, reverse=True)
    return reader.bodies(repo, listing.annotated(ordered, listing.annotation_lines(repo, commit)))
