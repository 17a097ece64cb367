"""Find damage in the runs of a repository, with a remedy for each finding."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.nested import same
from gittrack.core.run import commit_message, run_info, schemas
from gittrack.disk import content_store
from gittrack.git import integrity, notes, partial_clone, refs, temporary_worktree, version
from gittrack.read import (
    doctor_archive,
    doctor_artifacts,
    doctor_locks,
    doctor_partial,
    doctor_paths,
    refspecs,
)
from gittrack.read.files import artifacts
from gittrack.read.index import store
from gittrack.read.index.writing import verify
from gittrack.read.runs import live
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of

_REMEDY = "fetch it again from the remote that has it, or set it aside: git track doctor --fix"
_ASIDE = "set it aside: git track doctor --fix; its files can still be read there"
_LOOK = "git itself finds no damage: its other files can be read; listings show the values of its message"


_FORGED = (
    "gittrack does not write such a file, so something else made this run: do not trust it; remove it:"
    " git track rm"
)


class Finding(NamedTuple):
    """One finding: what is wrong, and what to do about it.

    Parameters
    ----------
    problem, remedy : str
        One sentence each.
    aside : str or None
        A damaged ref, which disturbs git itself and can be set aside.
    journal : Path or None
        A journal that cannot be read.
    """

    problem: str
    remedy: str
    aside: str | None = None
    journal: Path | None = None


class Diagnosis(NamedTuple):
    """The findings, the numbers of runs and of live runs, and remarks on what is not a problem."""

    runs: int
    live: int
    findings: list[Finding]
    remarks: Sequence[Finding] = ()


def examine(repo: git.Repo) -> Diagnosis:
    """Check every run, its objects, and the files of processes that were killed."""
    version.check()
    raws = list(source_of(repo).select(Request(cached=False)).runs)
    going_on = [raw for raw in raws if raw.info is not None and raw.info.status == run_info.RUNNING]
    committed = [raw for raw in raws if raw.commit is not None and raw.body is not None]
    incomplete = doctor_partial.incomplete(repo, committed)
    complete = [raw for raw in committed if raw.commit not in incomplete]
    faults = list(doctor_paths.faults(repo, complete))
    forged = {raw.ref for raw, _ in faults}
    losses = list(doctor_artifacts.find(repo, [raw for raw in complete if raw.ref not in forged]))
    findings = [
        *_damaged(repo, raws, committed, complete),
        *(_unsafe(raw, why) for raw, why in faults),
        *_journals(repo),
        *_notes(repo),
        *starmap(Finding, doctor_locks.stale_locks(repo)),
        *starmap(Finding, doctor_archive.faults(repo)),
        *_trees(repo),
        *_index(repo),
        *_content(repo),
        *starmap(Finding, doctor_artifacts.lost(repo, losses)),
        *starmap(Finding, doctor_artifacts.wrong_pointers(repo, complete)),
        *(Finding(risk.problem, risk.remedy) for risk in refspecs.risks(repo)),
    ]
    remarks = [
        *_unchecked(len(incomplete)),
        *starmap(Finding, doctor_artifacts.other_stores(losses)),
    ]
    return Diagnosis(len(raws), len(going_on), findings, tuple(remarks))


def _unchecked(count: int) -> Iterator[Finding]:
    if count:
        problem = f"not checked: {count} of these runs, because this partial clone left out objects"
        yield Finding(f"{problem} of them", f"all objects: {partial_clone.COMPLETE}")


def _damaged(
    repo: git.Repo, raws: list[Raw], committed: list[Raw], complete: list[Raw]
) -> Iterator[Finding]:
    """Find runs that cannot be read or miss objects; read all objects of the complete ones."""
    for raw in raws:
        if raw.problem is not None and raw.ref is not None:
            yield _finding(raw, raw.problem)
    # One check of all runs; only if that fails, one check per run.
    commits = [str(raw.commit) for raw in committed]
    if integrity.disconnected(repo, commits):
        problems = {commit: integrity.disconnected(repo, [commit]) for commit in commits}
    else:
        problems = {}
    sound = [raw for raw in complete if not problems.get(str(raw.commit))]
    problems |= {
        commit: f"the content of the object {oid[:12]} does not match its id"
        for commit, oid in integrity.garbled(repo, [str(raw.commit) for raw in sound])
    }
    for raw in committed:
        lines = problems.get(str(raw.commit), "").splitlines()
        if lines:
            missing = next((line for line in lines if line.startswith("missing ")), lines[0])
            yield _finding(raw, missing)
    yield from _compared(repo, [raw for raw in complete if not problems.get(str(raw.commit))])


def _finding(raw: Raw, problem: str) -> Finding:
    """Return the finding on a run that cannot be read; a folded one has no ref that disturbs git."""
    if raw.folded:
        return Finding(f"{raw.ref} (folded): {problem}", "fetch it again from a remote that has it")
    return Finding(f"{raw.ref or raw.id}: {problem}", _REMEDY, raw.ref)


def _unsafe(raw: Raw, why: str) -> Finding:
    """Return the finding on a run with a path that leaves its folder or enters a .git."""
    return Finding(f"{raw.ref}: {why}", f"{_FORGED} {raw.id}")


def _compared(repo: git.Repo, raws: list[Raw]) -> Iterator[Finding]:
    """Compare the body of each run with the files that it was derived from."""
    names = tuple(schemas.SHAPES)
    blobs = git.read_objects(repo, [f"{raw.commit}:{name}" for raw in raws for name in names])
    for raw in raws:
        files = {name: next(blobs) for name in names}
        try:
            message = commit_message.decode((raw.body or b"").decode().strip("\n"))
        except Exception as error:  # noqa: BLE001 - one bad run never hides the others
            yield _finding(raw, str(error) or type(error).__name__)
            continue
        if run_info.is_newer(message["run"]):
            yield Finding(f"{raw.ref} was {run_info.NEWER}", "it is left unchanged")
            continue
        try:
            problem = _mismatch(message, files)
        except Exception as error:  # noqa: BLE001 - likewise
            problem = str(error) or type(error).__name__
        if problem:
            yield Finding(f"{raw.ref}: {problem}", _LOOK)


def _mismatch(message: dict[str, dict[str, Any]], files: dict[str, bytes | None]) -> str | None:
    truncated = message["run"].pop(commit_message.TRUNCATED, [])
    if files[layout.RUN] is None:
        return "it has no run.yaml"
    problems = (_schema_problem(name, data) for name, data in files.items() if data)
    problem = next(filter(None, problems), None)
    if problem:
        return problem
    for kind, name in (("run", layout.RUN), ("params", layout.PARAMS), ("metrics", layout.METRICS)):
        data = files[name]
        if data is None and message[kind]:
            return f"its {name} is missing or cannot be read"
        stored = yaml_read.load_stored(data, name) if data else {}
        if kind not in truncated and not same(stored, message[kind]):
            return f"its message and its {name} differ"
    return None


@functools.lru_cache(maxsize=256)
def _schema_problem(name: str, data: bytes) -> str | None:
    """Return what is wrong with a file; the results are cached, because many runs share an env.yaml."""
    return schemas.problem(name, yaml_read.load_stored(data, name))


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
