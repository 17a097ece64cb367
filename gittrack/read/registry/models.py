"""The model registry of a repository: the names of all tags, and the content of those that are needed."""

from __future__ import annotations

import functools

from gittrack import git
from gittrack.core.errors import did_you_mean
from gittrack.core.registry import model_state, names, tag_message
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model, Version
from gittrack.core.standard.collections import Iterable, Iterator
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import refs
from gittrack.read.registry import tag_listing, versions
from gittrack.read.registry.tag_listing import TagListing, TagName
from gittrack.read.registry.versions import NoSuchModel


class Registry:
    """The registry at one moment.  The tags of a model are read when the model is needed.

    Parameters
    ----------
    repo
        The repository.
    listed
        Its refs below `names.PLACES`; None lists them now.
    """

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
        """Return one model with all its events, read in one process.

        Raises NoSuchModel with similar names.
        """
        names.check_model(name)
        models = self._read({name: self.tags.of(name)})
        if name not in models:
            raise self._unknown(name)
        return models[name]

    def every(self) -> list[Model]:
        """Return all models with all their events, by name."""
        models = self._read({name: self.tags.of(name) for name in self.tags.models()})
        return [models[name] for name in sorted(models)]

    def overview(self) -> list[Model]:
        """Return all models with their current versions: the latest one and those in stages.

        Only the tags of these versions are read.  ``numbers`` has every version.
        """
        model_names = self.tags.models()
        heads = {name: tag_listing.deciding_tags(self.tags.of(name)) for name in model_names}
        models = self._read(heads)
        for look in (tag_listing.registrations_in_stages, tag_listing.remaining_registrations):
            wider = {}
            for name in model_names:
                tags, named = self.tags.of(name), self.tags.versions(name)
                if added := look(models.get(name), tags, named):
                    wider[name] = [*heads[name], *added]
            if wider:
                models |= self._read(wider)
        return [
            tag_listing.with_all_numbers(models[name], self.tags.versions(name))
            for name in sorted(models)
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
        """Return the content of tags; None for each that cannot be read, with the reason in ``damaged``."""
        oids = [entry.oid for entry in entries]
        try:
            contents = list(git.read_objects(self.repo, oids))
        except git.GitError:
            contents = [self._content(entry) for entry in entries]
        for entry, content in zip(entries, contents, strict=True):
            if content is None and not entry.source:  # a fetched object may be deleted again
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
        """Return the tags of other clones whose name exists here with another object."""
        ours = {entry.tag: entry.oid for entry in tags}
        others = [*self.others.of(model), *self._fetched.of(model)]
        return [entry for entry in others if ours.get(entry.tag, entry.oid) != entry.oid]

    @functools.cached_property
    def _fetched(self) -> TagListing:
        """The tags of the last fetch (``FETCH_HEAD``), with those that git refused because ours differ."""
        listing = TagListing()
        for tag, oid, source in refs.fetched_tags(self.repo):
            listing.add(tag, oid, source)
        return listing

    def highest_number(self, model: str) -> int:
        """Return the highest number of an event of the model, here or in a fetched clone; 0 without one."""
        listings = (self.tags, self.others, self._fetched)
        numbers = [entry.mark.number for listing in listings for entry in listing.of(model)]
        return max(numbers, default=0)

    def find(self, address: str) -> Version:
        """Return the version that ``resnet18@3``, ``resnet18@production`` or ``resnet18`` (the latest) means.

        Raises NoSuchModel with the versions and stages that exist, TrackError if the address is malformed.
        """
        target = names.parse_address(address)
        return versions.select(self.model(target.model), target)

    def _unknown(self, name: str) -> NoSuchModel:
        model_names = self.tags.models()
        if name in model_names:
            look = f"see: git for-each-ref 'refs/tags/{name.replace(':', '=')}[@#]*'"
            return NoSuchModel(f"the model {name!r} has no annotated tag of a commit", look)
        available = f"there are: {', '.join(model_names[:8])}" if model_names else ""
        start = "register one: git track model register NAME RUN"
        return NoSuchModel(
            f"the model {name!r} does not exist",
            did_you_mean(name, model_names, available or start),
        )


class TagObject(NamedTuple):
    """A tag whose object was read: its name, its content, and its parsed text (None: not an event)."""

    name: TagName
    data: bytes | None
    text: tag_message.Text | None


def _parsed(tags: list[TagName], contents: Iterator[bytes | None]) -> list[TagObject]:
    pairs = ((entry, next(contents)) for entry in tags)
    return [
        TagObject(entry, data, tag_message.parse(data) if data else None) for entry, data in pairs
    ]


def _events(read: Iterable[TagObject]) -> Iterator[tuple[Event, str]]:
    """Yield (event, source) of tags.  As in GTO, lightweight tags and tags of other objects are none."""
    for entry, _, text in read:
        if text is not None:
            yield Event(entry.mark, entry.tag, entry.oid, text), entry.source


def _silent(repo: git.Repo, read: Iterable[TagObject]) -> list[Event]:
    """Return the version tags that are not events: lightweight tags, tags of tags, unreadable tags."""
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
    """Return {commit: ``resnet18 v3 (production)``} of every version of every model."""
    labels: dict[str, str] = {}
    for model in Registry(repo).every():
        for version in model.versions:
            stages = f" ({', '.join(version.stages)})" if version.stages else ""
            labels.setdefault(version.commit, f"{model.name} {version.short}{stages}")
    return labels


def version_at(repo: git.Repo, address: str) -> Version | None:
    """Return the version that an address means, or None if it does not name a model of the repository.

    Raises NoSuchModel if the model exists but has no such version or stage.
    """
    if not names.is_address(address):
        return None
    state = Registry(repo)
    return state.find(address) if address.partition("@")[0] in state else None
