"""Say something about a run that is recorded: tags, remarks, a name, archiving.

A committed run gets a line in its git note.  One that is going on gets it in its journal, with which it will
be committed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, values
from gittrack.core.errors import TrackError, unwritable
from gittrack.core.run import annotation_log, events
from gittrack.core.secrets import redact_text
from gittrack.disk import folders, lock
from gittrack.git import notes, refs
from gittrack.record import journal, recovery
from gittrack.record.machine.author import author

_PATIENCE_SECONDS = 30.0


class Target(NamedTuple):
    """A run to say something about; ``commit`` is None for one that is going on."""

    id: str
    commit: str | None


def tag(
    repo: git.Repo, targets: Sequence[Target], add: Sequence[str], remove: Sequence[str]
) -> None:
    """Add and remove tags.  Raises TrackError for a tag that cannot be one."""
    for name in add:
        values.check_name(name, "tag")
    fields = {k: list(v) for k, v in (("add", add), ("remove", remove)) if v}
    told = " ".join([*(f"+{name}" for name in add), *(f"-{name}" for name in remove)])
    _say(repo, targets, annotation_log.TAG, fields, told, (events.TAGS, {"add": [], **fields}))


def note(repo: git.Repo, target: Target, text: str, *, replace: bool = False) -> None:
    """Add a remark, or put it in the place of all earlier ones."""
    clean = redact_text(values.check_text(text, "note"))
    fields = {"text": clean, **({"replace": True} if replace else {})}
    event = (events.FACTS, {"values": {"note": clean}}) if replace else (events.NOTE, fields)
    _say(repo, [target], annotation_log.NOTE, fields, "", event)


def rename(
    repo: git.Repo, target: Target, name: str, bearers: Callable[[str], Sequence[str]]
) -> None:
    """Give a run another name; an empty one takes its name away.

    ``bearers`` returns the ids of the runs that have a name.  It is called while no other process renames a
    run of this repository.  Raises TrackError if another run has the name.
    """
    event = (events.FACTS, {"values": {"name": name or None}})
    if not name:
        _say(repo, [target], annotation_log.NAME, {"name": name}, name, event)
        return
    values.check_run_name(name)
    with _turn(repo):
        others = [run_id for run_id in bearers(name) if run_id != target.id]
        if others:
            raise TrackError(
                f"{name!r} is the name of the run {others[0]} already",
                "choose another one, or rename or archive that run first",
            )
        _say(repo, [target], annotation_log.NAME, {"name": name}, name, event)


@contextmanager
def _turn(repo: git.Repo) -> Iterator[None]:
    home = layout.home(repo.common_dir)
    try:
        folders.make(home)
        handle = lock.take(f"{home}/names.lock")
    except OSError as error:
        why = error.strerror or str(error)
        raise unwritable("the run cannot be renamed", repo.common_dir, why) from error
    try:
        yield
    finally:
        os.close(handle)


def archive(repo: git.Repo, targets: Sequence[Target], archived: bool = True) -> None:
    """Leave runs out of listings, or take them in again.  Raises TrackError for one that is going on."""
    _say(repo, targets, annotation_log.ARCHIVE, {"archived": archived}, "", None)


def record_move(repo: git.Repo, targets: Sequence[Target], op: str) -> None:
    """Note that runs were moved to the trash (``rm``) or back (``restore``): when, and by whom."""
    _say(repo, targets, op, {}, "", None)


def _say(
    repo: git.Repo,
    targets: Sequence[Target],
    op: str,
    fields: Mapping[str, Any],
    told: str,
    event: tuple[str, Mapping[str, Any]] | None,
) -> None:
    commits = []
    for target in targets:
        commit = target.commit
        if commit is None:
            if event is None:
                raise TrackError(f"the run {target.id} is not committed yet", "wait for its end")
            commit = _into_journal(repo, target.id, *event)
        if commit is not None:
            commits.append(commit)
    if not commits:
        return
    who = author(git.parse_config(repo.config().output()))

    def lines(commit: str, so_far: bytes) -> bytes:
        at = annotation_log.next_moment(so_far, time.time())
        return annotation_log.line(op, who, at, **fields)

    which = targets[0].id if len(targets) == 1 else f"{len(targets)} runs"
    message = " ".join(filter(None, (f"gittrack: {op} {which}", told)))
    notes.append(repo, layout.NOTES, who, message, lines, *commits)


def _into_journal(repo: git.Repo, run_id: str, kind: str, fields: Mapping[str, Any]) -> str | None:
    """Write into the journal of a run that is going on; return its commit if it ended before that."""
    folder = Path(layout.live_dir(repo.common_dir), run_id)
    line = events.line(kind, **fields)
    book = journal.join(folder)
    if book is not None:
        try:
            book.events.write(line)
        finally:
            book.release()
        if _precedes_the_end(folder, line):
            return None
    elif folder.exists():
        recovery.recover(repo)
    return _commit_of(repo, run_id)


def _precedes_the_end(folder: Path, line: bytes) -> bool:
    """Say whether the owner, who reads the journal after its last line, is sure to have read ours."""
    try:
        told = events.parse((folder / layout.EVENTS).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    for op in told:
        if op.get("op") == events.FACTS and "ended" in op.get("values", {}):
            return False
        if events.line(**op) == line:
            return True
    return False


def _commit_of(repo: git.Repo, run_id: str) -> str:
    """Wait until a run that is about to end is committed."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = [
            ref.oid for ref in refs.below(repo, layout.RUNS) if ref.name.endswith(f"/{run_id}")
        ]
        if found:
            return found[0]
        time.sleep(0.05)
    raise TrackError(f"the run {run_id} is not committed yet", "try: git track recover")
