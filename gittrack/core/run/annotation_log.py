"""What is said about a run after its end: lines of a git note, and what they add up to.

A run is written once.  Tags, remarks, a new name, archiving are appended to the note of its commit on
``refs/notes/runs``, one JSON operation a line, so that git's own ``cat_sort_uniq`` merges what two people
said; the state is the fold of the lines in the order of their times.  A line that is no JSON was written by
hand (``git notes --ref=runs append``) and counts as a remark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from gittrack.core.fast_typing import Any
from gittrack.core.run.run_info import RunInfo, from_iso, iso

TAG, NOTE, NAME, ARCHIVE, REMOVE, RESTORE = "tag", "note", "name", "archive", "rm", "restore"
Operation = Mapping[str, Any]


def line(op: str, by: str, at: float, **fields: Any) -> bytes:
    """Return one operation, said by somebody at a moment (seconds since 1970), as a line of a note."""
    return json.dumps({"at": iso(at), "by": by, "op": op, **fields}).encode() + b"\n"


def parse(note: bytes) -> tuple[Operation, ...]:
    """Return the operations of a note in the order of their times."""
    texts = dict.fromkeys(note.decode(errors="surrogateescape").split("\n"))
    found = [_operation(text) for text in texts if text.strip()]
    return tuple(sorted(found, key=lambda op: (str(op.get("at", "")), json.dumps(op))))


def _operation(text: str) -> Operation:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"op": NOTE, "text": text}


def next_moment(note: bytes, now: float) -> float:
    """Return a moment, now or just after the note's last one, should a clock have been turned back."""
    last = 0.0
    for op in parse(note):
        try:
            last = max(last, from_iso(str(op.get("at"))))
        except ValueError:
            continue
    return max(now, last + 0.001)


def applied(info: RunInfo, operations: Sequence[Operation]) -> RunInfo:
    """Return the run as it stands after what was said about it; what is not understood is skipped."""
    for op in operations:
        info = _apply(info, op)
    return info


def _apply(info: RunInfo, op: Operation) -> RunInfo:
    kind = op.get("op")
    if kind == TAG:
        gone = _texts(op.get("remove"))
        tags = dict.fromkeys((*info.tags, *_texts(op.get("add"))))
        return info._replace(tags=tuple(tag for tag in tags if tag not in gone))
    if kind == NOTE and isinstance(op.get("text"), str):
        parts = (None if op.get("replace") else info.note, op["text"])
        return info._replace(note="\n".join(part for part in parts if part) or None)
    if kind == NAME and isinstance(op.get("name"), str):
        return info._replace(name=op["name"] or None)
    if kind == ARCHIVE:
        return info._replace(archived=bool(op.get("archived", True)))
    return info


def is_archived(operations: Sequence[Operation]) -> bool:
    """Say whether the run was archived, without looking at the run."""
    last = next((op for op in reversed(operations) if op.get("op") == ARCHIVE), None)
    return last is not None and bool(last.get("archived", True))


def removed_at(operations: Sequence[Operation]) -> float | None:
    """Return when the run was last moved to the trash, in seconds since 1970; None where nobody said."""
    for op in reversed(operations):
        if op.get("op") == REMOVE:
            try:
                return from_iso(str(op.get("at")))
            except ValueError:
                return None
    return None


def _texts(found: Any) -> list[str]:
    return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []
