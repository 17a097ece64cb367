"""What is wrong in a repository's runs, and the remedy for each thing."""

from __future__ import annotations

import functools
import itertools
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.nested import same
from gittrack.core.run import commit_message, run_info, schemas
from gittrack.disk import content_store, folders, lock
from gittrack.git import integrity, notes, refs, temporary_worktree, version
from gittrack.read import doctor_locks, doctor_paths, refspecs
from gittrack.read.runs import artifacts, cache, live
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of

_REMEDY = "fetch it again from where it was pushed to, or set it aside: git track doctor --fix"
_ASIDE = "set it aside: git track doctor --fix; its files can still be read there"
_LOOK = (
    "git has no trouble with it: its other files can be read; listings show what its message says"
)


_FORGED = (
    "gittrack writes no such file, and this run was not made by it: do not trust it; remove it:"
    " git track rm"
)


class Finding(NamedTuple):
    """Something that is wrong, and what to do about it; ``aside`` is a ref that is in git's own way."""

    problem: str
    remedy: str
    aside: str | None = None
    journal: Path | None = None  # a journal that cannot be read


class Diagnosis(NamedTuple):
    """The findings, among how many runs."""

    runs: int
    live: int
    findings: list[Finding]


def examine(repo: git.Repo) -> Diagnosis:
    """Look at every run, its objects, and what dead processes may have left."""
    version.check()
    raws = source_of(repo).select(Request(cached=False)).runs
    going_on = [raw for raw in raws if raw.info is not None and raw.info.status == run_info.RUNNING]
    findings = [
        *_damaged(repo, raws),
        *_unsafe(repo, raws),
        *_journals(repo),
        *_notes(repo),
        *(Finding(what, remedy) for what, remedy in doctor_locks.stale(repo)),
        *_trees(repo),
        *_cache(repo, raws),
        *_content(repo),
        *(Finding(risk.problem, risk.remedy) for risk in refspecs.risks(repo)),
    ]
    return Diagnosis(len(raws), len(going_on), findings)


def _damaged(repo: git.Repo, raws: list[Raw]) -> Iterator[Finding]:
    whole = [raw for raw in raws if raw.commit is not None and raw.body is not None]
    for raw in raws:
        if raw.problem is not None and raw.ref is not None:
            yield Finding(f"{raw.ref or raw.id}: {raw.problem}", _REMEDY, raw.ref)
    # One look at all; only where something is wrong, one at each run to tell which.
    commits = [str(raw.commit) for raw in whole]
    if integrity.disconnected(repo, commits):
        told = {commit: integrity.disconnected(repo, [commit]) for commit in commits}
    else:
        told = {}
    sound = [raw for raw in whole if not told.get(str(raw.commit))]
    told |= {
        commit: f"the object {oid[:12]} does not hold what its name says"
        for commit, oid in integrity.garbled(repo, [str(raw.commit) for raw in sound])
    }
    for raw in whole:
        lines = told.get(str(raw.commit), "").splitlines()
        if lines:
            missing = next((line for line in lines if line.startswith("missing ")), lines[0])
            yield Finding(f"{raw.ref}: {missing}", _REMEDY, raw.ref)
    yield from _compared(repo, [raw for raw in whole if not told.get(str(raw.commit))])


def _unsafe(repo: git.Repo, raws: list[Raw]) -> Iterator[Finding]:
    """Find runs whose paths lead out of a folder or into a .git."""
    whole = [raw for raw in raws if raw.commit is not None and raw.body is not None]
    for raw, why in doctor_paths.faults(repo, whole):
        yield Finding(f"{raw.ref}: {why}", f"{_FORGED} {raw.id}")


def _compared(repo: git.Repo, raws: list[Raw]) -> Iterator[Finding]:
    """Compare the body of each run with its tree, which is the truth."""
    names = tuple(schemas.SHAPES)
    blobs = git.read_objects(repo, [f"{raw.commit}:{name}" for raw in raws for name in names])
    for raw in raws:
        files = {name: next(blobs) for name in names}
        try:
            told = commit_message.decode((raw.body or b"").decode().strip("\n"))
        except Exception as error:  # noqa: BLE001 - one bad run never hides the others
            yield Finding(f"{raw.ref}: {error or type(error).__name__}", _REMEDY, raw.ref)
            continue
        if run_info.is_newer(told["run"]):
            yield Finding(f"{raw.ref} was {run_info.NEWER}", "it is left unchanged")
            continue
        try:
            problem = _mismatch(told, files)
        except Exception as error:  # noqa: BLE001 - likewise
            problem = str(error) or type(error).__name__
        if problem:
            yield Finding(f"{raw.ref}: {problem}", _LOOK)


def _mismatch(told: dict[str, dict[str, Any]], files: dict[str, bytes | None]) -> str | None:
    left_out = told["run"].pop(commit_message.TRUNCATED, [])
    if files[layout.RUN] is None:
        return "it has no run.yaml"
    wrong = next(
        filter(None, (_misshapen(name, data) for name, data in files.items() if data)), None
    )
    if wrong:
        return wrong
    for kind, name in (("run", layout.RUN), ("params", layout.PARAMS), ("metrics", layout.METRICS)):
        data = files[name]
        if data is None and told[kind]:
            return f"its {name} is missing or cannot be read"
        found = yaml_read.load_stored(data, name) if data else {}
        if kind not in left_out and not same(found, told[kind]):
            return f"its message and its {name} differ"
    return None


@functools.lru_cache(maxsize=256)
def _misshapen(name: str, data: bytes) -> str | None:
    """Say what is wrong with a file; many runs share one environment."""
    return schemas.problem(name, yaml_read.load_stored(data, name))


def _journals(repo: git.Repo) -> Iterator[Finding]:
    """Find journals whose process is gone, and those that cannot be read."""
    folder = Path(layout.live_dir(repo.common_dir))
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    for name in filter(layout.is_id, names):
        info = live.read(f"{folder}/{name}")
        if info is None or info.status == run_info.RUNNING:
            continue
        if info.problem == run_info.NEWER:
            yield Finding(f"the journal {name} was {run_info.NEWER}", "it is left unchanged")
        elif info.status == run_info.DAMAGED:
            what = f"the journal {folder / name} is damaged: {info.problem}"
            yield Finding(what, _ASIDE, journal=folder / name)
        else:
            yield Finding(
                f"the run {name} is in the journal only; its process is gone",
                "commit it: git track recover",
            )


def _notes(repo: git.Repo) -> Iterator[Finding]:
    """Find out whether what was said about runs can be read."""
    for name, oid in refs.below(repo, layout.NOTES):
        try:
            notes.read(repo, oid)
        except git.GitError as error:
            yield Finding(
                f"{name} cannot be read, so what was said about runs is not shown: {error.message}",
                f"fetch it again, or delete it: git update-ref -d {name}",
            )


def _cache(repo: git.Repo, raws: list[Raw]) -> Iterator[Finding]:
    """Find out whether what listings go by is what the commits say: somebody else may have written there."""
    known = cache.load(repo.common_dir)
    wrong = [
        raw.id for raw in raws if raw.body and known.get(str(raw.commit), raw.body) != raw.body
    ]
    if wrong:
        path = cache.path(repo.common_dir)
        told = f"{path} does not say what the commits of {len(wrong)} runs say, such as {wrong[0]}"
        yield Finding(told, f"delete it, it is made again: rm {shlex.quote(path)}")


def _content(repo: git.Repo) -> Iterator[Finding]:
    """Find content of the store that is not what its name says: the disk may have failed."""
    for entry in artifacts.store(repo).listing():
        try:
            problem = "" if content_store.is_sound(Path(entry.path)) else "its content has changed"
        except OSError as error:
            problem = f"it cannot be read: {error.strerror}"
        if problem:
            remedy = "put a file with this SHA-256 in its place, or delete it; artifacts of runs that name it"
            yield Finding(f"{entry.path}: {problem}", f"{remedy} are lost then")


def _trees(repo: git.Repo) -> Iterator[Finding]:
    """Find worktrees of reruns and isolated trials whose process was killed."""
    for one in temporary_worktree.leftovers(repo):
        if one.home:
            told = f"a worktree is left in {one.home}; the process that made it is gone"
            yield Finding(told, "remove it: git track gc")


def set_aside(repo: git.Repo, diagnosis: Diagnosis) -> list[str]:
    """Move the refs of damaged runs out of git's sight, into a file; return their names.

    The file, <git common dir>/gittrack/damaged-refs, says what each ref pointed to.
    """
    names = {finding.aside for finding in diagnosis.findings if finding.aside}
    if not names:
        return []
    there = {ref.name: ref.oid for ref in refs.below(repo, layout.RUNS)}
    record = Path(layout.home(repo.common_dir), "damaged-refs")
    with open(record, "a", encoding="utf-8") as file:
        for ref in sorted(names):
            file.write(f"{there.get(ref) or '-'} {ref}\n")
    for ref in names:
        refs.drop(repo, ref)
    return sorted(names)


def set_journals_aside(repo: git.Repo, diagnosis: Diagnosis) -> list[tuple[Path, Path]]:
    """Move journals that cannot be read out of the folder of live runs; return (from, to) of each.

    The target is <git common dir>/gittrack/set-aside.  Nothing is deleted.  A journal whose process
    still runs stays.
    """
    moved = []
    for path in [finding.journal for finding in diagnosis.findings if finding.journal]:
        target = _free(Path(layout.set_aside_dir(repo.common_dir), path.name))
        if _is_held(path):
            continue
        folders.make(str(target.parent))
        path.rename(target)
        moved.append((path, target))
    return moved


def _is_held(folder: Path) -> bool:
    try:
        return lock.is_held(folder / layout.LOCK)
    except OSError:  # the lock itself is damaged: no process can hold it
        return False


def _free(path: Path) -> Path:
    """Return the path, with a number added if there is something already."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(1))
    return next(one for one in itertools.chain([path], numbered) if not os.path.lexists(one))
