"""The state of the model registry as a fold over its events: versions, stages, history, conflicts.

Events are in the order of their numbers, never of clocks.  As in GTO, a stage is held by the version that was
promoted to it last and not demoted since, and an event is about the version at the commit of its tag.
"""

from __future__ import annotations

from gittrack.core.registry import moved_tags, names, tag_conflicts
from gittrack.core.registry.events import Event
from gittrack.core.registry.moved_tags import Moved
from gittrack.core.registry.names import DEPRECATE, DEREGISTER, PROMOTE, REGISTER, Mark
from gittrack.core.registry.tag_conflicts import Conflict
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple

DEVELOPMENT, ARCHIVED, STAGING, PRODUCTION = "development", "archived", "staging", "production"
DERIVED = (DEVELOPMENT, ARCHIVED)  # of versions that are not in any stage
_FIRST = (PRODUCTION, STAGING)


GOOD, BAD, UNKNOWN, UNSIGNED = "verified", "BAD", "not verified", "unsigned"


class Signature(NamedTuple):
    """The result of checking a signature: ``state``, and git's message."""

    state: str
    words: str = ""


class Version(NamedTuple):
    """One version of a model: its number (``v3.0.0``), commit and stages, and the event that registered it.

    ``number`` is empty for a commit that another tool put into a stage without registering it.
    """

    model: str
    number: str
    commit: str
    event: Event | None
    stages: tuple[str, ...] = ()
    archived: bool = False
    deprecated: bool = False

    @property
    def stage(self) -> str:
        """The stage to show: production before staging before others; else archived or development."""
        if self.stages:
            return self.stages[0]
        return ARCHIVED if self.archived or self.deprecated else DEVELOPMENT

    @property
    def short(self) -> str:
        """The name for people: ``v3``, or the first 8 digits of an unregistered commit."""
        return names.short(self.number) if self.number else self.commit[:8]

    @property
    def plain(self) -> int | str:
        """The name for programs: 3 for ``v3.0.0``, else ``1.2.0``; `short` without a number."""
        return names.plain(self.number) if self.number else self.short

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts in its tag: metrics, artifacts, run, who and why."""
        return self.event.text.facts if self.event else {}


class Model(NamedTuple):
    """A model: its versions from the lowest, {stage: version}, and its events in order.

    ``numbers`` has all registered versions; ``versions`` of an overview has only some of them.  ``moved`` has
    the version tags that were moved or deleted by hand.  ``twins`` are tags that another clone has as another
    object, without a conflict: both mean the same, or a later event settled it.
    """

    name: str
    versions: tuple[Version, ...]
    stages: dict[str, Version]
    events: tuple[Event, ...]
    deprecated: bool = False
    conflicts: tuple[Conflict, ...] = ()
    numbers: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    twins: tuple[Conflict, ...] = ()

    @property
    def latest(self) -> Version | None:
        """The highest version that is not deprecated."""
        current = [
            version for version in self.versions if version.number and not version.deprecated
        ]
        return current[-1] if current else None

    @property
    def last_number(self) -> int:
        """The number of the latest event."""
        return max((event.mark.number for event in self.events), default=0)


def order(mark: Mark) -> tuple[int, int]:
    """Return the sort key of events: their number, then registrations before events that need them."""
    return mark.number, names.KINDS.index(mark.kind)


def fold(
    name: str,
    events: Iterable[Event],
    others: Sequence[tuple[Event, str]] = (),
    silent: Sequence[Event] = (),
) -> Model:
    """Return the state of a model after its events.

    Parameters
    ----------
    name
        The model.
    events
        Its events, in any order.
    others
        Events of other clones, as (event, clone), for conflicts.
    silent
        Version tags that are not events, such as lightweight tags; they only prove that a tag was moved.
    """
    ordered = tuple(sorted(events, key=lambda event: (*order(event.mark), event.tag)))
    registered, deregistered = _registrations(ordered)
    of_commit = _of_commit(registered, deregistered)
    hidden = {registered[n].text.commit for n in deregistered} - set(of_commit)
    standing, replaced = _assignments(ordered, hidden)
    holders = {stage: commits[-1] for stage, commits in standing.items() if commits}
    versions = {
        number: Version(
            name,
            number,
            event.text.commit,
            event,
            _stages(holders, event.text.commit) if number not in deregistered else (),
            event.text.commit in replaced,
            number in deregistered,
        )
        for number, event in registered.items()
    }
    unnamed = {
        commit: Version(name, "", commit, None, _stages(holders, commit))
        for commit in holders.values()
        if commit not in of_commit
    }
    every = [
        *unnamed.values(),
        *sorted(versions.values(), key=lambda v: names.order(v.number)),
    ]
    stages = {
        stage: versions[of_commit[commit]] if commit in of_commit else unnamed[commit]
        for stage, commit in sorted(holders.items())
    }
    nameless = {stage: version.commit for stage, version in stages.items() if not version.number}
    deprecated = _is_deprecated(ordered)
    elsewhere = tuple(tag_conflicts.between_clones(ordered, others))
    clashes = [pair for pair in elsewhere if pair.ours.text.commit != pair.theirs.text.commit]
    open_conflicts = tag_conflicts.causes(
        tuple(tag_conflicts.unsettled(ordered, (*tag_conflicts.same_number(ordered), *clashes)))
    )
    numbers = tuple(sorted(registered, key=names.order))
    return Model(
        *(name, tuple(every), stages, ordered, deprecated, open_conflicts, numbers),
        tag_conflicts.unexplained(moved_tags.by_events(ordered, silent, nameless), open_conflicts),
        tag_conflicts.twins(elsewhere, open_conflicts),
    )


def _registrations(events: Sequence[Event]) -> tuple[dict[str, Event], set[str]]:
    """Return {version: the event that registered it} and the versions that are deprecated."""
    registered: dict[str, Event] = {}
    deregistered: set[str] = set()
    for event in events:
        number = event.mark.version
        if event.mark.kind == REGISTER:
            registered[number] = event
            deregistered.discard(number)
        elif event.mark.kind == DEREGISTER:
            deregistered.add(number)
    return registered, deregistered & set(registered)


def _is_deprecated(events: Sequence[Event]) -> bool:
    """Return whether the whole model is deprecated; as in GTO, any later event takes that back."""
    moments = [event.text.seconds for event in events if event.mark.kind == DEPRECATE]
    others = (event.text.seconds for event in events if event.mark.kind != DEPRECATE)
    return bool(moments) and max(others, default=0) < max(moments)


def _of_commit(registered: Mapping[str, Event], deregistered: set[str]) -> dict[str, str]:
    numbers = sorted(registered, key=names.order)
    return {registered[n].text.commit: n for n in numbers if n not in deregistered}


def _assignments(
    events: Sequence[Event], hidden: set[str]
) -> tuple[dict[str, list[str]], set[str]]:
    """Return {stage: commits promoted and not demoted, the holder last}, and commits that were replaced."""
    standing: dict[str, list[str]] = {}
    replaced: set[str] = set()
    for event in events:
        commit = event.text.commit
        if not event.mark.stage or commit in hidden:
            continue
        line = standing.setdefault(event.mark.stage, [])
        if event.mark.kind == PROMOTE:
            replaced |= {other for other in line[-1:] if other != commit}
            replaced.discard(commit)
        if commit in line:
            line.remove(commit)
        if event.mark.kind == PROMOTE:
            line.append(commit)
    return standing, replaced


def promoted_commits(model: Model, stage: str) -> list[str]:
    """Return the commits that were promoted to a stage and never demoted, the holder last.

    In GTO, the previous holder takes the stage again when the holder is demoted.
    """
    return _assignments(model.events, set())[0].get(stage, [])


def _stages(holders: Mapping[str, str], commit: str) -> tuple[str, ...]:
    stages = [stage for stage, holder in holders.items() if holder == commit]
    return tuple(sorted(stages, key=lambda s: (_FIRST.index(s) if s in _FIRST else 9, s)))
