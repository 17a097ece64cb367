"""Two tags for one event, of one clone or of two, and which of them are settled."""

from __future__ import annotations

from gittrack.core.registry.events import Event
from gittrack.core.registry.moved_tags import Moved
from gittrack.core.registry.names import REGISTER
from gittrack.core.standard.collections import Iterable, Sequence
from gittrack.core.standard.typing import NamedTuple


class Conflict(NamedTuple):
    """Two different tags for one event; ``source`` is the clone of the other one, or empty."""

    ours: Event
    theirs: Event
    source: str


def causes(conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    """Omit the conflicts of stages that only follow from two commits with one version."""
    commits = {_commits(pair) for pair in conflicts if pair.ours.mark.kind == REGISTER}
    return tuple(
        pair for pair in conflicts if not pair.ours.mark.stage or _commits(pair) not in commits
    )


def twins(elsewhere: Sequence[Conflict], conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    """Return the tags with another object in another clone that no open conflict is about, each once."""
    commits = {_commits(pair) for pair in conflicts}
    by_tag = {pair.ours.tag: pair for pair in elsewhere if _commits(pair) not in commits}
    return tuple(by_tag.values())


def _commits(pair: Conflict) -> tuple[str, str]:
    return pair.ours.text.commit, pair.theirs.text.commit


def unexplained(moved: Sequence[Moved], conflicts: Sequence[Conflict]) -> tuple[Moved, ...]:
    """Omit the tags that another clone registered differently: they are reported as conflicts."""
    reported = {(pair.ours.tag, pair.theirs.text.commit) for pair in conflicts}
    return tuple(move for move in moved if (move.tag, move.was) not in reported)


def same_number(events: Sequence[Event]) -> Iterable[Conflict]:
    """Yield two events of one stage with the same number, which two clones can assign independently."""
    seen: dict[tuple[str, int], Event] = {}
    for event in events:
        if event.mark.stage and event.mark.number:
            key = (event.mark.stage, event.mark.number)
            if key in seen:
                yield Conflict(seen[key], event, "")
            seen[key] = event


def between_clones(
    events: Sequence[Event], others: Sequence[tuple[Event, str]]
) -> Iterable[Conflict]:
    """Yield the tags that another clone has with the same name as another object."""
    ours = {event.tag: event for event in events}
    for theirs, source in others:
        mine = ours.get(theirs.tag)
        if mine is not None and mine.oid != theirs.oid:
            yield Conflict(mine, theirs, source)


def unsettled(events: Sequence[Event], conflicts: Iterable[Conflict]) -> Iterable[Conflict]:
    """Yield the conflicts that no later event of the stage has settled, each once."""
    last: dict[str, int] = {}
    for event in events:
        last[event.mark.stage] = max(last.get(event.mark.stage, 0), event.mark.number)
    seen = set()
    for conflict in conflicts:
        stage, number = conflict.ours.mark.stage, conflict.ours.mark.number
        settled = bool(stage) and last.get(stage, 0) > number
        if not settled and conflict.theirs.oid not in seen:
            seen.add(conflict.theirs.oid)
            yield conflict
