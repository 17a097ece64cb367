"""The model registry of a repository: one listing of names, then only the tags that are asked for."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from gittrack import git
from gittrack.core.errors import did_you_mean
from gittrack.core.fast_typing import NamedTuple
from gittrack.core.registry import model_state, names, tag_message
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Version
from gittrack.git import refs
from gittrack.read.registry import tag_listing, versions
from gittrack.read.registry.tag_listing import Name, Shelf
from gittrack.read.registry.versions import NoSuchModel


class Registry:
    """The registry at one moment; what a model is, is read when it is asked for."""

    def __init__(self, repo: git.Repo, listed: Iterable[refs.Ref] | None = None) -> None:
        self.repo = repo
        self.tags, self.others = Shelf(), Shelf()
        self.stage_refs: dict[str, str] = {}
        self.damaged: dict[str, str] = {}  # tags that could not be read, and why
        for name, oid in refs.below(repo, *names.PLACES) if listed is None else listed:
            if name.startswith(names.TAGS):
                self.tags.add(name[len(names.TAGS) :], oid)
            elif name.startswith(names.STAGES):
                self.stage_refs[name] = oid
            else:
                remote, _, tag = name[len(names.REMOTES) :].partition("/tags/")
                self.others.add(tag, oid, remote)

    def __contains__(self, model: str) -> bool:
        return bool(self.tags.of(model))

    def model(self, name: str) -> Model:
        """Return one model with everything that is known of it; its tags are read, in one process.

        Raises NoSuchModel with near names.
        """
        names.check_model(name)
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
        names = self.tags.models()
        heads = {name: tag_listing.heads(self.tags.of(name)) for name in names}
        found = self._read(heads)
        for look in (tag_listing.held, tag_listing.rest):
            wider = {}
            for name in names:
                tags, named = self.tags.of(name), self.tags.versions(name)
                if added := look(found.get(name), tags, named):
                    wider[name] = [*heads[name], *added]
            if wider:
                found |= self._read(wider)
        return [
            tag_listing.counted(found[name], self.tags.versions(name)) for name in sorted(found)
        ]

    def _read(self, chosen: dict[str, list[Name]]) -> dict[str, Model]:
        clashing = {name: self._clashing(name, tags) for name, tags in chosen.items()}
        asked = [one for tags in (*chosen.values(), *clashing.values()) for one in tags]
        contents = iter(self._contents(asked))
        read = {name: _parsed(tags, contents) for name, tags in chosen.items()}
        events = {name: list(_events(found)) for name, found in read.items()}
        others = {name: list(_events(_parsed(tags, contents))) for name, tags in clashing.items()}
        return {
            name: model_state.fold(
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
            found = list(git.read_objects(self.repo, oids))
        except git.GitError:
            found = [self._content(one) for one in names]
        for one, content in zip(names, found, strict=True):
            if content is None and not one.where:  # what was fetched may be gone again
                self.damaged.setdefault(one.tag, "its object is missing")
        return found

    def _content(self, one: Name) -> bytes | None:
        try:
            return next(git.read_objects(self.repo, [one.oid]))
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
        wanted = names.parse_address(address)
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
    text: tag_message.Text | None


def _parsed(tags: list[Name], contents: Iterator[bytes | None]) -> list[Read]:
    pairs = ((one, next(contents)) for one in tags)
    return [Read(one, data, tag_message.parse(data) if data else None) for one, data in pairs]


def _events(read: Iterable[Read]) -> Iterator[tuple[Event, str]]:
    """Yield the events of tags; lightweight ones, and those of no commit, say nothing (as for GTO)."""
    for one, _, text in read:
        if text is not None:
            yield Event(one.mark, one.tag, one.oid, text), one.where


def _silent(repo: git.Repo, read: Iterable[Read]) -> list[Event]:
    """Return the version tags that are no events: lightweight ones, tags of tags, unreadable ones."""
    odd = [one for one in read if one.name.mark.kind == names.REGISTER and one.text is None]
    nested = [
        one.name.oid for one in odd if one.data is not None and one.data.startswith(b"object ")
    ]
    commits = dict(zip(nested, refs.commits(repo, nested), strict=True))
    found = []
    for (mark, tag, oid, _), data, _ in odd:
        text = tag_message.Text(commits.get(oid, oid if data else ""), "", 0, {}, False)
        found.append(Event(mark, tag, oid, text))
    return found


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
    if not names.is_address(address):
        return None
    state = Registry(repo)
    return state.find(address) if address.partition("@")[0] in state else None
