"""Annotations of a run after its end: the lines of a git note, and the state that they fold to.

A run commit is never changed. Tags, remarks, a new name, archiving and verdicts are appended to the note of
the commit on ``refs/notes/runs``, one JSON operation per line, so that git's merge strategy
``cat_sort_uniq`` merges the annotations of several people. The state is the fold of the lines in the order
of their times. A line that is not JSON was written by hand (``git notes --ref=runs append``) and counts as
a remark.
"""

from __future__ import annotations

from gittrack.core.run.run_info import RunInfo, from_iso, iso
from gittrack.core.standard import json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any

TAG, NOTE, NAME, ARCHIVE, REMOVE, RESTORE = "tag", "note", "name", "archive", "rm", "restore"
VERDICT = "verdict"
# The tombstone of a run that was removed from a remote: ``run`` is ``<experiment>/<id>``.  It is for ever.
EVERYWHERE = "rm-everywhere"
Operation = Mapping[str, Any]


def line(op: str, by: str, at: float, **fields: Any) -> bytes:
    """Return one operation as a line of a note.

    Parameters
    ----------
    op : str
        The kind of the operation: `TAG`, `NOTE`, `NAME`, `ARCHIVE`, `REMOVE`, `RESTORE`, `EVERYWHERE`
        or `VERDICT`.
    by : str
        The person.
    at : float
        The time, in seconds since 1970.
    **fields
        The other values of the operation.
    """
    return json.dumps({"at": iso(at), "by": by, "op": op, **fields}).encode() + b"\n"


def parse(note: bytes) -> tuple[Operation, ...]:
    """Return the operations of a note in the order of their times."""
    texts = dict.fromkeys(note.decode(errors="surrogateescape").split("\n"))
    operations = [_operation(text) for text in texts if text.strip()]
    return tuple(sorted(operations, key=lambda op: (str(op.get("at", "")), json.dumps(op))))


def _operation(text: str) -> Operation:
    try:
        operation = json.loads(text)
    except (ValueError, RecursionError):
        operation = None
    return operation if isinstance(operation, dict) else {"op": NOTE, "text": text}


def next_moment(note: bytes, now: float) -> float:
    """Return ``now``, or the moment after the last operation of the note if a clock was turned back."""
    last = 0.0
    for op in parse(note):
        try:
            last = max(last, from_iso(str(op.get("at"))))
        except ValueError:
            continue
    return max(now, last + 0.001)


def with_annotations(info: RunInfo, operations: Sequence[Operation]) -> RunInfo:
    """Return a run with its annotations applied; operations that this version does not know are skipped."""
    for op in operations:
        info = _apply(info, op)
    return info


def _apply(info: RunInfo, op: Operation) -> RunInfo:
    kind = op.get("op")
    if kind == TAG:
        removed = _texts(op.get("remove"))
        tags = dict.fromkeys((*info.tags, *_texts(op.get("add"))))
        return info._replace(tags=tuple(tag for tag in tags if tag not in removed))
    if kind == NOTE and isinstance(op.get("text"), str):
        parts = (None if op.get("replace") else info.note, op["text"])
        return info._replace(note="\n".join(part for part in parts if part) or None)
    if kind == NAME and isinstance(op.get("name"), str):
        return info._replace(name=op["name"] or None)
    if kind == ARCHIVE:
        return info._replace(archived=bool(op.get("archived", True)))
    if kind == VERDICT:
        from gittrack.core.run import judgement  # noqa: PLC0415 - few runs have a verdict

        verdict = judgement.better(info.verdict, judgement.from_operation(op))
        return info._replace(verdict=verdict)
    return info


def is_archived(operations: Sequence[Operation]) -> bool:
    """Return whether the annotations of a run archive it."""
    last = next((op for op in reversed(operations) if op.get("op") == ARCHIVE), None)
    return last is not None and bool(last.get("archived", True))


def tombstone(operations: Sequence[Operation]) -> Operation | None:
    """Return the operation that removed a run everywhere; None if there is none."""
    return next((op for op in operations if op.get("op") == EVERYWHERE), None)


def last_move(operations: Sequence[Operation]) -> Operation | None:
    """Return the operation that last moved a run to the trash or back; a tombstone beats all others."""
    moves = (op for op in reversed(operations) if op.get("op") in (REMOVE, RESTORE))
    return tombstone(operations) or next(moves, None)


def is_removed(operations: Sequence[Operation]) -> bool:
    """Return whether a run was moved to the trash, here or in another clone, and not back since."""
    last = last_move(operations)
    return last is not None and last["op"] != RESTORE


def is_restored(operations: Sequence[Operation]) -> bool:
    """Return whether a run was moved back from the trash last."""
    last = last_move(operations)
    return last is not None and last["op"] == RESTORE


def removed_at(operations: Sequence[Operation]) -> float | None:
    """Return when a run was last moved to the trash, in seconds since 1970; None if that is not recorded."""
    for op in reversed(operations):
        if op.get("op") in (REMOVE, EVERYWHERE):
            try:
                return from_iso(str(op.get("at")))
            except ValueError:
                return None
    return None


def _texts(value: Any) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
