"""Annotate runs: tags, remarks, a name, archiving.

A committed run gets a line in its git note.  A live run gets the annotation in its journal, so that the
annotation is committed together with the run.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from gittrack import git
from gittrack.core import layout, values
from gittrack.core.errors import TrackError, unwritable
from gittrack.core.run import annotation_log, events, judgement
from gittrack.core.run.judgement import Judgement
from gittrack.core.secrets import redact_text
from gittrack.core.standard.collections import Callable, Iterator, Mapping, Sequence
from gittrack.core.standard.contextlib import contextmanager
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders, lock
from gittrack.git import notes, refs
from gittrack.record import journal, recovery
from gittrack.record.machine.author import author

_PATIENCE_SECONDS = 30.0


class Target(NamedTuple):
    """A run to annotate; ``commit`` is None for a live run."""

    id: str
    commit: str | None


def tag(
    repo: git.Repo, targets: Sequence[Target], add: Sequence[str], remove: Sequence[str]
) -> None:
    """Add and remove tags.  Raises TrackError for a name that cannot be a tag."""
    for name in add:
        values.check_name(name, "tag")
    fields = {k: list(v) for k, v in (("add", add), ("remove", remove)) if v}
    summary = " ".join([*(f"+{name}" for name in add), *(f"-{name}" for name in remove)])
    event = (events.TAGS, {"add": [], **fields})
    _annotate(repo, targets, annotation_log.TAG, fields, summary, event)


def note(repo: git.Repo, target: Target, text: str, *, replace: bool = False) -> None:
    """Add a remark; with ``replace``, remove all earlier ones."""
    clean = redact_text(values.check_text(text, "note"))
    fields = {"text": clean, **({"replace": True} if replace else {})}
    event = (events.FACTS, {"values": {"note": clean}}) if replace else (events.NOTE, fields)
    _annotate(repo, [target], annotation_log.NOTE, fields, "", event)


def rename(
    repo: git.Repo, target: Target, name: str, bearers: Callable[[str], Sequence[str]]
) -> None:
    """Change the name of a run.

    Parameters
    ----------
    repo : Repo
        The repository of the run.
    target : Target
        The run.
    name : str
        The new name; an empty string removes the name.
    bearers : callable
        Returns the ids of the runs that have a name.  It is called while no other process renames a run of
        this repository.

    Raises
    ------
    TrackError
        If another run has the name, or if the text cannot be a name.
    """
    event = (events.FACTS, {"values": {"name": name or None}})
    if not name:
        _annotate(repo, [target], annotation_log.NAME, {"name": name}, name, event)
        return
    values.check_run_name(name)
    with _renaming_lock(repo):
        others = [run_id for run_id in bearers(name) if run_id != target.id]
        if others:
            raise TrackError(
                f"{name!r} is the name of the run {others[0]} already",
                "choose another one, or rename or archive that run first",
            )
        _annotate(repo, [target], annotation_log.NAME, {"name": name}, name, event)


@contextmanager
def _renaming_lock(repo: git.Repo) -> Iterator[None]:
    """Hold the lock of all renames of a repository."""
    home = layout.home(repo.common_dir)
    try:
        folders.make(home)
        handle = lock.take(f"{home}/names.lock")
    except OSError as error:
        reason = error.strerror or str(error)
        raise unwritable("the run cannot be renamed", repo.common_dir, reason) from error
    try:
        yield
    finally:
        os.close(handle)


def archive(repo: git.Repo, targets: Sequence[Target], archived: bool = True) -> None:
    """Hide runs in listings, or show them again.  Raises TrackError for a live run."""
    _annotate(repo, targets, annotation_log.ARCHIVE, {"archived": archived}, "", None)


def record_move(repo: git.Repo, targets: Sequence[Target], op: str) -> None:
    """Record when and by whom runs were moved to the trash (``rm``) or back (``restore``)."""
    _annotate(repo, targets, op, {}, "", None)


def record_verdict(repo: git.Repo, target: Target, verdict: Judgement) -> None:
    """Record a verdict on a run, with the rules of this version."""
    fields = {**verdict._asdict(), "rules": judgement.RULES}
    _annotate(repo, [target], annotation_log.VERDICT, fields, verdict.level, None)


def _annotate(
    repo: git.Repo,
    targets: Sequence[Target],
    op: str,
    fields: Mapping[str, Any],
    summary: str,
    event: tuple[str, Mapping[str, Any]] | None,
) -> None:
    """Write an annotation into the notes of committed runs and, as ``event``, into journals of live runs."""
    commits = []
    for target in targets:
        commit = target.commit
        if commit is None:
            if event is None:
                raise TrackError(f"the run {target.id} is not committed yet", "wait for its end")
            commit = _append_to_journal(repo, target.id, *event)
        if commit is not None:
            commits.append(commit)
    if not commits:
        return
    who = author(git.parse_config(repo.config().output()))

    def lines(commit: str, so_far: bytes) -> bytes:
        at = annotation_log.next_moment(so_far, time.time())
        return annotation_log.line(op, who, at, **fields)

    which = targets[0].id if len(targets) == 1 else f"{len(targets)} runs"
    message = " ".join(filter(None, (f"gittrack: {op} {which}", summary)))
    notes.append(repo.fetching(), layout.NOTES, who, message, lines, *commits)


def _append_to_journal(
    repo: git.Repo, run_id: str, kind: str, fields: Mapping[str, Any]
) -> str | None:
    """Append to the journal of a live run; return the commit of the run if it has ended meanwhile."""
    folder = Path(layout.live_dir(repo.common_dir), run_id)
    line = events.line(kind, **fields)
    book = journal.open_live(folder)
    if book is not None:
        try:
            book.events.write(line)
        finally:
            book.release()
        if _is_before_end(folder, line):
            return None
    elif folder.exists():
        recovery.recover(repo)
    elif any(ref.name.endswith(f"/{run_id}") for ref in refs.below(repo, layout.TRACKING)):
        raise TrackError(
            f"the run {run_id} goes on on another machine", "pull it when it has ended"
        )
    return _commit_of(repo, run_id)


def _is_before_end(folder: Path, line: bytes) -> bool:
    """Return whether the journal has ``line`` before its end, so that the owner commits the line."""
    try:
        operations = events.parse((folder / layout.EVENTS).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    for op in operations:
        if op.get("op") == events.FACTS and "ended" in op.get("values", {}):
            return False
        if events.line(**op) == line:
            return True
    return False


def _commit_of(repo: git.Repo, run_id: str) -> str:
    """Wait until a run that is about to end is committed, and return the commit."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        commits = [
            ref.oid for ref in refs.below(repo, layout.RUNS) if ref.name.endswith(f"/{run_id}")
        ]
        if commits:
            return commits[0]
        time.sleep(0.05)
    raise TrackError(f"the run {run_id} is not committed yet", "try: git track recover")
