"""The source of runs that answers from the index, and from refs and journals if there is none."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Callable
from gittrack.core.standard.typing import Any
from gittrack.git.refs import Ref
from gittrack.read.index import addresses, assembly, selecting, store, update
from gittrack.read.index.chunk import DamagedIndex
from gittrack.read.index.table import RunTable
from gittrack.read.runs import listing, reader, selection
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.refs_and_journals import RefsAndJournals
from gittrack.read.runs.source import Request, Selection


class Indexed:
    """All runs of a repository, committed and live ones; every call asks again which there are."""

    def __init__(self, repo: git.Repo) -> None:
        self.repo = repo
        self._plain = RefsAndJournals(repo)

    def select(self, request: Request) -> Selection:
        """Return the runs that a request describes."""
        answer = self._from_index(request) if request.cached else None
        return answer or self._plain.select(request)

    def _from_index(self, request: Request) -> Selection | None:
        by_time = request.order is None and request.query is None and not request.facts
        if by_time and request.limit is None and not request.lazy:
            return None
        answer: Selection | None = self._looked_up(
            lambda runs: _selected(self.repo, runs, request),
            renew=not by_time or request.limit is None,
        )
        return answer

    def _table(self, *, renew: bool) -> RunTable | None:
        """Return the table of all runs; None if there is no index, or a run ended meanwhile.

        Without ``renew``, a small index is not brought up to date: git lists the newest runs as fast.
        """
        before = listing.live_ids(self.repo)
        current = update.current(self.repo, renew=renew)
        if current is None:
            return None
        names = {**current.opened.manifest.others, **current.files.loose}
        live = [*self._elsewhere(names), *listing.live_runs(self.repo)]
        if set(before).difference(raw.id for raw in live):  # the run may be committed now
            return None
        return assembly.assembled(self.repo, current, live, names.get(layout.NOTES))

    def _elsewhere(self, names: dict[str, str]) -> list[Raw]:
        snapshots = [
            Ref(name, oid) for name, oid in names.items() if name.startswith(layout.TRACKING)
        ]
        return listing.live_elsewhere(self.repo, snapshots)

    def find(self, address: str) -> list[Raw]:
        """Return the runs that an address can mean, with their bodies from git itself."""
        may_be_id = len(address) == 8 or layout.is_id(address.rpartition("/")[2])
        runs = self._looked_up(lambda table: addresses.by_id(table, address), renew=False)
        if may_be_id and runs is None:
            return self._plain.find(address)
        if not may_be_id or not runs:
            runs = self._looked_up(lambda table: addresses.by_name_or_prefix(table, address))
        return self._plain.find(address) if runs is None else reader.bodies(self.repo, runs)

    def named(self, name: str) -> list[Raw]:
        """Return the runs that have a name, archived ones left out."""
        runs = self._looked_up(lambda table: addresses.by_name(table, name))
        if runs is None:
            return self._plain.named(name)
        return selection.current_named(reader.bodies(self.repo, runs), name)

    def of_commit(self, oid: str) -> list[Raw]:
        """Return the runs whose run commit has this full id."""
        runs = self._looked_up(lambda table: addresses.of_commit(table, oid), renew=False)
        return self._plain.of_commit(oid) if runs is None else reader.bodies(self.repo, runs)

    def experiments(self) -> list[str]:
        """Return the names of all experiments that have runs, sorted."""
        names = self._looked_up(lambda table: set(table.experiments()), renew=False)
        return self._plain.experiments() if names is None else sorted(names)

    def _looked_up(self, look_up: Callable[[RunTable], Any], *, renew: bool = True) -> Any:
        """Return what a function finds in the table of all runs; None if there is no table."""
        try:
            runs = self._table(renew=renew)
            return None if runs is None else look_up(runs)
        except DamagedIndex:
            store.forget(self.repo.common_dir)
            return None


def _selected(repo: git.Repo, runs: RunTable, request: Request) -> Selection:
    """Return the runs that a request describes, from columns if these have all that it needs."""
    answer = selecting.select(repo, runs, request)
    if answer is not None:
        return answer
    raws = runs.raws(range(len(runs)))
    if request.experiment is not None:
        raws = [raw for raw in raws if f"{raw.experiment}/".startswith(f"{request.experiment}/")]
    return selection.select(repo, selecting.with_bodies(repo, raws), request)
