"""The sources of today: runs from refs of the repository and live journals, and runs in the trash."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.git import refs
from gittrack.read.runs import listing, reader, selection
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request, Selection

_FEW = 1000  # up to this number of bodies are read without the cache
_DIGITS = 8  # at the end of an id


class RefsAndJournals:
    """All runs of a repository, committed and live ones; every call reads them again."""

    def __init__(self, repo: git.Repo) -> None:
        self.repo = repo

    def select(self, request: Request) -> Selection:
        """Return the runs that a request describes; only the bodies that it needs are read."""
        by_time = request.order is None and request.query is None and not request.facts
        few = request.limit is not None and request.limit <= _FEW
        if not request.cached or (by_time and (few or not request.summaries)):
            return self._without_cache(request, by_time)
        raws = listing.list_runs_with_summaries(self.repo, request.experiment)
        return selection.select(self.repo, raws, request)

    def _without_cache(self, request: Request, by_time: bool) -> Selection:
        raws = listing.list_runs(self.repo, request.experiment)
        if not by_time:
            return selection.select(self.repo, reader.bodies(self.repo, raws), request)
        heads = selection.select(self.repo, raws, request)
        if not request.summaries:
            return heads
        runs = reader.bodies(self.repo, heads.runs)
        problems = (
            raw.problem for raw, before in zip(runs, heads.runs, strict=True) if not before.problem
        )
        damaged = heads.damaged + sum(problem is not None for problem in problems)
        return heads._replace(runs=runs, damaged=damaged)

    def find(self, address: str) -> list[Raw]:
        """Return the runs that an address can mean; the bodies are read only if it is not an id."""
        may_be_id = len(address) == _DIGITS or layout.is_id(address.rpartition("/")[2])
        runs = selection.by_id(listing.list_runs(self.repo), address) if may_be_id else []
        if not runs:
            raws = listing.list_runs_with_summaries(self.repo)
            runs = selection.by_name(raws, address) or selection.by_owner_and_name(raws, address)
            runs = runs or selection.by_prefix(raws, address)
        return reader.bodies(
            self.repo, runs
        )  # from git itself: the cache may have a commit that git has lost

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
    return reader.bodies(repo, listing.annotated(repo, ordered, commit))
