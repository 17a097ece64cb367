"""The best verdict of a run, from its recorded reproductions; nothing runs again.

The verdicts that annotations record (`core.run.judgement`) are not used: anybody can write a note.
"""

from __future__ import annotations

from typing import Any

from gittrack import git
from gittrack.analysis.volatile import VOLATILE
from gittrack.core import settings
from gittrack.core.errors import Damaged
from gittrack.core.run import judgement
from gittrack.core.run.judgement import Judgement
from gittrack.core.standard import contextlib, functools
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.reproduce import evidence


def names(repo: git.Repo, run: Raw) -> Mapping[str, Callable[[], Any]]:
    """Return the names of a gate that need the verdict: {name: function that returns its value}."""
    judge = functools.cache(lambda: best(repo, run) or Judgement(""))
    return {
        "verdict": lambda: judge().level or None,
        "verdict.level": lambda: judge().level or None,
        "verdict.evidence": lambda: list(judge().evidence),
        "verdict.rerun": lambda: judge().rerun,
    }


def best(repo: git.Repo, run: Raw) -> Judgement | None:
    """Return the best judgement of the reproductions of a run; None without a reproduction.

    Raises Damaged if the run itself cannot be read.
    """
    first = RunRecord(repo, run)
    evidence.judge(first, first)  # raises Damaged if the run cannot be read
    config = git.parse_config(repo.config().output())
    volatile = settings.words(config, "track.volatile")
    reruns = source_of(repo).select(Request(facts=(("reproduces", run.id),))).runs
    choice: Judgement | None = None
    for raw in reruns:
        if raw.commit:
            with contextlib.suppress(Damaged):  # an unreadable reproduction proves nothing
                again = RunRecord(repo, raw)
                judged = evidence.judge(first, again, volatile=volatile or VOLATILE)
                choice = judgement.better(choice, judged.judgement(again.id))
    return choice
