"""Version tags that do not name what they were made for: somebody moved, remade or deleted them by hand.

Proof is what this registry wrote itself.  The message of a version tag says its version and its run; an
event says which version it is about, and is on the commit that this was then.  A message that is not ours
says nothing, as GTO writes it: of such a tag only the events can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gittrack.core.fast_typing import NamedTuple
from gittrack.core.registry import names
from gittrack.core.registry.events import Event
from gittrack.core.registry.names import PROMOTE, REGISTER, Mark


class Moved(NamedTuple):
    """A version tag and what it was made for, as ``proof`` says; ``commit`` is what it names, if it is there.

    ``proof`` is another tag, or empty: its own message.  ``told`` is the version that is told of there,
    ``run`` and ``was``, a commit, are empty where that is not known; ``original`` is the tag object that
    was there before, where a stage ref still has it.
    """

    model: str
    version: str
    tag: str
    commit: str
    proof: str
    stated: str
    run: str = ""
    was: str = ""
    original: str = ""


def by_events(
    events: Sequence[Event],
    silent: Sequence[Event] = (),
    unnamed: Mapping[str, str] | None = None,
) -> tuple[Moved, ...]:
    """Return the version tags of a model that its own tags prove moved or deleted, each once.

    ``silent`` are version tags that are no events, lightweight ones for instance, ``unnamed`` is {stage:
    commit} where no version is at the commit.
    """
    registrations: dict[str, list[Event]] = {}
    for event in (*events, *silent):
        if event.mark.kind == REGISTER:
            registrations.setdefault(event.mark.version, []).append(event)
    moved: dict[str, Moved] = {}
    for move in (
        *_contradicted(events, registrations),
        *_mistaken(events),
        *_deleted(events, registrations, unnamed or {}),
    ):
        moved.setdefault(move.tag, move)
    return tuple(moved.values())


def _contradicted(
    events: Sequence[Event], registrations: dict[str, list[Event]]
) -> Iterator[Moved]:
    """Tell of the tags of versions that an event of ours found at another commit.

    Where the tag has our message, it may have been registered again after an `rm`: its run will tell.
    """
    for event in events:
        facts = event.text.facts
        version = event.mark.version or facts.get("version")
        if event.mark.kind == REGISTER or not version or not _is_ours(event):
            continue
        before = [
            registration
            for registration in registrations.get(version, ())
            if registration.mark.number <= event.mark.number
        ]
        if not before:
            continue
        tag = max(before, key=lambda registration: registration.mark.number)
        vouched = _is_ours(tag) and _stated(tag) == version
        if not vouched and tag.text.commit not in ("", event.text.commit):
            run, was = str(facts.get("run") or ""), event.text.commit
            name, commit = tag.tag, tag.text.commit
            yield Moved(tag.mark.model, version, name, commit, event.tag, version, run, was)


def _mistaken(events: Sequence[Event]) -> Iterator[Moved]:
    """Tell of version tags whose object was made for another version of the model."""
    for event in events:
        mark, stated = event.mark, _stated(event)
        if mark.kind == REGISTER and stated not in ("", mark.version):
            run = str(event.text.facts.get("run") or "")
            yield Moved(mark.model, mark.version, event.tag, event.text.commit, "", stated, run)


def _deleted(
    events: Sequence[Event], registrations: Mapping[str, object], unnamed: Mapping[str, str]
) -> Iterator[Moved]:
    """Tell of versions without a tag that events of ours put into a stage: an `rm` takes them out."""
    for event in reversed(events):
        facts, commit = event.text.facts, event.text.commit
        version = facts.get("version")
        if (
            event.mark.kind != PROMOTE
            or not version
            or version in registrations
            or not _is_ours(event)
        ):
            continue
        if unnamed.get(event.mark.stage) == commit:
            tag = names.format_tag(Mark(event.mark.model, REGISTER, version))
            run = str(facts.get("run") or "")
            yield Moved(event.mark.model, version, tag, "", event.tag, version, run, commit)


def _is_ours(event: Event) -> bool:
    """Say whether a tag carries a message that this registry wrote for the model."""
    facts = event.text.facts
    return "by" in facts and facts.get("model") == event.mark.model


def _stated(event: Event) -> str:
    """Return the version of the model that a tag object says it registers, or nothing."""
    if _is_ours(event):
        return str(event.text.facts.get("version") or "")
    named = names.parse_tag(event.text.name)
    return named.version if named is not None and named.model == event.mark.model else ""


def by_run(event: Event, actual_run: str | None) -> Moved | None:
    """Tell of a version tag whose message names another run than ``found``, which is at its commit."""
    mark, run = event.mark, event.text.facts.get("run")
    if mark.kind != REGISTER or not _is_ours(event) or not run or run == actual_run:
        return None
    return Moved(mark.model, mark.version, event.tag, event.text.commit, "", mark.version, str(run))
