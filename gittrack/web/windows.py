"""Windows of rows: the order of many runs is kept, so that scrolling reads only the rows in sight.

A page shows all of up to 2,000 runs at once, and sorts them itself.  Of more runs it asks for windows; to
search or group them, for all of up to 20,000.  Of more than that, the server searches, and
makes the groups (`web.grouping`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.read import stamps
from gittrack.read.runs import live, query, reader, selection
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.stamps import Stamps
from gittrack.show.data import jsonable
from gittrack.web.params import BadParameter, Params

MOST_ROWS = 2_000  # with so many runs, the page gets all of them and needs no windows
WINDOW = 200  # rows
_LARGEST_WINDOW = 20_000
_WITHOUT_CACHE = 1_000  # runs whose bodies git reads directly, see `read.runs.refs_and_journals`
_ORDERS = 4  # that are kept
_MOST_SORT_KEYS = 20  # each sorts all runs once more


class Rows(NamedTuple):
    """Some of the runs that match a request, in its order."""

    raws: list[Raw]
    total: int
    offset: int = 0
    archived: int = 0
    damaged: int = 0
    every: int | None = None
    """How many match without the words of a search; None without a search."""

    @property
    def complete(self) -> bool:
        """Whether these are all runs that match."""
        return len(self.raws) == self.total


class _Order(NamedTuple):
    """All runs that match a request, without their bodies, and the state of the repository then."""

    refs: object
    live: frozenset[str]
    raws: list[Raw]
    archived: int
    damaged: int
    every: int | None


# Returns the runs with some keys, as `web.live.Changes.named`.
Named = Callable[[git.Repo, Sequence[str]], list[Raw]]
# Returns the name of the state of all runs: two that are equal mean that none has changed.
State = Callable[[git.Repo], str]


class Windows:
    """The orders that were asked for last.  For several threads; one reads all runs at a time.

    Parameters
    ----------
    named : Named, optional
        Finds the runs that a request names; by default by a look at all runs.
    state : State, optional
        Names the state of all runs, as `web.live.Changes.cursor`; by default it has no name.
    """

    def __init__(self, named: Named | None = None, state: State | None = None) -> None:
        self._named, self._state = named, state
        self._orders: OrderedDict[object, _Order] = OrderedDict()
        self._stamps: Stamps | None = None
        self._lock = threading.Lock()

    def state(self, repo: git.Repo) -> str:
        """Return the name of the state of all runs; empty if it has none."""
        return self._state(repo) if self._state is not None else ""

    def select(self, repo: git.Repo, params: Params) -> Rows:
        """Return the rows of a window; see `select`."""
        keys = params.many("run")
        if keys and self._named is not None and set(params.texts) <= {"run", "column", "archived"}:
            raws = self._named(repo, keys)
            return Rows(raws, len(raws))
        if keys:
            return select(repo, params)
        first = _first(repo, params)
        if first is not None:
            return first
        with self._lock:
            order = self._order(repo, params)
        offset = params.whole("offset", 0, 10**9)
        usual = MOST_ROWS if len(order.raws) <= MOST_ROWS else WINDOW
        limit = params.whole("limit", usual, _LARGEST_WINDOW)
        raws = [_renewed(repo, raw) for raw in order.raws[offset : offset + limit]]
        return Rows(
            reader.bodies(repo, raws),
            *(len(order.raws), offset, order.archived, order.damaged, order.every),
        )

    def _order(self, repo: git.Repo, params: Params) -> _Order:
        now = self._stamps = stamps.look(repo, self._stamps)
        name = (*(params.text(key) for key in ("experiment", "where", "archived", "find")),)
        request = (name, tuple(params.many("sort")))
        earlier = self._orders.get(request)
        if earlier is not None and (earlier.refs, earlier.live) == (
            now.refs,
            frozenset(now.journals),
        ):
            return earlier
        rows = select(repo, Params({**params.texts, "offset": ["0"], "limit": []}), whole=True)
        words = params.text("find").lower().split()
        raws = [raw._replace(body=None) for raw in rows.raws if not words or has(repo, raw, words)]
        every = len(rows.raws) if words else None
        counts = (rows.archived, rows.damaged, every)
        order = _Order(now.refs, frozenset(now.journals), raws, *counts)
        self._orders[request] = order
        self._orders.move_to_end(request)
        while len(self._orders) > _ORDERS:
            self._orders.popitem(last=False)
        return order


def _first(repo: git.Repo, params: Params) -> Rows | None:
    """Return the first rows in the order of time, which need no look at all bodies; None for others."""
    if any(params.text(name) for name in ("offset", "limit", "where", "find", "sort")):
        return None
    rows = select(repo, Params({**params.texts, "limit": [str(_WITHOUT_CACHE)]}))
    if rows.complete:
        return rows
    if rows.total <= MOST_ROWS:
        return select(repo, Params({**params.texts, "limit": [str(MOST_ROWS)]}))
    return rows._replace(raws=rows.raws[:WINDOW])


def has(repo: git.Repo, raw: Raw, words: Sequence[str]) -> bool:
    """Return whether a run has all words in its key, its facts, params or metrics; ``lr=0.1`` is a word.

    The text of its commit is searched, because decoding 100,000 runs takes ten seconds.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    raw : Raw
        The run, with its body.
    words : sequence of str
        In small letters.
    """
    name = f"{raw.experiment}/{raw.id}"
    content = (raw.body or b"").decode(errors="replace")
    if raw.body is None or raw.annotations:  # it goes on, or it has tags, a note or another name
        content += jsonable.dump(jsonable.run(reader.decode(repo, raw))).replace('"', "")
    content = f"{name}\n{content}".lower()
    return all(
        word in content or ("=" in word and word.replace("=", ": ", 1) in content) for word in words
    )


def _renewed(repo: git.Repo, raw: Raw) -> Raw:
    """Return a run as it is now, if it is going on."""
    if raw.info is None:
        return raw
    info = live.read(repo, f"{layout.live_dir(repo.common_dir)}/{raw.id}")
    return raw if info is None else raw._replace(info=info)


def select(repo: git.Repo, params: Params, *, whole: bool = False) -> Rows:
    """Return the runs that the parameters of the document ``runs`` select.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    params : Params
        The parameters.  Runs that ``run`` names are in that order.
    whole : bool, default False
        Whether there is no limit.

    Raises
    ------
    TrackError
        As `read.runs.query.listing`: for a query, an experiment or a sort key that means nothing.
    """
    keys, order = params.many("run"), params.many("sort")
    if len(order) > _MOST_SORT_KEYS:
        raise BadParameter(f"{len(order)} sort keys are too many", f"use at most {_MOST_SORT_KEYS}")
    offset = params.whole("offset", 0, 10**9)
    limit = params.whole("limit", MOST_ROWS, _LARGEST_WINDOW)
    unlimited = whole or bool(keys) or len(order) > 1
    listing = query.listing(
        repo,
        experiment=params.text("experiment") or None,
        sort=order[0] if order else None,
        limit=None if unlimited else offset + limit,
        query=params.text("where") or None,
        archived=params.flag("archived") or bool(keys),
    )
    raws, total = list(listing.runs), listing.total
    if keys:
        by_key = {f"{raw.experiment}/{raw.id}": raw for raw in raws}
        raws = [by_key[name] for name in keys if name in by_key]
        total = len(raws)
    if len(order) > 1:
        raws = _sorted(repo, raws, order)
    window = raws if whole else raws[offset : offset + limit]
    return Rows(window, total, offset, listing.archived, listing.damaged)


def _sorted(repo: git.Repo, raws: list[Raw], order: Sequence[str]) -> list[Raw]:
    """Return the runs in an order of several keys: sorting is stable, so the last key comes first."""
    for name in reversed(order):
        request = Request(order=name.removeprefix("-"), descending=name.startswith("-"))
        raws = list(selection.select(repo, raws, request).runs)
    return raws
