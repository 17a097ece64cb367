"""Find the version tags that somebody moved by hand, from the events and from the runs at their commits."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.registry import moved_tags, names, tag_message
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.registry.moved_tags import Moved
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.read.registry.models import Registry


def with_moved_tags(state: Registry, models: Iterable[Model]) -> list[Model]:
    """Return the models with every moved tag in ``moved``, and its original object if a stage ref has it."""
    models = list(models)
    registrations = [e for model in models for e in model.events if e.mark.kind == names.REGISTER]
    contents = _contents(state.repo, [event.text.commit for event in registrations])
    moved = [_by_run(state.repo, *pair) for pair in zip(registrations, contents, strict=True)]
    more: dict[str, list[Moved]] = {}
    for move in filter(None, moved):
        more.setdefault(move.model, []).append(move)
    return [_with(state, model, more.get(model.name, [])) for model in models]


def with_moved_version(
    repo: git.Repo, model: Model, version: Version, content: bytes | None
) -> Model:
    """Return a model with the tag of one version in ``moved``, if the run at its commit proves that.

    ``content`` is the content of the commit; None if it is missing.
    """
    move = _by_run(repo, version.event, content) if version.event is not None else None
    tags = {entry.tag for entry in model.moved}
    new = (move,) if move is not None and move.tag not in tags else ()
    return model._replace(moved=(*model.moved, *new))


def _by_run(repo: git.Repo, event: Event, content: bytes | None) -> Moved | None:
    """Compare the run in the message of a tag with the run at its commit; a missing commit proves nothing."""
    if content is None:
        return None
    try:
        run = commit_message.find(content, "id")
    except ValueError:
        run = None
    move = moved_tags.by_run(event, run if isinstance(run, str) else None)
    if move is None:
        return None
    # An imported run can have another id than the one that it was recorded with.
    ref = layout.run_ref(str(event.text.facts.get("experiment")), move.run)
    current = git.resolve(repo, ref)
    return None if current == event.text.commit else move._replace(was=current or "")


def _contents(repo: git.Repo, oids: list[str]) -> list[bytes | None]:
    """Return the content of objects; None for those that git cannot read, which `doctor` reports."""
    try:
        return list(git.read_objects(repo, oids))
    except git.GitError:
        return (
            [None]
            if len(oids) == 1
            else [content for oid in oids for content in _contents(repo, [oid])]
        )


def _with(state: Registry, model: Model, more: Iterable[Moved]) -> Model:
    by_tag = {move.tag: move for move in (*more, *model.moved)}
    if not by_tag:
        return model
    originals = _originals(state, model)
    return model._replace(moved=tuple(_with_original(move, originals) for move in by_tag.values()))


def _originals(state: Registry, model: Model) -> dict[str, tag_message.Text]:
    """Return {id: text} of the tag objects that the stage refs of a model point to."""
    refs = {names.stage_ref(model.name, event.mark.stage) for event in model.events}
    oids = sorted({oid for ref in refs if (oid := state.stage_refs.get(ref))})
    read = zip(oids, _contents(state.repo, oids), strict=True)
    texts = {oid: tag_message.parse(data) for oid, data in read if data is not None}
    return {oid: text for oid, text in texts.items() if text is not None}


def _with_original(move: Moved, originals: Mapping[str, tag_message.Text]) -> Moved:
    for oid, text in originals.items():
        same = text.commit == move.was or (move.run and text.facts.get("run") == move.run)
        if text.name == move.tag and same and text.commit != move.commit:
            return move._replace(original=oid, was=text.commit)
    return move
