"""One transaction of the registry: it makes event tags and moves stage refs, all of them or none."""

from __future__ import annotations

import time

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.errors import TrackError, unwritable
from gittrack.core.registry import model_state, names, tag_message
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model
from gittrack.core.registry.names import Mark
from gittrack.core.run import run_info
from gittrack.core.standard.collections import Callable, Iterator, Mapping, Sequence
from gittrack.core.standard.contextlib import AbstractContextManager, contextmanager
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import lock
from gittrack.git import objects, refs, signing
from gittrack.read.registry.models import Registry
from gittrack.read.registry.versions import NoSuchModel
from gittrack.record.machine.author import author

_TRIES = 20


class Draft(NamedTuple):
    """An event to write: its mark, its commit, a summary (verb, words) and facts."""

    mark: Mark  # without its number, which the transaction assigns
    commit: str
    summary: tuple[str, str]
    facts: Mapping[str, Any]
    counted: bool = True


class RegistryChange(NamedTuple):
    """A decided change: events to write, and tags to delete as (tag, id)."""

    drafts: Sequence[Draft]
    removed: Sequence[tuple[str, str]] = ()


class Basis(NamedTuple):
    """The state that a caller read before it decided on a change."""

    config: Mapping[str, str]
    state: Registry
    model: Model


Decide = Callable[[Registry, Model | None], RegistryChange]  # called again if the state is newer


def change(
    repo: git.Repo, name: str, decide: Decide, reason: str, basis: Basis | None = None
) -> tuple[Model, list[Event]]:
    """Write a change of one model, and correct the stage refs that disagree with its events.

    Parameters
    ----------
    repo
        The repository.  Its processes take turns.
    name
        The model.
    decide
        Returns the change for a state of the registry and of the model (None for a new one).  It is called
        again if another tool changed the registry meanwhile.
    reason
        The text for the reflog.
    basis
        The state that the caller read; the model is not read again if its tags are still the same.

    Returns
    -------
    tuple
        The model after the change, and the new events.

    Raises
    ------
    TrackError
        If ``decide`` refuses, a tag cannot be signed, or the repository cannot be written.
    GitError
        If git refuses the transaction for another reason than a change by somebody else.
    """
    config = basis.config if basis else git.parse_config(repo.config().output())
    with _writing(repo, name), _turn(repo):
        for tries in reversed(range(_TRIES)):
            state = _now(repo)
            before = _model(state, name, basis)
            planned = decide(state, before)
            events = _written(repo, config, state, before, planned)
            removed = {tag for tag, _ in planned.removed}
            remaining = [e for e in (before.events if before else ()) if e.tag not in removed]
            after = model_state.fold(name, [*remaining, *events])
            try:
                clear(repo, state, after)
                refs.transact(repo, [*_commands(events, planned), *moves(state, after)], reason)
                return after, events
            except git.GitError:
                if not tries or _same(_now(repo), state):
                    raise
                refs.back_off()
    raise AssertionError("unreachable")


def _now(repo: git.Repo) -> Registry:
    return Registry(repo, refs.now(repo, *names.PLACES))


def _model(state: Registry, name: str, basis: Basis | None) -> Model | None:
    if name not in state:
        return None
    if basis is not None and state.tags.of(name) == basis.state.tags.of(name):
        return basis.model
    try:
        return state.model(name)
    except NoSuchModel:  # no tag of it is an event
        return None


@contextmanager
def _writing(repo: git.Repo, name: str) -> Iterator[None]:
    """Turn errors about a repository that cannot be written into the message of `git track run`."""
    problem = f"the model {name} cannot be changed"
    try:
        yield
    except OSError as error:
        raise unwritable(problem, repo.common_dir, error.strerror or str(error)) from error
    except refs.Unwritable as error:
        raise unwritable(problem, repo.common_dir, error.reason) from error


def _turn(repo: git.Repo) -> AbstractContextManager[None]:
    return lock.holding(f"{layout.home(repo.common_dir)}/models.lock")


def _same(first: Registry, second: Registry) -> bool:
    return first.tags.listed == second.tags.listed and first.stage_refs == second.stage_refs


def _commands(events: Sequence[Event], plan: RegistryChange) -> list[str]:
    zero = "0" * len(events[0].oid) if events else ""
    creations = [f"update {names.TAGS}{event.tag}\0{event.oid}\0{zero}" for event in events]
    return creations + [f"delete {names.TAGS}{tag}\0{oid}" for tag, oid in plan.removed]


def clear(repo: git.Repo, state: Registry, model: Model) -> None:
    """Delete the stage refs of a model that have no value, which a power failure can leave."""
    for event in model.events:
        ref = names.stage_ref(model.name, event.mark.stage)
        if event.mark.stage and state.stage_refs.get(ref) == "":
            refs.drop(repo, ref)
            del state.stage_refs[ref]


def moves(state: Registry, after: Model) -> list[str]:
    """Return the commands that move the stage refs of a model to the versions that its events say."""
    targets = {
        names.stage_ref(after.name, stage): version.event.oid if version.event else version.commit
        for stage, version in after.stages.items()
    }
    # If the tag of a version was deleted or moved, the ref may be the last one that has the original tag.
    holders = {
        names.stage_ref(after.name, stage): version.event is None
        for stage, version in after.stages.items()
    }
    stages = {event.mark.stage for event in after.events if event.mark.stage}
    stage_refs = {names.stage_ref(after.name, stage) for stage in stages}
    commands = []
    for ref in sorted(targets.keys() | (stage_refs & state.stage_refs.keys())):
        old, new = state.stage_refs.get(ref), targets.get(ref)
        if old == new or (old and holders.get(ref) and git.resolve(state.repo, old) == new):
            continue
        if new is None:
            commands.append(f"delete {ref}\0{old}")
        else:
            commands.append(f"update {ref}\0{new}\0{old or '0' * len(new)}")
    return commands


def _written(
    repo: git.Repo,
    config: Mapping[str, str],
    state: Registry,
    before: Model | None,
    plan: RegistryChange,
) -> list[Event]:
    """Write the tag objects of a change.  Their dates never decrease, because GTO orders events by date."""
    store = objects.Store(git.object_store_path(repo), repo.hash_name)
    person, now = author(config), time.time()
    seconds = max((e.text.seconds for e in (before.events if before else ())), default=0)
    number = (
        max(state.highest_number(plan.drafts[0].mark.model), before.last_number if before else 0)
        if plan.drafts
        else 0
    )
    events = []
    for draft in plan.drafts:
        number += draft.counted
        mark = draft.mark._replace(number=number if draft.counted else 0)
        seconds = max(int(now), seconds + 1)
        facts = {**draft.facts, "by": person, "at": run_info.iso(now)}
        message = tag_message.message(draft.summary, facts)
        name = names.format_tag(mark)
        _check_name(state, name, mark, plan)
        sign = settings.sign(config)
        if sign:
            oid = signing.tag(repo, name, draft.commit, person, seconds, message)
        else:
            data = tag_message.payload(draft.commit, name, person, seconds, message)
            oid = store.keep(b"tag", data)
        text = tag_message.Text(draft.commit, person, seconds, facts, sign, name)
        events.append(Event(mark, name, oid, text))
    return events


def _check_name(state: Registry, tag: str, mark: Mark, plan: RegistryChange) -> None:
    """Raise TrackError for a tag that would not be read as this event, and for a name that is in use."""
    if names.parse_tag(tag) != mark:
        raise TrackError(
            f"the next tag of {mark.model} would be {tag}, whose number is too long",
            f"delete the tag whose number is wrong: git tag -l '{mark.model}[@#]*'",
        )
    existing = {entry.tag for entry in state.tags.of(mark.model)} - {
        removed for removed, _ in plan.removed
    }
    if tag in existing:
        raise TrackError(
            f"the tag {tag} exists already, but is not a version",
            f"inspect the tag: git show {tag}; delete it: git tag -d {tag}",
        )
