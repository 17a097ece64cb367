"""The model registry of a repository: one listing of names, then only the tags that are asked for."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from gittrack import git, refs
from gittrack.core import modelnames, registry, tagtext
from gittrack.core.errors import did_you_mean
from gittrack.core.modelnames import Mark
from gittrack.core.registry import Event, Model, Version
from gittrack.core.typed import NamedTuple
from gittrack.read import versions
from gittrack.read.versions import NoSuchModel


class Name(NamedTuple):
    """A tag of the registry whose object was not looked at yet; ``where`` is another clone, or empty."""

    mark: Mark
    tag: str
    oid: str
    where: str = ""


class Shelf:
    """Tags by model; what their names say is looked at when the model is asked for."""

    def __init__(self) -> None:
        self.listed: dict[str, list[tuple[str, str, str]]] = {}  # model -> tag, id, other clone
        self._known: dict[str, list[Name]] = {}

    def add(self, tag: str, oid: str, where: str = "") -> None:
        """Put a tag on the shelf; one of somebody else's does no harm."""
        if oid:
            self.listed.setdefault(modelnames.model_of(tag), []).append((tag, oid, where))

    def of(self, model: str) -> list[Name]:
        """Return the tags of a model."""
        if model not in self._known:
            marks = ((modelnames.parse_tag(one[0]), one) for one in self.listed.get(model, ()))
            self._known[model] = [Name(mark, *one) for mark, one in marks if mark is not None]
        return self._known[model]

    def models(self) -> list[str]:
        """Return the names of the models that have tags."""
        return sorted(model for model in self.listed if self.of(model))


class Registry:
    """The registry at one moment; what a model is, is read when it is asked for."""

    def __init__(self, repo: git.Repo, listed: Iterable[refs.Ref] | None = None) -> None:
        self.repo = repo
        self.tags, self.others = Shelf(), Shelf()
        self.stage_refs: dict[str, str] = {}
        self.damaged: dict[str, str] = {}  # tags that could not be read, and why
        for name, oid in refs.below(repo, *modelnames.PLACES) if listed is None else listed:
            if name.startswith(modelnames.TAGS):
                self.tags.add(name[len(modelnames.TAGS) :], oid)
            elif name.startswith(modelnames.STAGES):
                self.stage_refs[name] = oid
            else:
                remote, _, tag = name[len(modelnames.REMOTES) :].partition("/tags/")
                self.others.add(tag, oid, remote)

    def __contains__(self, model: str) -> bool:
        return bool(self.tags.of(model))

    def model(self, name: str) -> Model:
        """Return one model with everything that is known of it; its tags are read, in one process.

        Raises NoSuchModel with near names.
        """
        modelnames.check_model(name)
        found = self._read({name: self.tags.of(name)})
        if name not in found:
            raise self._unknown(name)
        return found[name]

    def every(self) -> list[Model]:
        """Return all models, with everything that is known of them."""
        found = self._read({name: self.tags.of(name) for name in self.tags.models()})
        return [found[name] for name in sorted(found)]

    def overview(self) -> list[Model]:
        """Return all models with what is so now: the latest version, and those in stages.

        Of the tags only these are read; ``numbers`` are all versions there are.
        """
        heads = {name: _heads(self.tags.of(name)) for name in self.tags.models()}
        found = self._read(heads)
        more = {name: _held(found.get(name), self.tags.of(name)) for name in heads}
        if any(more.values()):
            wider = {name: [*heads[name], *added] for name, added in more.items() if added}
            found |= self._read(wider)
        return [_counted(found[name], self.tags.of(name)) for name in sorted(found)]

    def _read(self, chosen: dict[str, list[Name]]) -> dict[str, Model]:
        clashing = {name: self._clashing(name, tags) for name, tags in chosen.items()}
        asked = [one for tags in (*chosen.values(), *clashing.values()) for one in tags]
        contents = iter(self._contents(asked))
        read = {name: _parsed(tags, contents) for name, tags in chosen.items()}
        events = {name: list(_events(found)) for name, found in read.items()}
        others = {name: list(_events(_parsed(tags, contents))) for name, tags in clashing.items()}
        return {
            name: registry.fold(
                name,
                [event for event, _ in events[name]],
                [(event, where) for event, where in others[name]],
                _silent(self.repo, read[name]),
            )
            for name in chosen
            if events[name]
        }

    def _contents(self, names: list[Name]) -> list[bytes | None]:
        """Return the content of tags; one that cannot be read is noted, and costs only itself."""
        oids = [one.oid for one in names]
        try:
            found = list(git.objects(self.repo, oids))
        except git.GitError:
            found = [self._content(one) for one in names]
        for one, content in zip(names, found, strict=True):
            if content is None and not one.where:  # what was fetched may be gone again
                self.damaged.setdefault(one.tag, "its object is missing")
        return found

    def _content(self, one: Name) -> bytes | None:
        try:
            return next(git.objects(self.repo, [one.oid]))
        except git.GitError as error:
            if not one.where:
                self.damaged[one.tag] = error.message
            return None

    def _clashing(self, model: str, tags: list[Name]) -> list[Name]:
        """Return the tags that other clones have under names that are here with another object."""
        ours = {one.tag: one.oid for one in tags}
        others = [*self.others.of(model), *self._fetched.of(model)]
        return [one for one in others if ours.get(one.tag, one.oid) != one.oid]

    @functools.cached_property
    def _fetched(self) -> Shelf:
        """Tags of the last fetch, those too that git would not put over ours (``FETCH_HEAD``)."""
        found = Shelf()
        for tag, oid, place in refs.fetched_tags(self.repo):
            found.add(tag, oid, place)
        return found

    def taken_numbers(self, model: str) -> int:
        """Return the highest number of an event of the model, here or in a clone that was fetched."""
        places = (self.tags, self.others, self._fetched)
        numbers = [one.mark.number for place in places for one in place.of(model)]
        return max(numbers, default=0)

    def find(self, address: str) -> Version:
        """Return the version that ``resnet18@3``, ``resnet18@production`` or ``resnet18`` (the latest) means.

        Raises NoSuchModel with what there is, TrackError for an address that is malformed.
        """
        wanted = modelnames.parse_address(address)
        return versions.chosen(self.model(wanted.model), wanted)

    def _unknown(self, name: str) -> NoSuchModel:
        known = self.tags.models()
        if name in known:
            look = f"see: git for-each-ref 'refs/tags/{name.replace(':', '=')}[@#]*'"
            return NoSuchModel(
                f"no tag of the model {name!r} is an annotated tag of a commit", look
            )
        there = f"there are: {', '.join(known[:8])}" if known else ""
        start = "register one: git track model register NAME RUN"
        return NoSuchModel(f"there is no model {name!r}", did_you_mean(name, known, there or start))


class Read(NamedTuple):
    """A tag whose object was looked at: its content, and what that says as an event."""

    name: Name
    data: bytes | None
    text: tagtext.Text | None


def _parsed(tags: list[Name], contents: Iterator[bytes | None]) -> list[Read]:
    pairs = ((one, next(contents)) for one in tags)
    return [Read(one, data, tagtext.parse(data) if data else None) for one, data in pairs]


def _events(read: Iterable[Read]) -> Iterator[tuple[Event, str]]:
    """Yield the events of tags; lightweight ones, and those of no commit, say nothing (as for GTO)."""
    for one, _, text in read:
        if text is not None:
            yield Event(one.mark, one.tag, one.oid, text), one.where


def _silent(repo: git.Repo, read: Iterable[Read]) -> list[Event]:
    """Return the version tags that are no events: lightweight ones, tags of tags, unreadable ones."""
    odd = [one for one in read if one.name.mark.kind == modelnames.REGISTER and one.text is None]
    nested = [
        one.name.oid for one in odd if one.data is not None and one.data.startswith(b"object ")
    ]
    commits = dict(zip(nested, refs.commits(repo, nested), strict=True))
    found = []
    for (mark, tag, oid, _), data, _ in odd:
        text = tagtext.Text(commits.get(oid, oid if data else ""), "", 0, {}, False)
        found.append(Event(mark, tag, oid, text))
    return found


def _counted(model: Model, tags: list[Name]) -> Model:
    """Return a model of an overview with all versions that were registered, from the lowest."""
    found = _registered(tags)
    if not set(found[-1:]) <= set(
        model.numbers
    ):  # the highest says nothing, so all of them were read
        found = tuple(sorted(model.numbers, key=modelnames.order))
    return model._replace(numbers=found)


def _registered(tags: list[Name]) -> tuple[str, ...]:
    found = {one.mark.version for one in tags if one.mark.kind == modelnames.REGISTER}
    return tuple(sorted(found, key=modelnames.order))


def _heads(tags: list[Name]) -> list[Name]:
    """Return the tags that say what is so now: the latest version, and of each stage the last event.

    Where the last event of a stage is a demotion, all of them: an earlier one may stand.
    """
    last: dict[str, Name] = {}  # by stage, and by version
    for one in tags:
        key = one.mark.version or one.mark.stage
        if key not in last or registry.order(one.mark) > registry.order(last[key].mark):
            last[key] = one
    kept = {one.tag: one for one in last.values() if one.mark.kind != modelnames.REGISTER}
    current = [one for one in last.values() if one.mark.kind == modelnames.REGISTER]
    if current:
        latest = max(current, key=lambda one: modelnames.order(one.mark.version))
        kept[latest.tag] = latest
    demoted = {one.mark.stage for one in kept.values() if one.mark.kind == modelnames.DEMOTE}
    retired = {one.mark.version for one in kept.values() if one.mark.version}
    return [
        one
        for one in tags
        if one.tag in kept or one.mark.stage in demoted or one.mark.version in retired
    ]


def _held(model: Model | None, tags: list[Name]) -> list[Name]:
    """Return the registrations that are missing in an overview: of versions in stages, by what tags say.

    Tags of another tool do not say which version they are about: then all of them.  So too where the tag of
    the latest is none that says anything.
    """
    registered = [one for one in tags if one.mark.kind in _REGISTRATION]
    if model is None or not set(_registered(tags)[-1:]) <= set(model.numbers):
        return registered
    unknown = [one for one in model.versions if not one.number]
    if not unknown:
        return []
    told = {
        event.text.facts.get("version")
        for event in model.events
        if any(event.text.commit == one.commit for one in unknown)
    }
    chosen = [one for one in registered if one.mark.version in told]
    return chosen if None not in told and chosen else registered


_REGISTRATION = (modelnames.REGISTER, modelnames.DEREGISTER)


def registered(repo: git.Repo) -> dict[str, str]:
    """Return {commit: ``resnet18 v3 (production)``} of everything that the registry holds."""
    found: dict[str, str] = {}
    for model in Registry(repo).every():
        for one in model.versions:
            stages = f" ({', '.join(one.stages)})" if one.stages else ""
            found.setdefault(one.commit, f"{model.name} {one.short}{stages}")
    return found


def at(repo: git.Repo, address: str) -> Version | None:
    """Return the version that an address means, or None where it names no model that there is.

    Raises NoSuchModel where the model has no such version or stage.
    """
    if not modelnames.is_address(address):
        return None
    state = Registry(repo)
    return state.find(address) if address.partition("@")[0] in state else None
