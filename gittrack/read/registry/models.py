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
from gittrack.read.registry.tag_listing import TagListing, TagName
from gittrack.read.registry.versions import NoSuchModel


class Registry:
    """The registry at one moment; what a model is, is read when it is asked for."""

    def __init__(self, repo: git.Repo, listed: Iterable[refs.Ref] | None = None) -> None:
        self.repo = repo
        self.tags, self.others = TagListing(), TagListing()
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
        models = self._read({name: self.tags.of(name)})
        if name not in models:
            raise self._unknown(name)
        return models[name]

    def every(self) -> list[Model]:
        """Return all models, with everything that is known of them."""
        models = self._read({name: self.tags.of(name) for name in self.tags.models()})
        return [models[name] for name in sorted(models)]

    def overview(self) -> list[Model]:
        """Return all models with what is so now: the latest version, and those in stages.

        Of the tags only these are read; ``numbers`` are all versions there are.
        """
        model_names = self.tags.models()
        heads = {name: tag_listing.heads(self.tags.of(name)) for name in model_names}
        models = self._read(heads)
        for look in (tag_listing.of_stages, tag_listing.remaining):
            wider = {}
            for name in model_names:
                tags, named = self.tags.of(name), self.tags.versions(name)
                if added := look(models.get(name), tags, named):
                    wider[name] = [*heads[name], *added]
            if wider:
                models |= self._read(wider)
        return [
            tag_listing.counted(models[name], self.tags.versions(name)) for name in sorted(models)
        ]

    def _read(self, chosen: dict[str, list[TagName]]) -> dict[str, Model]:
        clashing = {name: self._clashing(name, tags) for name, tags in chosen.items()}
        entries = [entry for tags in (*chosen.values(), *clashing.values()) for entry in tags]
        contents = iter(self._contents(entries))
        read = {name: _parsed(tags, contents) for name, tags in chosen.items()}
        events = {name: list(_events(objects)) for name, objects in read.items()}
        others = {name: list(_events(_parsed(tags, contents))) for name, tags in clashing.items()}
        return {
            name: model_state.fold(
                name,
                [event for event, _ in events[name]],
                [(event, source) for event, source in others[name]],
                _silent(self.repo, read[name]),
            )
            for name in chosen
            if events[name]
        }

    def _contents(self, entries: list[TagName]) -> list[bytes | None]:
        """Return the content of tags; one that cannot be read is noted, and costs only itself."""
        oids = [entry.oid for entry in entries]
        try:
            contents = list(git.read_objects(self.repo, oids))
        except git.GitError:
            contents = [self._content(entry) for entry in entries]
        for entry, content in zip(entries, contents, strict=True):
            if content is None and not entry.source:  # what was fetched may be gone again
                self.damaged.setdefault(entry.tag, "its object is missing")
        return contents

    def _content(self, entry: TagName) -> bytes | None:
        try:
            return next(git.read_objects(self.repo, [entry.oid]))
        except git.GitError as error:
            if not entry.source:
                self.damaged[entry.tag] = error.message
            return None

    def _clashing(self, model: str, tags: list[TagName]) -> list[TagName]:
        """Return the tags that other clones have under names that are here with another object."""
        ours = {entry.tag: entry.oid for entry in tags}
        others = [*self.others.of(model), *self._fetched.of(model)]
        return [entry for entry in others if ours.get(entry.tag, entry.oid) != entry.oid]

    @functools.cached_property
    def _fetched(self) -> TagListing:
        """Tags of the last fetch, those too that git would not put over ours (``FETCH_HEAD``)."""
        listing = TagListing()
        for tag, oid, source in refs.fetched_tags(self.repo):
            listing.add(tag, oid, source)
        return listing

    def highest_number(self, model: str) -> int:
        """Return the highest number of an event of the model, here or in a clone that was fetched."""
        listings = (self.tags, self.others, self._fetched)
        numbers = [entry.mark.number for listing in listings for entry in listing.of(model)]
        return max(numbers, default=0)

    def find(self, address: str) -> Version:
        """Return the version that ``resnet18@3``, ``resnet18@production`` or ``resnet18`` (the latest) means.

        Raises NoSuchModel with what there is, TrackError for an address that is malformed.
        """
        target = names.parse_address(address)
        return versions.select(self.model(target.model), target)

    def _unknown(self, name: str) -> NoSuchModel:
        model_names = self.tags.models()
        if name in model_names:
            look = f"see: git for-each-ref 'refs/tags/{name.replace(':', '=')}[@#]*'"
            return NoSuchModel(
                f"no tag of the model {name!r} is an annotated tag of a commit", look
            )
        available = f"there are: {', '.join(model_names[:8])}" if model_names else ""
        start = "register one: git track model register NAME RUN"
        return NoSuchModel(
            f"there is no model {name!r}", did_you_mean(name, model_names, available or start)
        )


class TagObject(NamedTuple):
    """A tag whose object was looked at: its content, and what that says as an event."""

    name: TagName
    data: bytes | None
    text: tag_message.Text | None


def _parsed(tags: list[TagName], contents: Iterator[bytes | None]) -> list[TagObject]:
    pairs = ((entry, next(contents)) for entry in tags)
    return [
        TagObject(entry, data, tag_message.parse(data) if data else None) for entry, data in pairs
    ]


def _events(read: Iterable[TagObject]) -> Iterator[tuple[Event, str]]:
    """Yield the events of tags; lightweight ones, and those of no commit, say nothing (as for GTO)."""
    for entry, _, text in read:
        if text is not None:
            yield Event(entry.mark, entry.tag, entry.oid, text), entry.source


def _silent(repo: git.Repo, read: Iterable[TagObject]) -> list[Event]:
    """Return the version tags that are no events: lightweight ones, tags of tags, unreadable ones."""
    odd = [item for item in read if item.name.mark.kind == names.REGISTER and item.text is None]
    nested = [
        item.name.oid for item in odd if item.data is not None and item.data.startswith(b"object ")
    ]
    commits = dict(zip(nested, refs.commits(repo, nested), strict=True))
    events = []
    for (mark, tag, oid, _), data, _ in odd:
        text = tag_message.Text(commits.get(oid, oid if data else ""), "", 0, {}, False)
        events.append(Event(mark, tag, oid, text))
    return events


def registered(repo: git.Repo) -> dict[str, str]:
    """Return {commit: ``resnet18 v3 (production)``} of everything that the registry holds."""
    labels: dict[str, str] = {}
    for model in Registry(repo).every():
        for version in model.versions:
            stages = f" ({', '.join(version.stages)})" if version.stages else ""
            labels.setdefault(version.commit, f"{model.name} {version.short}{stages}")
    return labels


def version_at(repo: git.Repo, address: str) -> Version | None:
    """Return the version that an address means, or None where it names no model that there is.

    Raises NoSuchModel where the model has no such version or stage.
    """
    if not names.is_address(address):
        return None
    state = Registry(repo)
    return state.find(address) if address.partition("@")[0] in state else None
