"""The values of a search: what to do (SweepPlan), what to try (Trial), how it ended (Outcome)."""

from __future__ import annotations

from gittrack.analysis.stopping_rules import EarlyTerminate
from gittrack.core.standard.collections import Collection, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple, Protocol
from gittrack.search.distributions import Distribution


class Trial(NamedTuple):
    """One execution of the command.

    Attributes
    ----------
    key : str
        The identity of the trial in its sweep, which never changes: ``7`` is configuration 7, ``7.s2`` its
        third seed, ``7.r1`` its rung 1, ``7.b2.r1`` its rung 1 in bracket 2.
    config : int
        The number of the configuration, from 0.
    params : mapping
        A plain value for every dotted name that is searched.
    rung, bracket : int
        Where halving runs the trial; 0 for other methods.
    budget : int or None
        The resource to spend in total, in its own unit; None if the method has no resource.
    seed : int or None
        The seed of the training, if the sweep repeats configurations.
    after : str or None
        In mode ``resume``: the key of the trial whose artifacts this trial continues from.
    """

    key: str
    config: int
    params: Mapping[str, Any]
    rung: int = 0
    bracket: int = 0
    budget: int | None = None
    seed: int | None = None
    after: str | None = None


class StartedKeys(set[str]):
    """The keys of the trials that were started, to which keys are only added.

    Attributes
    ----------
    first_free : int
        The lowest number that is not a key.  Without it, a strategy would look at all numbers for each trial.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        super().__init__(keys)
        self.first_free = 0
        self._advance()

    def add(self, key: str) -> None:
        """Add a key."""
        super().add(key)
        self._advance()

    def _advance(self) -> None:
        while str(self.first_free) in self:
            self.first_free += 1


class Outcome(NamedTuple):
    """How a trial ended.

    Attributes
    ----------
    key : str
        The key of the trial.
    score : float or None
        The metric of the sweep; None if the trial failed or never logged the metric.
    order : int
        The position among the trials that ended, from 0.
    status : str
        ``finished``, ``failed``, ``killed``, ``crashed`` or ``stopped`` (early).
    params : mapping or None
        The params as the run recorded them; only the method ``optuna`` learns from them.
    """

    key: str
    score: float | None
    order: int
    status: str
    params: Mapping[str, Any] | None = None


class Rung(NamedTuple):
    """A line of the budget table: ``trials`` trials with ``budget`` of the resource each.

    ``restart`` is their total cost if every trial trains from the start, ``resume`` if each continues from
    its previous rung.  ``budget`` and both costs are None if the method has no resource.
    """

    bracket: int
    rung: int
    trials: int
    budget: int | None
    restart: int | None
    resume: int | None


class Resource(NamedTuple):
    """What halving distributes: the param ``name``, from ``min`` to ``max``, times ``eta`` in each rung.

    ``mode`` is ``restart`` (every rung trains from the start) or ``resume`` (a rung continues from the
    artifacts of the previous one, and an attempt from those of an interrupted attempt).
    """

    name: str
    min: int
    max: int
    eta: int = 3
    mode: str = "restart"


class SamplerOptions(NamedTuple):
    """The sampler of Optuna (``tpe``, ``cmaes`` or ``gp``) and the options of its constructor."""

    sampler: str = "tpe"
    options: Mapping[str, Any] = {}


class SweepPlan(NamedTuple):
    """The checked content of a sweep file.

    Attributes
    ----------
    name : str or None
        The name of the sweep.
    command : tuple of str
        The words to run, with the fields of ``git track run``.
    method : str
        One of `strategies.methods.METHODS`.
    metric : str or None
        What trials are ranked by; None if they are not ranked.
    goal : str
        ``minimize`` or ``maximize``.
    space : mapping
        A distribution for every dotted name that is searched.
    run_cap : int or None
        The largest number of runs.
    configs : int or None
        The number of configurations to try; None before `sizing.with_size` has set it.
    seed : int
        The seed of the search.
    resource : Resource or None
        What halving distributes; None for other methods.
    seeds : tuple of int
        The seeds under which each configuration is repeated; empty: once, without a seed.
    timeout : float or None
        The longest time of a trial, in seconds.
    retries : int
        How often a failed trial is tried again.
    early_terminate : EarlyTerminate or None
        The rule that stops trials early.
    optuna : SamplerOptions or None
        The sampler of the method ``optuna``.
    remarks : tuple of str
        Sentences for the user: which keys are ignored, and what was assumed.
    target : float or None
        No further trial starts when a score is at least this good.
    """

    name: str | None
    command: tuple[str, ...]
    method: str
    metric: str | None
    goal: str
    space: Mapping[str, Distribution]
    run_cap: int | None = None
    configs: int | None = None
    seed: int = 0
    resource: Resource | None = None
    seeds: tuple[int, ...] = ()
    timeout: float | None = None
    retries: int = 0
    early_terminate: EarlyTerminate | None = None
    optuna: SamplerOptions | None = None
    remarks: tuple[str, ...] = ()
    target: float | None = None

    @property
    def continues(self) -> bool:
        """Whether a trial continues from artifacts: of the previous rung, or of an interrupted attempt."""
        return self.resource is not None and self.resource.mode == "resume"


class Strategy(Protocol):
    """Decides what to try next.  A strategy is immutable: each method is a pure function.

    ``outcomes`` are the trials that ended, in any order; ``started`` are the keys of all trials that were
    started, ended or not.  A trial that a kill interrupted is in neither.  All methods but ``asha`` and
    ``optuna`` then propose it again; the caller can also get it from `trial` and keep it in ``started``.
    """

    @property
    def size(self) -> int | None:
        """The total number of trials, or None if it depends on outcomes."""

    def ask(
        self, outcomes: Sequence[Outcome], started: Collection[str], free: int
    ) -> tuple[Trial, ...]:
        """Return at most ``free`` trials to start now; () means: wait for outcomes, or the search is over."""

    def done(self, outcomes: Sequence[Outcome], started: Collection[str]) -> bool:
        """Return whether all trials have ended and no further trial would be proposed."""

    def best(self, outcomes: Sequence[Outcome]) -> str | None:
        """Return the key of the best trial so far, or None if no score counts yet."""

    def trial(self, key: str, outcomes: Sequence[Outcome]) -> Trial:
        """Return the trial of a key again.  Raises TrackError if the search has no such trial."""

    def table(self) -> tuple[Rung, ...]:
        """Return the budget table: the most that the search spends."""
