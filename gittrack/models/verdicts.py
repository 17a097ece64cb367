"""The best result of reproducing a run, from the runs that were recorded then; nothing is run again."""

from __future__ import annotations

import contextlib

from gittrack import git
from gittrack.analysis import verdict
from gittrack.core import settings
from gittrack.core.errors import Damaged
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.reproduce import evidence


def best(repo: git.Repo, run: Raw) -> str | None:
    """Return ``EXACT``, ``CLOSE``, ``UNKNOWN``, ``DIFFERENT`` or ``FAILED``; None where nobody has rerun it.

    Raises Damaged where the run itself cannot be read.
    """
    first = RunRecord(repo, run)
    evidence.judge(first, first)  # raises where it cannot be read itself
    config = git.parse_config(repo.config().output())
    volatile = settings.words(config, "track.volatile")
    reruns = source_of(repo).select(Request(facts=(("reproduces", run.id),))).runs
    levels = []
    for raw in reruns:
        if raw.commit:
            with contextlib.suppress(Damaged):  # what cannot be read proves nothing
                again = RunRecord(repo, raw)
                judged = evidence.judge(first, again, volatile=volatile or verdict.VOLATILE)
                levels.append(judged.level)
    return min(levels, key=verdict.ORDER.index, default=None)
