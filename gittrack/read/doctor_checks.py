"""Find damage in the runs of a repository, with a remedy for each finding."""

from __future__ import annotations

import os
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import run_info
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.disk import content_store
from gittrack.git import integrity, notes, partial_clone, refs, temporary_worktree, version
from gittrack.read import (
    doctor_archive,
    doctor_artifacts,
    doctor_locks,
    doctor_runs,
    refspecs,
)
from gittrack.read.doctor_runs import Finding
from gittrack.read.files import artifacts
from gittrack.read.index import store
from gittrack.read.index.writing import verify
from gittrack.read.runs import live
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of

_ASIDE = "set it aside: git track doctor --fix; its files can still be read there"


class Diagnosis(NamedTuple):
    """The findings, the numbers of runs and of live runs, and remarks on what is not a problem."""

    runs: int
    live: int
    findings: list[Finding]
    remarks: Sequence[Finding] = ()


def examine(repo: git.Repo) -> Diagnosis:
    """Check every run, its objects, and the files of processes that were killed."""
    version.check()
    runs, going_on, checked = _runs(repo)
    findings = [
        *checked.damaged,
        *checked.unsafe,
        *_journals(repo),
        *_notes(repo),
        *_caches(repo),
        *starmap(Finding, doctor_locks.stale_locks(repo)),
        *starmap(Finding, doctor_archive.faults(repo)),
        *_trees(repo),
        *_index(repo),
        *_content(repo),
        *starmap(Finding, doctor_artifacts.lost(repo, checked.losses)),
        *checked.pointers,
        *(Finding(risk.problem, risk.remedy) for risk in refspecs.risks(repo)),
    ]
    remarks = [
        *_unchecked(checked.incomplete),
        *starmap(Finding, doctor_artifacts.other_stores(checked.losses)),
    ]
    return Diagnosis(runs, going_on, findings, tuple(remarks))


def _runs(repo: git.Repo) -> tuple[int, int, doctor_runs.CheckedRuns]:
    """Return how many runs there are, how many of them go on, and what is wrong with them."""
    raws = source_of(repo).select(Request(cached=False, summaries=False, lazy=True)).runs
    going_on = sum(raw.info is not None and raw.info.status == run_info.RUNNING for raw in raws)
    return len(raws), going_on, doctor_runs.check(repo, raws)


def _unchecked(count: int) -> Iterator[Finding]:
    if count:
        problem = f"not checked: {count} of these runs, because this partial clone left out objects"
        yield Finding(f"{problem} of them", f"all objects: {partial_clone.COMPLETE}")


def _journals(repo: git.Repo) -> Iterator[Finding]:
    """Find journals whose process has ended, and journals that cannot be read."""
    folder = Path(layout.live_dir(repo.common_dir))
    names = sorted(filter(layout.is_id, os.listdir(folder))) if folder.is_dir() else []
    infos = live.read_each(repo, (f"{folder}/{name}" for name in names))
    for name, info in zip(names, infos, strict=True):
        if info is None or info.status == run_info.RUNNING:
            continue
        if info.problem == run_info.NEWER:
            yield Finding(f"the journal {name} was {run_info.NEWER}", "it is left unchanged")
        elif info.status == run_info.DAMAGED:
            problem = f"the journal {folder / name} is damaged: {info.problem}"
            yield Finding(problem, _ASIDE, journal=folder / name)
        else:
            yield Finding(
                f"the run {name} is only in its journal, and its process has ended",
                "commit it: git track recover",
            )


def _notes(repo: git.Repo) -> Iterator[Finding]:
    """Find annotations that cannot be read."""
    for name, oid in refs.below(repo, layout.NOTES):
        try:
            notes.read(repo, oid)
        except git.GitError as error:
            yield Finding(
                f"{name} cannot be read, so the annotations of runs are not shown: {error.message}",
                error.hint or f"fetch it again, or delete it: git update-ref -d {name}",
            )


def _caches(repo: git.Repo) -> Iterator[Finding]:
    """Find damage in files that git derives from objects; no run is lost."""
    for path, problem, command in integrity.damaged_caches(repo):
        remedy = f"no run is affected; delete it, then make it again: {command}"
        yield Finding(f"{path} is damaged: {problem}", remedy)


def _index(repo: git.Repo) -> Iterator[Finding]:
    """Find an index that differs from the commits, and delete it: the next listing makes it again."""
    wrong = verify.differing(repo)
    if wrong:
        store.forget(repo.common_dir)
        problem = f"the index differed from the commits of {len(wrong)} runs, such as {wrong[0]}"
        yield Finding(problem, "it is deleted; the next listing makes it again")


def _content(repo: git.Repo) -> Iterator[Finding]:
    """Find content of the store that does not match its SHA-256; the disk may have failed."""
    for entry in artifacts.store(repo).listing():
        try:
            problem = "" if content_store.is_sound(Path(entry.path)) else "its content has changed"
        except OSError as error:
            problem = f"it cannot be read: {error.strerror}"
        if problem:
            remedy = (
                "put a file with this SHA-256 there, or delete it and lose artifacts of its runs"
            )
            yield Finding(f"{entry.path}: {problem}", remedy)


def _trees(repo: git.Repo) -> Iterator[Finding]:
    """Find worktrees of reruns and isolated trials whose process was killed."""
    for worktree in temporary_worktree.leftovers(repo):
        if worktree.home:
            problem = (
                f"a worktree is left in {worktree.home}, and the process that created it has ended"
            )
            yield Finding(problem, "remove it: git track gc")
