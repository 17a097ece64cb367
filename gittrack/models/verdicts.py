"""The best result of reproducing a run, from the runs that were recorded then; nothing is run again."""

from __future__ import annotations

from gittrack import git
from gittrack.core import settings, verdict
from gittrack.core.scalars import scalar_text
from gittrack.read import reader
from gittrack.read.reader import Raw
from gittrack.read.record import RunRecord
from gittrack.reproduce import evidence

_ORDER = (verdict.EXACT, verdict.CLOSE, verdict.DIFFERENT, verdict.FAILED)


def best(repo: git.Repo, run: Raw) -> str | None:
    """Return ``EXACT``, ``CLOSE``, ``DIFFERENT`` or ``FAILED``; None where nobody has reproduced the run."""
    first = RunRecord(repo, run)
    config = git.parse_config(repo.config().output())
    volatile = settings.words(config, "track.volatile")
    line = f"\nreproduces: {scalar_text(run.id)}\n".encode()
    found = [
        evidence.judge(first, RunRecord(repo, raw), volatile=volatile or verdict.VOLATILE).level
        for raw in reader.whole(repo)
        if raw.commit and raw.body is not None and line in raw.body
    ]
    return min(found, key=_ORDER.index, default=None)
