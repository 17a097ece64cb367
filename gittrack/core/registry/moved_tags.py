"""Version tags that somebody moved, replaced or deleted by hand.

The proof is what this registry wrote.  The message of a version tag has its version and its run.  The
message of another event has its version, and the event is on the commit that the version had at that
time.  A message of another tool, such as GTO, proves nothing: then only the other events can prove that
a tag was moved.
"""

from __future__ import annotations

from gittrack.core.registry import names
from gittrack.core.registry.events import Event
from gittrack.core.registry.names import PROMOTE, REGISTER, Mark
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple


class Moved(NamedTuple):
    """A version tag that was moved or deleted, with the proof.

    ``commit`` is the commit that the tag names now; empty if the tag was deleted.  ``proof`` is the
    event that proves the move; empty if the message of the tag itself does.  ``stated`` is the version
    in that message. ``run`` and ``was`` are the original run and commit; empty if unknown.  ``original``
    is the id of the original tag object; empty if no stage ref has it.
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
    """Return the version tags of a model whose move or deletion its events prove, each once.

    Parameters
    ----------
    events
        The events of the model, in order.
    silent
        Version tags that are not events, such as lightweight tags.
    unnamed
        {stage: commit} of the stages whose commit is not a version.
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
    """Yield the version tags that are on another commit than an event of ours about the version.

    A tag with our message may have been registered again after an `rm`, so `by_run` decides about it.
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
    """Yield the version tags whose object was written for another version of the model."""
    for event in events:
        mark, stated = event.mark, _stated(event)
        if mark.kind == REGISTER and stated not in ("", mark.version):
            run = str(event.text.facts.get("run") or "")
            yield Moved(mark.model, mark.version, event.tag, event.text.commit, "", stated, run)


def _deleted(
    events: Sequence[Event], registrations: Mapping[str, object], unnamed: Mapping[str, str]
) -> Iterator[Moved]:
    """Yield the versions in a stage that have no tag any more; an `rm` would have demoted them."""
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
    """Return whether this registry wrote the message of a tag, for this model."""
    facts = event.text.facts
    return "by" in facts and facts.get("model") == event.mark.model


def _stated(event: Event) -> str:
    """Return the version that a tag object registers, by its message or its own name; or an empty string."""
    if _is_ours(event):
        return str(event.text.facts.get("version") or "")
    named = names.parse_tag(event.text.name)
    return named.version if named is not None and named.model == event.mark.model else ""


def by_run(event: Event, actual_run: str | None) -> Moved | None:
    """Return the move of a version tag whose message names another run than its commit has, or None."""
    mark, run = event.mark, event.text.facts.get("run")
    if mark.kind != REGISTER or not _is_ours(event) or not run or run == actual_run:
        return None
    return Moved(mark.model, mark.version, event.tag, event.text.commit, "", mark.version, str(run))
