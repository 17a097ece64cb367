"""Check a block of committed runs: their objects, their paths, their files, and their artifacts."""

from __future__ import annotations

from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.nested import same
from gittrack.core.run import commit_message, run_info, schemas
from gittrack.core.standard import functools
from gittrack.core.standard.collections import Iterable, Iterator, Mapping, Sequence
from gittrack.git import integrity, notes
from gittrack.read import (
    doctor_artifacts,
    doctor_items,
    doctor_objects,
    doctor_partial,
    doctor_paths,
    doctor_text,
)
from gittrack.read.doctor_objects import RunObjects
from gittrack.read.runs import blocks
from gittrack.read.runs.reader import Raw

_BLOCK = 2048  # runs whose objects are in memory
_IN_MESSAGE = (layout.RUN, layout.PARAMS, layout.METRICS)
_OTHERS = tuple(name for name in schemas.SHAPES if name not in _IN_MESSAGE)
_REMEDY = "fetch it again from the remote that has it, or set it aside: git track doctor --fix"
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


class CheckedRuns(NamedTuple):
    """What is wrong with some runs.

    Parameters
    ----------
    damaged, unsafe, pointers : sequence of Finding
        Runs that cannot be read or contradict themselves, dangerous paths, and wrong pointers of Git LFS.
    losses : sequence of Loss
        Artifacts whose content is gone.
    incomplete : int
        How many runs could not be checked, because this partial clone left out objects.
    """

    damaged: Sequence[Finding] = ()
    unsafe: Sequence[Finding] = ()
    pointers: Sequence[Finding] = ()
    losses: Sequence[doctor_artifacts.Loss] = ()
    incomplete: int = 0


def check(repo: git.Repo, raws: Sequence[Raw]) -> CheckedRuns:
    """Check the runs, a block of them at a time, so that few objects are in memory.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    raws : sequence of Raw
        The runs, without their bodies.
    """
    commits = [raw.commit for raw in raws if raw.commit is not None]
    check_block = _Check(repo, is_connected=integrity.is_connected(repo, commits)).block
    parts = list(map(check_block, blocks.with_bodies(repo, raws, _BLOCK)))
    return CheckedRuns(
        [finding for part in parts for finding in part.damaged],
        [finding for part in parts for finding in part.unsafe],
        [finding for part in parts for finding in part.pointers],
        [loss for part in parts for loss in part.losses],
        sum(part.incomplete for part in parts),
    )


class _Check:
    """Checks blocks of runs; ``is_connected`` says that no run misses an object."""

    def __init__(self, repo: git.Repo, *, is_connected: bool) -> None:
        self._repo, self._is_connected = repo, is_connected
        self._is_partial = notes.promisor(repo) is not None
        self._reader = doctor_objects.Reader(repo)

    def block(self, raws: Sequence[Raw]) -> CheckedRuns:
        """Check some runs, which have their bodies."""
        repo = self._repo
        committed = [raw for raw in raws if raw.commit is not None and raw.body is not None]
        incomplete = doctor_partial.incomplete(repo, committed) if self._is_partial else set()
        complete = [raw for raw in committed if raw.commit not in incomplete]
        objects = self._reader.read([str(raw.commit) for raw in complete])
        faults = list(doctor_paths.faults(objects, complete))
        forged = {raw.ref for raw, _ in faults}
        searchable = [raw for raw in complete if not objects.has_wrong_folder(str(raw.commit))]
        trusted = [raw for raw in searchable if raw.ref not in forged]
        return CheckedRuns(
            list(self._damaged(objects, raws, committed, complete)),
            [_unsafe(raw, why) for raw, why in faults],
            list(starmap(Finding, doctor_artifacts.wrong_pointers(repo, objects, searchable))),
            list(doctor_artifacts.find(repo, objects, trusted)),
            len(incomplete),
        )

    def _damaged(
        self,
        objects: RunObjects,
        raws: Sequence[Raw],
        committed: Sequence[Raw],
        complete: Sequence[Raw],
    ) -> Iterator[Finding]:
        """Find runs that cannot be read, miss objects, or contradict themselves."""
        for raw in raws:
            if raw.problem is not None and raw.ref is not None:
                yield _finding(raw, raw.problem)
        commits = [str(raw.commit) for raw in committed]
        problems = {} if self._is_connected else integrity.missing(self._repo, commits)
        for commit in (str(raw.commit) for raw in complete):
            oid = None if problems.get(commit) else objects.garbled(commit)
            if oid is not None:
                problems[commit] = f"the content of the object {oid[:12]} does not match its id"
        for raw in committed:
            lines = problems.get(str(raw.commit), "").splitlines()
            if lines:
                missing = next((line for line in lines if line.startswith("missing ")), lines[0])
                yield _finding(raw, missing)
        sound = [raw for raw in complete if not problems.get(str(raw.commit))]
        yield from _compared(objects, sound)


def _finding(raw: Raw, problem: str) -> Finding:
    """Return the finding on a run that cannot be read; a folded one has no ref that disturbs git."""
    if raw.folded:
        return Finding(f"{raw.ref} (folded): {problem}", "fetch it again from a remote that has it")
    return Finding(f"{raw.ref or raw.id}: {problem}", _REMEDY, raw.ref)


def _unsafe(raw: Raw, why: str) -> Finding:
    """Return the finding on a run with a path that leaves its folder or enters a .git."""
    return Finding(f"{raw.ref}: {why}", f"{_FORGED} {raw.id}")


def _compared(objects: RunObjects, raws: Sequence[Raw]) -> Iterator[Finding]:
    """Compare the body of each run with the files that it was derived from."""
    for raw in raws:
        files = objects.files(raw.commit)
        try:
            body = (raw.body or b"").decode().strip("\n")
            message = None if _is_plainly_same(body, files) else commit_message.decode(body)
        except Exception as error:  # noqa: BLE001 - one bad run never hides the others
            yield _finding(raw, str(error) or type(error).__name__)
            continue
        if message is not None and run_info.is_newer(message["run"]):
            yield Finding(f"{raw.ref} was {run_info.NEWER}", "it is left unchanged")
            continue
        try:
            problem = _unfit(files, _OTHERS) if message is None else _mismatch(message, files)
        except Exception as error:  # noqa: BLE001 - likewise
            problem = str(error) or type(error).__name__
        if problem:
            yield Finding(f"{raw.ref}: {problem}", _LOOK)


def _is_plainly_same(body: str, files: Mapping[str, bytes | None]) -> bool:
    """Return whether text proves that the files of a message are sound and equal to it; most are."""
    facts = doctor_text.facts(body, *(files[name] for name in _IN_MESSAGE))
    return facts is not None and _are_sound(facts.shape())


@functools.lru_cache(maxsize=1024)
def _are_sound(body: str) -> bool:
    """Return whether facts fit the schema of run.yaml, and are not of a newer gittrack."""
    facts = commit_message.decode(body)["run"]
    return not run_info.is_newer(facts) and schemas.problem(layout.RUN, facts) is None


def _unfit(files: Mapping[str, bytes | None], names: Iterable[str]) -> str | None:
    """Return what is wrong with the first of some files that does not fit its schema."""
    problems = (_schema_problem(name, data) for name in names if (data := files[name]))
    return next(filter(None, problems), None)


def _mismatch(message: dict[str, dict[str, Any]], files: Mapping[str, bytes | None]) -> str | None:
    truncated = message["run"].pop(commit_message.TRUNCATED, [])
    if files[layout.RUN] is None:
        return "it has no run.yaml"
    problem = _unfit(files, files)
    if problem:
        return problem
    for kind, name in zip(("run", "params", "metrics"), _IN_MESSAGE, strict=True):
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
    return schemas.problem(name, doctor_items.load(data, name))
