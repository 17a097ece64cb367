"""The best verdict of a run, from its recorded reproductions; nothing runs again."""

from __future__ import annotations

import contextlib

from gittrack import git
from gittrack.analysis import verdict
from gittrack.analysis.volatile import VOLATILE
from gittrack.core import settings
from gittrack.core.errors import Damaged
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.reproduce import evidence


def best(repo: git.Repo, run: Raw) -> str | None:
    """Return ``EXACT``, ``CLOSE``, ``UNKNOWN``, ``DIFFERENT`` or ``FAILED``; None without a reproduction.

    Raises Damaged if the run itself cannot be read.
    """
    first = RunRecord(repo, run)
    evidence.judge(first, first)  # raises Damaged if the run cannot be read
    config = git.parse_config(repo.config().output())
    volatile = settings.words(config, "track.volatile")
    reruns = source_of(repo).select(Request(facts=(("reproduces", run.id),))).runs
    levels = []
    for raw in reruns:
        if raw.commit:
            with contextlib.suppress(Damaged):  # an unreadable reproduction proves nothing
                again = RunRecord(repo, raw)
                judged = evidence.judge(first, again, volatile=volatile or VOLATILE)
                levels.append(judged.level)
    return min(levels, key=verdict.ORDER.index, default=None)
