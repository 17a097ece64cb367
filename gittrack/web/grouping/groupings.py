"""The groupings that were asked for last, which a scroll asks for again."""

from __future__ import annotations

import threading
from collections import OrderedDict

from gittrack import git
from gittrack.core.standard.collections import Sequence
from gittrack.read import stamps
from gittrack.read.runs import query
from gittrack.read.runs.blocks import LazyRuns
from gittrack.read.runs.reader import Raw
from gittrack.read.stamps import Stamps
from gittrack.web import windows
from gittrack.web.grouping.grouped import GroupedRuns, group_runs
from gittrack.web.params import Params

_MOST = 2  # that are kept
_TEXTS = ("experiment", "where", "archived", "find")
_LISTS = ("sort", "group")


class Groupings:
    """Runs in groups.  For several threads; one groups runs at a time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, tuple[Stamps, GroupedRuns]] = OrderedDict()
        self._lock = threading.Lock()

    def select(self, repo: git.Repo, params: Params) -> GroupedRuns:
        """Return the runs that the parameters of the document ``groups`` select, in groups.

        Raises
        ------
        TrackError
            As `web.windows.select`.
        """
        request = (
            *(params.text(name) for name in _TEXTS),
            *(tuple(params.many(name)) for name in _LISTS),
        )
        with self._lock:
            earlier = self._kept.get(request)
            now = stamps.look(repo, earlier[0] if earlier else None)
            if earlier is not None and earlier[0] == now:
                self._kept.move_to_end(request)
                return earlier[1]
            grouped = group_runs(repo, _runs(repo, params), params.many("group"))
            self._kept[request] = now, grouped
            self._kept.move_to_end(request)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return grouped


def _runs(repo: git.Repo, params: Params) -> Sequence[Raw]:
    """Return the runs in their order; from an index only which they are, if it has all that is needed."""
    runs = _in_order(repo, params)
    words = params.text("find").lower().split()
    if not words:
        return runs
    numbers = [number for number, raw in enumerate(runs) if windows.has(repo, raw, words)]
    if isinstance(runs, LazyRuns):
        return runs.only([runs.items[number] for number in numbers])
    return [runs[number] for number in numbers]


def _in_order(repo: git.Repo, params: Params) -> Sequence[Raw]:
    order = params.many("sort")
    if len(order) > 1:
        return windows.select(repo, params, whole=True).raws
    listing = query.listing(
        repo,
        experiment=params.text("experiment") or None,
        sort=order[0] if order else None,
        query=params.text("where") or None,
        archived=params.flag("archived"),
        lazy=True,
    )
    return listing.runs
