"""What a run says about the sweep that it is a trial of: facts of run.yaml under ``sweep``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import facts

_KEY = r"[0-9a-z][0-9a-z.]{0,63}"


class TrialFacts(NamedTuple):
    """A run as a trial.  What it was given stands there from its start, how it counts from its end.

    ``id`` is the sweep, ``trial`` the key of the trial in it; ``config``, ``rung``, ``bracket``, ``budget``,
    ``seed`` and ``after`` (the trial whose artifacts it went on from) are what the trial is; ``attempt``
    counts from 1; ``known`` is how many trials had ended when this one was proposed.

    ``order`` is the place among the trials that ended, from 0: a run that has none does not count, and the
    trial is run again.  ``interrupted`` says that the sweep ended it; ``stopped`` is the step at which it was
    told to stop early; ``why`` is why it was ended, where it was.
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

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as they stand in run.yaml; what is not known is left out."""
        return {k: v for k, v in self._asdict().items() if v is not None and v is not False}


def from_facts(stored: Mapping[str, Any] | None) -> TrialFacts | None:
    """Return what run.yaml stores under ``sweep``; None for a run that is not a trial.

    Keys that this version does not know are ignored.  Raises ValueError for a known key whose value is of
    another type: the run may come from anywhere.
    """
    if stored is None:
        return None
    known = {key: stored[key] for key in TrialFacts._fields if stored.get(key) is not None}
    for key, value in known.items():
        facts.check(f"sweep.{key}", value)
    for key in ("trial", "after"):
        if key in known and not re.fullmatch(_KEY, known[key]):
            raise ValueError(f"its sweep.{key} is {known[key]!r:.40}")
    if "id" not in known or "trial" not in known:
        raise ValueError("its sweep has no id or no trial")
    return TrialFacts(**known)
