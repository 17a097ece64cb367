"""Find the version tags that were moved by hand, by the runs that are at their commits too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gittrack import git
from gittrack.core import layout
from gittrack.core.registry import moved_tags, names, tag_message
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.registry.moved_tags import Moved
from gittrack.core.run import commit_message
from gittrack.read.registry.models import Registry


def examined(state: Registry, models: Iterable[Model]) -> list[Model]:
    """Return the models with every tag that is proved moved, and its object as it was if a ref has it."""
    models = list(models)
    made = [e for one in models for e in one.events if e.mark.kind == names.REGISTER]
    contents = _contents(state.repo, [event.text.commit for event in made])
    told = [_by_run(state.repo, *pair) for pair in zip(made, contents, strict=True)]
    more: dict[str, list[Moved]] = {}
    for found in filter(None, told):
        more.setdefault(found.model, []).append(found)
    return [_with(state, one, more.get(one.name, [])) for one in models]


def with_run(repo: git.Repo, model: Model, version: Version, content: bytes | None) -> Model:
    """Return a model with what the commit of one version says of its tag."""
    found = _by_run(repo, version.event, content) if version.event is not None else None
    known = {one.tag for one in model.moved}
    new = (found,) if found is not None and found.tag not in known else ()
    return model._replace(moved=(*model.moved, *new))


def _by_run(repo: git.Repo, event: Event, content: bytes | None) -> Moved | None:
    """Compare the run that a tag was made for with the one at its commit; a commit not here says nothing."""
    if content is None:
        return None
    try:
        run = commit_message.find(content, "id")
    except ValueError:
        run = None
    found = moved_tags.by_run(event, run if isinstance(run, str) else None)
    if found is None:
        return None
    # A run can have been brought here under another id than it was recorded with.
    ref = layout.run_ref(str(event.text.facts.get("experiment")), found.run)
    there = git.resolve(repo, ref)
    return None if there == event.text.commit else found._replace(was=there or "")


def _contents(repo: git.Repo, oids: list[str]) -> list[bytes | None]:
    """Return the content of objects; None for those that git cannot read, of which `doctor` tells."""
    try:
        return list(git.read_objects(repo, oids))
    except git.GitError:
        return [None] if len(oids) == 1 else [one for oid in oids for one in _contents(repo, [oid])]


def _with(state: Registry, model: Model, more: Iterable[Moved]) -> Model:
    by_tag = {one.tag: one for one in (*more, *model.moved)}
    if not by_tag:
        return model
    kept = _kept(state, model)
    return model._replace(moved=tuple(_before(one, kept) for one in by_tag.values()))


def _kept(state: Registry, model: Model) -> dict[str, tag_message.Text]:
    """Return the tags that the stage refs of a model still point to."""
    refs = {names.stage_ref(model.name, event.mark.stage) for event in model.events}
    oids = sorted({oid for ref in refs if (oid := state.stage_refs.get(ref))})
    read = zip(oids, _contents(state.repo, oids), strict=True)
    texts = {oid: tag_message.parse(data) for oid, data in read if data is not None}
    return {oid: text for oid, text in texts.items() if text is not None}


def _before(one: Moved, kept: Mapping[str, tag_message.Text]) -> Moved:
    for oid, text in kept.items():
        same = text.commit == one.was or (one.run and text.facts.get("run") == one.run)
        if text.name == one.tag and same and text.commit != one.commit:
            return one._replace(original=oid, was=text.commit)
    return one
