"""The facts of a trial of a sweep: the mapping ``sweep`` in run.yaml."""

from __future__ import annotations

import re

from gittrack.core.run import facts
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, NamedTuple

_KEY = r"[0-9a-z][0-9a-z.]{0,63}"


class TrialFacts(NamedTuple):
    """A run as a trial of a sweep.

    Parameters
    ----------
    id : str
        The sweep.
    trial : str
        The key of the trial in the sweep.
    config, rung, bracket, budget, seed
        Numbers of the configuration, its rung and its bracket; the budget; the seed.
    after : str or None
        The trial of the previous rung, whose artifacts this trial started from.
    continues : str or None
        The run whose artifacts this attempt started from: that of ``after``, or an earlier attempt.
    gpus : float or None
        How many GPUs the trial had, as far as that is known.
    attempt : int
        How often the trial was tried, from 1.
    known : int
        How many trials had ended when this trial was proposed.
    order : int or None
        Its number among the trials that ended, from 0.  A run without a number does not count, and the trial
        is run again.
    interrupted : bool
        Whether the sweep ended the trial.
    stopped : float or None
        The step at which the trial was stopped early.
    why : str or None
        Why the sweep ended the trial.
    """

    id: str
    trial: str
    config: int = 0
    rung: int = 0
    bracket: int = 0
    budget: int | None = None
    seed: int | None = None
    after: str | None = None
    attempt: int = 1
    known: int = 0
    order: int | None = None
    interrupted: bool = False
    stopped: float | None = None
    why: str | None = None
    continues: str | None = None
    gpus: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the facts in the form of run.yaml, without those that have no value."""
        return {k: v for k, v in self._asdict().items() if v is not None and v is not False}


def from_facts(stored: Mapping[str, Any] | None) -> TrialFacts | None:
    """Return the trial that run.yaml stores under ``sweep``; None for a run that is not a trial.

    Keys that this version does not know are ignored.  Raises ValueError if the value of a known key is of
    another type, because a run may come from anywhere.
    """
    if stored is None:
        return None
    values = {key: stored[key] for key in TrialFacts._fields if stored.get(key) is not None}
    for key, value in values.items():
        check(key, value)
    if "id" not in values or "trial" not in values:
        raise ValueError("its sweep has no id or no trial")
    return TrialFacts(**values)


def check(key: str, value: Any) -> None:
    """Raise ValueError if ``value`` is not one that the fact ``sweep.KEY`` can have."""
    facts.check(f"sweep.{key}", value)
    if key in ("trial", "after") and value is not None and not re.fullmatch(_KEY, value):
        raise ValueError(f"its sweep.{key} is {value!r:.40}")
