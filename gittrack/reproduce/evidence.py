"""What two recorded runs show of each other: the verdict, and what may be the reason for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gittrack import git
from gittrack.analysis import canonical, verdict
from gittrack.analysis.differences import RunDiff
from gittrack.analysis.verdict import Verdict
from gittrack.read.runs import compare
from gittrack.read.runs.record import RunRecord
from gittrack.record.machine import environment

_SHOWN = 12
_UNPROVED = "every point and every artifact that was stored are the same, the others cannot be told"
_SIZES_ONLY = "there are no metrics, and no artifact was stored: nothing but their sizes is known"
_NEVER_THE_REASON = (
    "variables.CONDA_DEFAULT_ENV",
    "variables.PYTHONHASHSEED",  # python.hash_seed says it
    "platform.release",
)


def judge(
    a: RunRecord,
    b: RunRecord,
    *,
    rtol: float = verdict.RTOL,
    atol: float = verdict.ATOL,
    volatile: Sequence[str] = verdict.VOLATILE,
) -> Verdict:
    """Return the verdict between two runs: every series and every artifact.

    FAILED where ``b`` did not finish, even if ``a`` did not either: the reason says whether it was the same
    up to there.  CLOSE at best where an artifact was not stored: nobody can tell.  UNKNOWN where neither has
    anything to compare.  Raises TrackError where a run cannot be read.
    """
    kept = len({item["path"] for run in (a, b) for item in run.outputs})
    found = verdict.compare_series(
        _series(a),
        _series(b),
        _differing(a, b),
        rtol=rtol,
        atol=atol,
        volatile=volatile,
        artifact_count=kept,
    )._replace(unknown=tuple(_unknown(a, b)))
    if not b.info.finished:
        return Verdict(verdict.FAILED, _failure(a, b, found))
    if not a.info.finished:
        reason = f"the run {a.id} {_ended(a)}, but {b.id} finished"
        return found._replace(level=verdict.DIFFERENT, reason=reason)
    if found.level == verdict.EXACT and found.unknown:
        proved = found.metrics or kept > len(found.unknown)
        return found._replace(level=verdict.CLOSE, reason=_UNPROVED if proved else _SIZES_ONLY)
    return found


def _failure(a: RunRecord, b: RunRecord, found: Verdict) -> str:
    told = f"the run {b.id} {_ended(b)}"
    if _ended(a) != _ended(b):
        return told
    if found.level == verdict.UNKNOWN:
        return f"{told}, as {a.id} did; up to there they have nothing to compare"
    same = "the same" if found.level == verdict.EXACT else "not the same"
    return f"{told}, as {a.id} did; up to there they are {same}"


def _ended(run: RunRecord) -> str:
    how = run.info.signal or (f"exit code {run.info.exit_code}" if run.info.exit_code else "")
    words = {"failed": "failed", "crashed": "crashed", "killed": "was killed"}
    return words.get(run.info.status, f"is {run.info.status}") + (f" ({how})" if how else "")


def _series(run: RunRecord) -> dict[str, list[tuple[float, float]]]:
    """Return every point; a value that was only told (``run.summary``) is a point at the end."""
    found: dict[str, list[tuple[float, float]]] = {}
    for step, name, value, _ in run.points():
        found.setdefault(name, []).append((step, value))
    for name, metric in run.info.metrics.items():
        points = found.setdefault(name, [])
        if not points or not verdict.same_bits(float(points[-1][1]), float(metric.last)):
            points.append((float("inf"), metric.last))
    return found


def _differing(a: RunRecord, b: RunRecord) -> list[str]:
    """Return the artifacts that only one run has, or whose content differs."""
    one, other = ({item["path"]: item for item in run.outputs} for run in (a, b))
    return [path for path in sorted({*one, *other}) if not _equal(a, b, one, other, path)]


def _stored(item: Mapping[str, Any]) -> bool:
    return "sha256" in item


def _unknown(a: RunRecord, b: RunRecord) -> list[str]:
    """Return the artifacts that both runs have and neither has stored: nobody can compare them."""
    one, other = ({i["path"] for i in run.outputs if not _stored(i)} for run in (a, b))
    return sorted(one & other)


def _equal(a: RunRecord, b: RunRecord, one: dict, other: dict, path: str) -> bool:  # type: ignore[type-arg]
    if path not in one or path not in other:
        return False
    if not _stored(one[path]) and not _stored(other[path]):
        return bool(one[path].get("size") == other[path].get("size"))  # see `_unknown`
    if one[path].get("sha256") == other[path].get("sha256"):
        return True
    name = f"artifacts/{path}"
    sizes = [run.files().get(name) for run in (a, b)]
    if any(size is None or size > canonical.LIMIT for size in sizes):  # not here, or too large
        return False
    return canonical.digest(a.read(name)) == canonical.digest(b.read(name))


def reasons(repo: git.Repo, a: RunRecord, b: RunRecord) -> list[str]:
    """Return what differs between the runs besides their results, each in a few words."""
    found = compare.diff(repo, a, b)
    return [
        *_code(found),
        *_changed("param", found.params),
        *_inputs(found),
        *_environment(found),
        *_not_captured(a),
        *_stopped(a, b),
    ]


def _code(found: RunDiff) -> list[str]:
    if found.code.problem:
        return [f"code: {found.code.problem}"]
    return [f"code: {found.code.stat}"] if found.code.patch else []


def _changed(kind: str, changes: Sequence[object]) -> list[str]:
    names = [str(getattr(change, "name", "")) for change in changes]
    return [f"{kind}s: {', '.join(names[:6])}{', ...' if len(names) > 6 else ''}"] if names else []


def _inputs(found: RunDiff) -> list[str]:
    return _changed("input", found.inputs)


def _environment(found: RunDiff) -> list[str]:
    counted = any(change.name.startswith("threads.") for change in found.env)
    known = tuple(f"variables.{name}" for name in environment.THREADS) if counted else ()
    told = [c for c in found.env if not c.name.startswith((*_NEVER_THE_REASON, *known))]
    lines = [f"{change.name}: {_plain(change.a)} -> {_plain(change.b)}" for change in told[:_SHOWN]]
    more = len(told) - _SHOWN
    return [*lines, f"and {more} more: git track diff --env"] if more > 0 else lines


def _plain(value: object) -> str:
    return str(value) if isinstance(value, (str, int, float, list, dict)) else "none"


def _not_captured(run: RunRecord) -> list[str]:
    """Return what the first run had and its commit has not: that much the rerun had to do without."""
    withheld = [str(item["path"]) for item in run.diff.get("withheld", [])]
    told = f"{', '.join(withheld[:6])}{', ...' if len(withheld) > 6 else ''}"
    names = [f"not captured with its code: {told}"] if withheld else []
    return [*names, *(str(remark) for remark in run.diff.get("inexact", []))]


def uncontrolled(a: RunRecord, b: RunRecord) -> list[str]:
    """Return what neither run held fast: there, equal facts do not mean equal runs."""
    found = []
    if a.info.seed is None and b.info.seed is None:
        found.append("neither has a seed: git track run --seed N, and gittrack.seed_everything")
    python = [run.env.get("python") or {} for run in (a, b)]
    if all(facts.get("hash_seed") == "random" for facts in python):
        found.append("sets of strings have a random order in both: git track run --seed N")
    return found


def _stopped(*runs: RunRecord) -> list[str]:
    """Return which of the runs were told by their sweep to stop early: a rerun is told by nobody."""
    return [
        f"the run {run.id}: its sweep stopped it early at step {run.info.sweep.stopped:g}"
        for run in runs
        if run.info.sweep is not None and run.info.sweep.stopped is not None
    ]
