"""The words of a sweep: what is asked for (Plan), what is tried (Trial), what came of it (Outcome)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from gittrack.analysis.stopping_rules import EarlyTerminate
from gittrack.search.space import Distribution


class Trial(NamedTuple):
    """One execution of the command; ``params`` maps every dotted name to a plain value.

    ``key`` is its identity within the sweep, stable for ever: ``7`` is configuration 7, ``7.s2`` its third
    seed, ``7.r1`` its rung 1, ``7.b2.r1`` its rung 1 in bracket 2.  ``budget`` is the resource to spend, in
    total, in units of the resource; None where the method has none.  In mode ``resume``, ``after`` is
    the key of the trial whose artifacts it goes on from.
    """

    key: str
    config: int
    params: Mapping[str, Any]
    rung: int = 0
    bracket: int = 0
    budget: int | None = None
    seed: int | None = None
    after: str | None = None


class Outcome(NamedTuple):
    """How a trial ended.

    ``score`` is None where the trial failed or never logged the metric.  ``order`` counts in which order
    trials ended.  ``status`` is finished, failed, killed, crashed or stopped (early).  ``params`` are the
    trial's own, as recorded; only the strategy ``optuna``, which learns from them, needs them.
    """

    key: str
    score: float | None
    order: int
    status: str
    params: Mapping[str, Any] | None = None


class Rung(NamedTuple):
    """A line of the budget table: so many trials of so much resource each.

    ``restart`` is what they cost in all when every trial trains anew, ``resume`` when each goes on from
    its rung before.  ``budget`` and both costs are None where the method has no resource.
    """

    bracket: int
    rung: int
    trials: int
    budget: int | None
    restart: int | None
    resume: int | None


class Resource(NamedTuple):
    """What halving deals out: ``name`` is the param that carries it, ``min`` to ``max`` in steps of ``eta``.

    ``mode`` is ``restart`` (train anew in every rung) or ``resume`` (go on from the rung before).
    """

    name: str
    min: int
    max: int
    eta: int = 3
    mode: str = "restart"


class Optuna(NamedTuple):
    """Which of Optuna's samplers proposes, and the options that it is made with."""

    sampler: str = "tpe"
    options: Mapping[str, Any] = {}


class Plan(NamedTuple):
    """The checked content of a sweep file.

    ``command`` has the fields of ``git track run``; ``run_cap`` limits the runs in all; ``configs`` is the
    number of configurations that are tried, None where the method decides; ``seeds`` are the seeds under
    which each configuration is repeated, empty for once without a seed; ``timeout`` is in seconds.
    ``remarks`` are sentences for the user: what was left out or taken differently.  Once a score is as good
    as ``target``, nothing more is begun.
    """

    name: str | None
    command: tuple[str, ...]
    method: str
    metric: str | None  # None: the trials are run and not ranked
    goal: str  # minimize or maximize
    space: Mapping[str, Distribution]
    run_cap: int | None = None
    configs: int | None = None
    seed: int = 0
    resource: Resource | None = None
    seeds: tuple[int, ...] = ()
    timeout: float | None = None
    retries: int = 0
    early_terminate: EarlyTerminate | None = None
    optuna: Optuna | None = None
    remarks: tuple[str, ...] = ()
    target: float | None = None


class Strategy(Protocol):
    """Decides what to try.  Immutable: every method is a pure function of its arguments.

    ``outcomes`` are the trials that ended, in any order; ``started`` are the keys of all trials that
    were begun, ended or not.  A trial that was cut off by a kill is in neither, once it is forgotten: it is
    asked for again where the method always would (all but ``asha`` and ``optuna``); with any method it can be
    had again from `trial`, and is then in ``started``.
    """

    @property
    def size(self) -> int | None:
        """How many trials there will be in all, None where that depends on outcomes."""

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        """Return trials to start now, at most ``free``; () means wait for outcomes, or the end."""

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        """Say whether all has ended and nothing is left to ask."""

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        """Return the key of the winner so far, None where nothing counts yet."""

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        """Return the trial of a key again.  Raises TrackError for a key that is none of ours."""

    def table(self) -> tuple[Rung, ...]:
        """Return the budget table: what will be spent at most."""
