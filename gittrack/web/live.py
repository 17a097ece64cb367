"""What changed since a cursor: runs that began, went on, ended, were annotated or removed.

One `Changes` serves all tabs.  It remembers for each run when it changed last, so a laptop that slept for a
day gets all that happened at once, and nothing that it has.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core.query.grammar import QueryError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.read import stamps
from gittrack.read.runs import listing, reader, selection
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.stamps import Stamps
from gittrack.web.params import Params
from gittrack.web.views import runs

_MOST_CHANGES = 1_000  # runs; with more, the page had better ask for everything


class _Seen(NamedTuple):
    """A run at the last look: the run, what it looked like, and the number of the look that saw it change."""

    raw: Raw | None  # None: it was removed
    mark: object
    number: int


class Changes:
    """The changes in one repository since the server was started.  For several threads.

    Parameters
    ----------
    instance : str
        The name of this server: a cursor of another one means nothing here.
    """

    def __init__(self, instance: str) -> None:
        self._instance, self._lock = instance, threading.Lock()
        self._stamps: Stamps | None = None
        self._runs: dict[str, _Seen] = {}
        self._number = 0

    def cursor(self, repo: git.Repo) -> str:
        """Return the cursor of now."""
        with self._lock:
            self._look(repo)
            return f"{self._instance}.{self._number}"

    def experiments(self) -> list[str]:
        """Return the experiment of each run at the last look."""
        with self._lock:
            return [run.raw.experiment for run in self._runs.values() if run.raw is not None]

    def named(self, repo: git.Repo, keys: Sequence[str]) -> list[Raw]:
        """Return the runs with these keys, in their order; one that does not exist is left out.

        Nothing is listed unless a run began, ended or changed since the last look.
        """
        with self._lock:
            self._look(repo)
            raws = [self._runs[key].raw for key in keys if key in self._runs]
        return reader.bodies(repo, [raw for raw in raws if raw is not None])

    def since(self, repo: git.Repo, params: Params) -> dict[str, Any]:
        """Return the document ``changes``."""
        with self._lock:
            self._look(repo)
            now, current = self._number, dict(self._runs)
        last = self._number_of(params.text("since"))
        changed = [key for key, run in current.items() if last is not None and run.number > last]
        reset = last is None or last > now or len(changed) > _MOST_CHANGES
        if reset:
            changed = []
        present = [raw for key in changed if (raw := current[key].raw) is not None]
        rows = _matching(repo, reader.bodies(repo, present), params) if present else []
        matching = {runs.key(raw) for raw in rows}
        return {
            "cursor": f"{self._instance}.{now}",
            "reset": reset,
            "runs": runs.columns_of(repo, [reader.decode(repo, raw) for raw in rows]),
            "removed": [key for key in changed if key not in matching],
            **_points(repo, params, current),
        }

    def _number_of(self, cursor: str) -> int | None:
        """Return the number of a cursor of this server, else None."""
        instance, _, number = cursor.partition(".")
        return int(number) if instance == self._instance and number.isdecimal() else None

    def _look(self, repo: git.Repo) -> None:
        """Look at the repository, and note which runs changed."""
        now, before = stamps.look(repo, self._stamps), self._stamps
        if now == before:
            return
        raws = {runs.key(raw): raw for raw in listing.list_runs(repo)}
        number = self._number + 1
        for key, raw in raws.items():
            mark = _mark(raw, now.journals)
            earlier = self._runs.get(key)
            if earlier is None or earlier.raw is None or earlier.mark != mark:
                self._runs[key] = _Seen(raw, mark, number)
        for key, run in self._runs.items():
            if key not in raws and run.raw is not None:
                self._runs[key] = _Seen(None, None, number)
        self._stamps, self._number = now, number


def _points(repo: git.Repo, params: Params, current: Mapping[str, _Seen]) -> dict[str, Any]:
    """Return the points that live runs logged, if the page draws any."""
    if not params.many("tail"):
        return {"series": [], "tails": {}, "stale": []}
    from gittrack.web.views import tails  # noqa: PLC0415 - with NumPy, which the first page does not need

    return tails.since(repo, params, {key: run.raw for key, run in current.items() if run.raw})


def _mark(raw: Raw, journals: Mapping[str, stamps.Stamp]) -> object:
    """Return what a run looks like: two equal marks mean that nothing of it changed."""
    if raw.info is not None:
        return (raw.info.status, journals.get(raw.id), raw.annotations, raw.snapshot)
    return (raw.commit, raw.problem, raw.annotations)


def _matching(repo: git.Repo, raws: list[Raw], params: Params) -> list[Raw]:
    """Return the runs that match the experiment and the query of the page."""
    experiment = params.text("experiment")
    inside = (
        [raw for raw in raws if f"{raw.experiment}/".startswith(f"{experiment}/")]
        if experiment
        else raws
    )
    query = params.text("where") or None
    request = Request(query=query, archived=params.flag("archived"))
    try:
        return list(selection.select(repo, inside, request).runs)
    except QueryError:  # no changed run has the name, so none matches
        return []
