"""Choose the runs to fold: those that ended long ago, and that nothing needs a ref for."""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.folding import archive, building
from gittrack.folding.building import Member
from gittrack.git import refs
from gittrack.read.runs import listing, reader
from gittrack.read.runs.reader import Raw

_STAGES = "refs/models/"


class FoldPlan(NamedTuple):
    """The runs to fold, oldest first, without messages; and {reason: number} of those that stay."""

    members: Sequence[Member]
    stay: Mapping[str, int]


def plan(repo: git.Repo, older_than: float, now: float) -> FoldPlan:
    """Return which runs can be folded now.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    older_than : float
        The time since the end of a run, in seconds.
    now : float
        The current time, in seconds since 1970.
    """
    reasons = _reasons(repo)
    latest = time.strftime("%Y%m%d-%H%M%S.", time.gmtime(max(now - older_than, 0)))
    stay: Counter[str] = Counter()
    free = []
    for ref in refs.now(repo, layout.RUNS):
        parsed = layout.parse_run_ref(ref.name)
        if parsed is None or not ref.oid:
            continue
        reason = reasons.get(parsed[1]) or reasons.get(ref.oid)
        if reason:
            stay[reason] += 1
        elif parsed[1] > latest:  # it started later; thousands of them are not read
            stay["newer"] += 1
        else:
            free.append(Raw(parsed[1], parsed[0], ref.name, ref.oid))
    chosen = []
    for raw, member in members(repo, sorted(free)):
        if member is None or reader.newer([raw]):
            stay["cannot be read"] += 1
        elif member.date > now - older_than:
            stay["newer"] += 1
        else:
            chosen.append(member._replace(message=b""))
    return FoldPlan(chosen, stay)


def _reasons(repo: git.Repo) -> dict[str, str]:
    """Return {id or commit: reason} of the runs that keep their refs.

    The process of a sweep will write the run of a result again, with its order and without continuing it: an
    archive must not have the run before.
    """
    tracked = refs.now(repo, layout.TRACKING, _STAGES, layout.RESULTS)
    elsewhere = filter(None, (layout.parse_tracking_ref(ref.name) for ref in tracked))
    stages = [ref.oid for ref in tracked if ref.name.startswith(_STAGES) and ref.oid]
    results = [ref.oid for ref in tracked if ref.name.startswith(layout.RESULTS)]
    return {
        **dict.fromkeys(refs.commits(repo, stages), "in a stage"),
        **dict.fromkeys(filter(None, results), "a new result"),
        **dict.fromkeys(_waiting(repo), "waiting to be pushed"),
        **dict.fromkeys([*listing.live_ids(repo), *(run[2] for run in elsewhere)], "going on"),
    }


def _waiting(repo: git.Repo) -> list[str]:
    try:
        return os.listdir(layout.waiting_dir(repo.common_dir))
    except FileNotFoundError:
        return []


def members(repo: git.Repo, raws: Sequence[Raw]) -> Iterator[tuple[Raw, Member | None]]:
    """Yield each run with its body, and what an archive has of it; None for a run that cannot be read."""
    for start in range(0, len(raws), building.MOST_PARENTS):
        part = raws[start : start + building.MOST_PARENTS]
        oids = [str(raw.commit) for raw in part]
        contents = git.read_small_objects(repo, oids, commit_message.MAX_BYTES)
        for raw, content in zip(part, contents, strict=True):
            yield _member(raw, content or b"")


def _member(raw: Raw, content: bytes) -> tuple[Raw, Member | None]:
    message = content.partition(b"\n\n")[2]
    run, date = reader.with_message(raw, message), archive.date_of(content)
    if date is None or run.problem is not None:
        return run, None
    return run, Member(raw.id, raw.experiment, str(raw.commit), date, message)
