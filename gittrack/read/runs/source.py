"""The interface between readers and the storage of runs.

A reader states a `Request`: which runs, in which order, how many.  A `Source` answers it: `refs_and_journals`
lists refs and scans the bodies, and `gittrack.read.index` answers from columns.  Every source passes the
contract suite in ``tests/read/runs/test_source.py``.
"""

from __future__ import annotations

from gittrack.core.standard.collections import Callable, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple, Protocol
from gittrack.read.runs.reader import Raw

if TYPE_CHECKING:
    from gittrack.analysis.direction import Direction


class Request(NamedTuple):
    """Which runs a reader needs, in which order, and how many.

    Parameters
    ----------
    experiment : str or None
        Only the runs of this experiment and of those below it: ``cifar`` has ``cifar/resnet``.
    query : str or None
        Only the runs that match this query, such as ``metrics.acc > 0.9``.
    facts : tuple of (str, str or None)
        Only the runs with these recorded facts, such as ``("sweep.id", ID)``; None means any value.
        Use ``query`` for a fact that an annotation can change (name, note, tags).
    archived : bool
        Whether archived runs count.
    order : str or None
        A sort key: a metric, a param or a fact.  None: the time of the start.
    descending : bool
        Newest or largest first.
    direction : callable or None
        Decides instead of ``descending``, for a metric: called with the goals that the matching runs
        defined for it.  It is not called if no run has a number.
    numbers : bool
        Whether only numbers have a rank in ``order``; infinite ones, NaN, and other runs come last.
    offset, limit : int, int or None
        How many runs of the answer to skip, and how many to return at most.
    summaries : bool
        Whether the runs need their bodies.
    cached : bool
        Whether an index may be used; False for a check of the objects in git.
    lazy : bool
        Whether the source may answer with a sequence that reads many runs only when they are needed, in
        blocks that it does not keep, and again whenever they are needed again.
    lazy_metrics : bool
        Whether the metrics of a run that has too many of them for its message may be read when they are
        needed: for a reader that needs few of them.
    """

    experiment: str | None = None
    query: str | None = None
    facts: tuple[tuple[str, str | None], ...] = ()
    archived: bool = True
    order: str | None = None
    descending: bool = True
    direction: Callable[[frozenset[str]], Direction] | None = None
    numbers: bool = False
    offset: int = 0
    limit: int | None = None
    summaries: bool = True
    cached: bool = True
    lazy: bool = False
    lazy_metrics: bool = False


class Selection(NamedTuple):
    """The runs that a request selects, and counts of the runs that were examined.

    Parameters
    ----------
    runs : sequence of Raw
        The selected runs, in their order; the ones without a value of the sort key come last.
    total : int
        How many runs match, before ``offset`` and ``limit``.
    listed : int
        How many runs the experiment has, archived ones too.
    archived : int
        How many archived runs were left out.
    damaged : int
        How many of the matching runs cannot be read; only runs whose body was needed are counted.
    ranked, infinite, nan : int
        How many of the matching runs have a value of the sort key; with ``numbers``, how many have an
        infinite one or NaN, which is not counted in ``ranked``.
    direction : Direction or None
        What the request's ``direction`` decided.
    """

    runs: Sequence[Raw]
    total: int
    listed: int
    archived: int = 0
    damaged: int = 0
    ranked: int = 0
    infinite: int = 0
    nan: int = 0
    direction: Direction | None = None


class Source(Protocol):
    """Where readers get runs from.  An instance may be used by several threads."""

    def select(self, request: Request) -> Selection:
        """Return the runs that a request describes.

        Raises QueryError for a query that cannot be understood, or that contains a name that no run has.
        """

    def find(self, address: str) -> list[Raw]:
        """Return the runs, with their bodies, that an address without ``@`` can mean; newest first.

        A full id (``EXPERIMENT/ID`` too) or its 8 hex digits comes before a name, a name before
        ``USER/NAME`` or ``USER@HOST/NAME``, and that before the beginning of an id, of its 8 hex digits,
        or (from 7 digits on) of a run commit.
        """

    def named(self, name: str) -> list[Raw]:
        """Return the runs, with their bodies, that have a name, archived ones left out; newest first."""

    def of_commit(self, oid: str) -> list[Raw]:
        """Return the runs, with their bodies, whose run commit has this full id."""

    def experiments(self) -> list[str]:
        """Return the names of all experiments that have runs, sorted."""
